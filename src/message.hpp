// Sentences for the errors.
#pragma once

#include <utility>

#include <fmt/format.h>

#include <planapo/error.hpp>

namespace planapo {

/// Throws `InvalidArgument` with the sentence unless `holds`.
template <typename... Parts>
void require(bool holds, fmt::format_string<Parts...> sentence, Parts&&... parts) {
    if (!holds) throw InvalidArgument(fmt::format(sentence, std::forward<Parts>(parts)...));
}

}  // namespace planapo
