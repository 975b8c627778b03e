// memory: what a device tells of itself, memory taken and given back, copies, queues.
#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"

namespace planapo::testing {

namespace {

class Memory : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }
};
PLANAPO_ON_EVERY_MACHINE(Memory);

TEST_P(Memory, TellsOfTheDevice) {
    EXPECT_FALSE(backend().description().empty());
    EXPECT_GT(backend().total_bytes(), 0);
    EXPECT_GT(backend().free_bytes(), 0);
    EXPECT_LE(backend().free_bytes(), backend().total_bytes());
}

TEST_P(Memory, IsAlignedForVectorsAndCoefficients) {
    for (const std::int64_t bytes : {1, 4, 100, 4096, 1000003}) {
        void* const block = backend().allocate(bytes);
        ASSERT_NE(block, nullptr);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u) << bytes << " bytes";
        backend().release(block);
    }
}

TEST_P(Memory, AnswersNullWhereThereIsNoRoomAndGoesOn) {
    EXPECT_EQ(backend().allocate(4 * backend().total_bytes()), nullptr);

    Volume<float> volume({2, 3, 4}, device());
    backend().fill(volume, 1.f, {});
    backend().wait({});
    EXPECT_TRUE(same_bits(on_host(volume), constant_volume({2, 3, 4}, 1.f)));
}

TEST_P(Memory, IsCountedWhileItIsHeld) {
    const std::int64_t before = bytes_in_use(device());
    reset_peak_bytes(device());
    {
        const Buffer one(1000, device()), other(500, device());
        EXPECT_EQ(bytes_in_use(device()) - before, 1500);
    }
    EXPECT_EQ(bytes_in_use(device()), before);
    EXPECT_EQ(peak_bytes(device()) - before, 1500);
}

TEST_P(Memory, KnowsItsOwn) {
    const Volume<float> here({1, 1, 8}, device());
    const Volume<float> host({1, 1, 8});
    EXPECT_TRUE(backend().holds(here.data()));
    EXPECT_EQ(backend().holds(host.data()), device().is_cpu());
}

TEST_P(Memory, CopiesAnyNumberOfBytesBothWays) {
    for (const std::int64_t bytes : {1, 3, 4, 255, 4096, 100001}) {
        std::vector<unsigned char> sent(static_cast<std::size_t>(bytes)), received(sent.size(), 0xee);
        std::iota(sent.begin(), sent.end(), static_cast<unsigned char>(1));
        const Buffer one(bytes, device()), other(bytes, device());

        backend().copy(sent.data(), one.data(), bytes, {});
        backend().copy(one.data(), other.data(), bytes, {});
        backend().copy(other.data(), received.data(), bytes, {});
        backend().wait({});

        EXPECT_EQ(sent, received) << bytes << " bytes";
    }
}

TEST_P(Memory, KeepsTheOrderOfEachQueue) {
    const Shape shape{3, 5, 7};
    Volume<float> a(shape, device()), b(shape, device());
    const Stream one(device()), other(device());

    for (const float value : {1.f, 2.f, 3.f}) {
        backend().fill(a, value, one);
        backend().fill(b, -value, other);
    }
    one.wait();
    other.wait();

    EXPECT_TRUE(same_bits(on_host(a), constant_volume(shape, 3.f)));
    EXPECT_TRUE(same_bits(on_host(b), constant_volume(shape, -3.f)));
}

TEST_P(Memory, WorksOnABorrowedQueue) {
    const Shape shape{3, 5, 7};
    Volume<float> volume(shape, device());
    const Stream owner(device());
    const Stream borrowed = Stream::borrowed(owner.native_handle(), device());

    backend().fill(volume, 4.f, borrowed);
    owner.wait();

    EXPECT_EQ(borrowed.native_handle(), owner.native_handle());
    EXPECT_TRUE(same_bits(on_host(volume), constant_volume(shape, 4.f)));
}

TEST_P(Memory, ServesSeveralThreads) {
    const Shape shape{3, 5, 7};
    std::vector<Volume<float>> results(4);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < results.size(); ++t)
        threads.emplace_back([&, t] {
            Volume<float> volume(shape, device());
            const Stream stream(device());
            backend().fill(volume, static_cast<float>(t), stream);
            stream.wait();
            results[t] = on_host(volume);
        });
    for (std::thread& thread : threads) thread.join();

    for (std::size_t t = 0; t < results.size(); ++t)
        EXPECT_TRUE(same_bits(results[t], constant_volume(shape, static_cast<float>(t)))) << "thread " << t;
}

}  // namespace

}  // namespace planapo::testing
