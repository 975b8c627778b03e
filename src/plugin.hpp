// What a GPU plugin (libplanapo_<kind>.so) shows to the library that opens it.
#pragma once

#include <string>

#include "backend.hpp"

namespace planapo {

/// Changed whenever this page or backend.hpp changes: a plugin built against another is refused with a sentence.
inline constexpr int plugin_abi = 7;

struct Plugin {
    int abi;                                   // first, so that it can be read whatever follows
    const char* version;                       // planapo's own
    int (*device_count)(std::string& reason);  // 0 with the reason where none can be used
    Backend* (*open)(int index);               // made once per device, never freed; throws the four errors
};

}  // namespace planapo

/// The one symbol that a plugin exports.
extern "C" PLANAPO_API const planapo::Plugin* planapo_plugin();
