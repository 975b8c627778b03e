// Work on streams is done at once here, yet the thread sanitizer sees who did not wait.
#include "launch.cuh"
#include "support.hpp"

namespace planapo::self_test {

__global__ void add_one_kernel(View<float> out) { out(0, 0, threadIdx.x) += 1.f; }  // at: add one

namespace {

constexpr Shape row{1, 1, 32};

class Streams : public ::testing::Test {
protected:
    Streams() {
        for (auto& stream : streams_) cuda::check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
        cuda::check(cudaMallocHost(&pinned_, bytes));
        cuda::check(cudaMemset(memory_.data(), 0, bytes));
        cuda::check(cudaDeviceSynchronize());
    }
    ~Streams() override {
        for (auto* stream : streams_) cudaStreamDestroy(stream);
        cudaFreeHost(pinned_);
    }

    void add_one(int stream) { cuda::launch(add_one_kernel, 1, 32, 0, streams_[stream], memory_.view(row)); }

    float read_back(bool wait) {
        add_one(0);
        cuda::check(cudaMemcpyAsync(pinned_, memory_.data(), bytes, cudaMemcpyDefault, streams_[0]));
        if (wait) cuda::check(cudaStreamSynchronize(streams_[0]));
        return pinned_[5];  // at: read what was copied
    }

    void add_on_both(bool wait) {
        add_one(0);
        if (wait) {
            cudaEvent_t done;
            cuda::check(cudaEventCreateWithFlags(&done, cudaEventDisableTiming));
            cuda::check(cudaEventRecord(done, streams_[0]));
            cuda::check(cudaStreamWaitEvent(streams_[1], done));
            cuda::check(cudaEventDestroy(done));
        }
        add_one(1);
        cuda::check(cudaDeviceSynchronize());
    }

    static constexpr std::size_t bytes = 32 * sizeof(float);
    cudaStream_t streams_[2] = {};
    DeviceArray memory_{32};
    float* pinned_ = nullptr;
};

TEST_F(Streams, HostWaits) { EXPECT_EQ(read_back(true), 1.f); }

TEST_F(Streams, HostDoesNotWait) {
    NEEDS_TSAN();
    EXPECT_RACE(EXPECT_EQ(read_back(false), 1.f),
                "data race.*streams.cpp:" + std::to_string(line_marked("streams.cpp", "read what was copied")));
}

TEST_F(Streams, WaitForEachOther) {
    add_on_both(true);
    EXPECT_EQ(memory_.values()[0], 2.f);
}

TEST_F(Streams, DoNotWaitForEachOther) {
    NEEDS_TSAN();
    EXPECT_RACE(add_on_both(false), race_between("streams.cpp", "add one", "add one"));
}

TEST_F(Streams, PageableMemoryIsDoneWithWhenTheCallReturns) {
    std::vector<float> host(32, 3.f);
    cuda::check(cudaMemcpyAsync(memory_.data(), host.data(), bytes, cudaMemcpyDefault, streams_[0]));
    host.assign(32, 0.f);
    add_one(0);
    cuda::check(cudaMemcpyAsync(host.data(), memory_.data(), bytes, cudaMemcpyDefault, streams_[0]));
    EXPECT_EQ(host[31], 4.f);
}

TEST_F(Streams, MustExist) {
    cudaStream_t stream;
    cuda::check(cudaStreamCreate(&stream));
    cuda::check(cudaStreamDestroy(stream));
    EXPECT_EQ(cudaStreamSynchronize(stream), cudaErrorInvalidResourceHandle);
    EXPECT_CONTAINS(complaint([&] { cuda::launch(add_one_kernel, 1, 32, 0, stream, memory_.view(row)); }),
                    "on a stream that does not exist");
    cudaGetLastError();
}

}  // namespace
}  // namespace planapo::self_test
