// CUDA's atomics: relaxed, so that the thread sanitizer sees them order nothing but themselves.
#pragma once

#include <atomic>

namespace simt {

/// Replaces *memory by change(*memory), and returns what was there.
template <typename T, typename Change>
T atomic_change(T* memory, Change change) {
    const std::atomic_ref<T> cell(*memory);
    T old = cell.load(std::memory_order_relaxed);
    while (!cell.compare_exchange_weak(old, change(old), std::memory_order_relaxed)) {
    }
    return old;
}

template <typename T>
concept AtomicInteger = std::same_as<T, int> || std::same_as<T, unsigned> || std::same_as<T, unsigned long long>;
template <typename T>
concept AtomicNumber = AtomicInteger<T> || std::same_as<T, float> || std::same_as<T, double>;

}  // namespace simt

template <simt::AtomicNumber T>
T atomicAdd(T* memory, std::type_identity_t<T> value) {
    return simt::atomic_change(memory, [=](T old) { return static_cast<T>(old + value); });
}
template <simt::AtomicInteger T>
T atomicSub(T* memory, std::type_identity_t<T> value) {
    return simt::atomic_change(memory, [=](T old) { return static_cast<T>(old - value); });
}
template <simt::AtomicInteger T>
T atomicMin(T* memory, std::type_identity_t<T> value) {
    return simt::atomic_change(memory, [=](T old) { return value < old ? value : old; });
}
template <simt::AtomicInteger T>
T atomicMax(T* memory, std::type_identity_t<T> value) {
    return simt::atomic_change(memory, [=](T old) { return value > old ? value : old; });
}
template <simt::AtomicInteger T>
T atomicAnd(T* memory, std::type_identity_t<T> value) {
    return simt::atomic_change(memory, [=](T old) { return old & value; });
}
template <simt::AtomicInteger T>
T atomicOr(T* memory, std::type_identity_t<T> value) {
    return simt::atomic_change(memory, [=](T old) { return old | value; });
}
template <simt::AtomicInteger T>
T atomicXor(T* memory, std::type_identity_t<T> value) {
    return simt::atomic_change(memory, [=](T old) { return old ^ value; });
}
template <simt::AtomicNumber T>
T atomicExch(T* memory, std::type_identity_t<T> value) {
    return simt::atomic_change(memory, [=](T) { return value; });
}
template <simt::AtomicInteger T>
T atomicCAS(T* memory, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
    return simt::atomic_change(memory, [=](T old) { return old == expected ? value : old; });
}
