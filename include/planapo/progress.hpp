// Progress of long work, and how to stop it.
#pragma once

#include <exception>
#include <functional>

#include <planapo/export.hpp>

namespace planapo {

/// Called by the working thread after each step: `done` of `total` steps. Return false to stop: the work then ends with
/// `Cancelled`. Anything that it throws reaches the caller of the work unchanged.
using Progress = std::function<bool(double done, double total)>;

/// The work was stopped by its own caller. Not an error: none of the four derives from it.
class PLANAPO_API Cancelled : public std::exception {
public:
    ~Cancelled() override;
    const char* what() const noexcept override;
};

/// Reports a step to `progress` if there is one; throws `Cancelled` where it answers false.
PLANAPO_API void report(const Progress& progress, double done, double total);

}  // namespace planapo
