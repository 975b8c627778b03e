// What a View tells the counting, besides what the compiler tells it: that an element which is a struct is about to be
// used. Where it is the result or the argument of a function, g++ makes no call for the access itself.
#pragma once

#include <cstddef>
#include <type_traits>

namespace simt {

void hear_struct(const void* element, std::size_t bytes, const void* place, const void* frame);

template <typename T>
void hear_element(T* element, const void* place) {
    if constexpr (std::is_class_v<T>) hear_struct(element, sizeof(T), place, __builtin_frame_address(0));
}

}  // namespace simt
