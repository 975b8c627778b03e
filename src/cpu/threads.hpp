// How many threads the CPU may use, for as long as this lives, in the calling thread only.
#pragma once

#include <omp.h>

namespace planapo {

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
