// One thread at a time.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

#include "../message.hpp"

namespace planapo {

/// Waits for its turn; refuses the thread whose turn it is already, which would wait for itself.
class Turn {
public:
    Turn(std::atomic<std::thread::id>& busy, std::mutex& mutex) : busy_(busy) {
        require(busy != std::this_thread::get_id(),
                "A Deconvolver cannot restore another image from the progress callback of its own run.");
        lock_ = std::unique_lock(mutex);
        busy = std::this_thread::get_id();
    }
    ~Turn() { busy_ = std::thread::id(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    std::atomic<std::thread::id>& busy_;
    std::unique_lock<std::mutex> lock_;
};

}  // namespace planapo
