// How many threads the CPU uses.
#pragma once

#include <omp.h>

#include <atomic>
#include <cstdint>

#include "../platform.hpp"

namespace planapo {

/// OpenMP's threads do not survive a fork: they stay behind in the parent, and a child that calls them waits for ever.
struct ThreadTeam {
    static inline std::atomic<bool> woken = false, left_behind = false;

    static int size() {
        if (left_behind) return 1;
        static const bool watched = [] {
            platform::in_forked_children([] { left_behind = woken.load(); });
            return true;
        }();
        const int threads = omp_get_max_threads();
        if (watched && threads > 1) woken = true;
        return threads;
    }
};

/// How many threads are worth waking for so many voxels: waking and awaiting them costs as much as working on some ten
/// thousand.
inline int threads_for(std::int64_t voxels) { return voxels < (1 << 15) ? 1 : ThreadTeam::size(); }

/// How many threads the CPU may use, for as long as this lives, in the calling thread only.
class ThreadLimit {
public:
    /// 0: as OpenMP decides.
    explicit ThreadLimit(int threads) : before_(omp_get_max_threads()) {
        if (threads > 0) omp_set_num_threads(threads);
    }
    ~ThreadLimit() { omp_set_num_threads(before_); }
    ThreadLimit(const ThreadLimit&) = delete;
    ThreadLimit& operator=(const ThreadLimit&) = delete;

private:
    int before_;
};

}  // namespace planapo
