// Host memory that a device reaches by itself: verbs write to it, copies run at the bus's full speed.
#pragma once

#include <cstdint>
#include <utility>

#include <planapo/device.hpp>
#include <planapo/error.hpp>

#include "backend.hpp"
#include "message.hpp"

namespace planapo {

/// Elements of T, owned. Move-only. Not initialised.
template <typename T>
class Pinned {
public:
    Pinned() = default;
    Pinned(std::int64_t count, const Device& device) : backend_(&device.backend()), count_(count) {
        const std::int64_t bytes = checked_bytes({1, 1, count}, sizeof(T));
        data_ = static_cast<T*>(backend_->allocate_pinned(bytes));
        if (data_ == nullptr)
            throw OutOfMemory(fmt::format("The host has no {:.1f} MiB of page-locked memory left.", bytes / 1048576.0));
    }
    ~Pinned() {
        if (data_ != nullptr) backend_->release_pinned(data_);
    }
    Pinned(Pinned&& other) noexcept { *this = std::move(other); }
    Pinned& operator=(Pinned&& other) noexcept {
        std::swap(backend_, other.backend_);
        std::swap(data_, other.data_);
        std::swap(count_, other.count_);
        return *this;
    }

    T* data() const { return data_; }
    T& operator[](std::int64_t i) const { return data_[i]; }
    std::int64_t size() const { return count_; }
    View<T> view() const { return {data_, Shape{1, 1, count_}}; }

private:
    Backend* backend_ = nullptr;
    T* data_ = nullptr;
    std::int64_t count_ = 0;
};

}  // namespace planapo
