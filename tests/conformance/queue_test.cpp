// queue: marks, recordings, and memory that both sides reach.
#include <gtest/gtest.h>

#include <stdexcept>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "pinned.hpp"

namespace planapo::testing {

namespace {

class Queue : public OnMachine {
protected:
    Backend& backend() { return device().backend(); }
};
PLANAPO_ON_EVERY_MACHINE(Queue);

TEST_P(Queue, AMarkIsReachedWhenEverythingBeforeItIsDone) {
    const Stream stream(device());
    const auto mark = backend().new_mark();
    const Pinned<Judgement> history(1, device());
    const DeviceValue course(Course{}, device());
    const DeviceValue total(Misfit{7, 0}, device());
    backend().judge(View<const Misfit>(total.get(), {1, 1, 1}), false, course.get(), history.view(), stream);
    mark->set(stream);
    while (!mark->reached()) {
    }
    EXPECT_EQ(history[0].divergence, 7);
}

TEST_P(Queue, AMarkMayBeSetAgain) {
    const Stream stream(device());
    const auto mark = backend().new_mark();
    const Pinned<Judgement> history(2, device());
    const DeviceValue course(Course{}, device());
    for (const double divergence : {3., 4.}) {
        const DeviceValue total(Misfit{divergence, 0}, device());
        backend().judge(View<const Misfit>(total.get(), {1, 1, 1}), false, course.get(), history.view(), stream);
        mark->set(stream);
        mark->wait();
    }
    EXPECT_EQ(history[0].divergence, 3);
    EXPECT_EQ(history[1].divergence, 4);
}

TEST_P(Queue, ARecordingDoesItsVerbsAtEveryReplay) {
    const Volume<float> image = constant_volume({2, 3, 40}, 3.f);
    const DeviceValue course(Course{}, device());
    DeviceGrid factor(image, device()), product(image, device());
    const auto triple = [&](const Stream& stream) {
        backend().update(factor.view(), product.view(), 0.f, course.get(), stream);
    };
    const Stream stream(device());
    const auto recording = backend().new_recording();
    recording->record(triple);
    backend().wait({});
    EXPECT_TRUE(same_bits(product.voxels(), image)) << "recorded, not done";
    recording->replay(stream);
    recording->replay(stream);
    stream.wait();
    EXPECT_TRUE(same_bits(product.voxels(), constant_volume({2, 3, 40}, 27.f)));
}

TEST_P(Queue, ARecordingOfATransform) {
    const Volume<float> image = random_volume({4, 6, 10}, 61);
    DeviceGrid direct(image, device()), replayed(image, device());
    const auto transform = backend().plan_transform(DeviceGrid({4, 6, 10}, device()).view(), Planning::estimate);
    const Stream stream(device());
    const auto recording = backend().new_recording();
    recording->record([&](const Stream& on) {
        transform->forward(replayed.view(), on);
        transform->inverse(replayed.view(), on);
    });
    recording->replay(stream);
    stream.wait();
    transform->forward(direct.view(), stream);
    transform->inverse(direct.view(), stream);
    stream.wait();
    EXPECT_TRUE(same_bits(direct.voxels(), replayed.voxels()));
}

TEST_P(Queue, ARecordingIsReplacedByTheNext) {
    DeviceGrid grid({2, 3, 4}, device());
    const auto recording = backend().new_recording();
    for (const float value : {1.f, 2.f}) {
        recording->record([&](const Stream& on) { backend().fill(grid.view(), value, on); });
        recording->replay({});
        backend().wait({});
        EXPECT_TRUE(same_bits(grid.voxels(), constant_volume({2, 3, 4}, value)));
    }
    recording->record([&](const Stream& on) {  // of another shape
        backend().fill(grid.view(), 3.f, on);
        backend().fill(grid.view(), 4.f, on);
    });
    recording->replay({});
    backend().wait({});
    EXPECT_TRUE(same_bits(grid.voxels(), constant_volume({2, 3, 4}, 4.f)));
}

TEST_P(Queue, ARecordingThatFailsLeavesTheDeviceWell) {
    if (device().is_cpu()) GTEST_SKIP() << "the CPU calls its verbs when they are replayed";
    DeviceGrid grid({2, 3, 4}, device());
    const auto recording = backend().new_recording();
    EXPECT_THROW(recording->record([](const Stream&) { throw std::domain_error("mine"); }), std::domain_error);
    recording->record([&](const Stream& on) { backend().fill(grid.view(), 5.f, on); });
    recording->replay({});
    backend().wait({});
    EXPECT_TRUE(same_bits(grid.voxels(), constant_volume({2, 3, 4}, 5.f)));
}

TEST_P(Queue, ARecordingMayNotWait) {
    if (device().is_cpu()) GTEST_SKIP() << "the CPU never waits";
    const auto recording = backend().new_recording();
    EXPECT_THROW(recording->record([&](const Stream& on) { on.wait(); }), DeviceError);
}

TEST_P(Queue, CopiesReachPinnedMemory) {
    const Volume<float> image = random_volume({3, 5, 7}, 62);
    const Volume<float> on_device = copy_to(device(), image);
    const Pinned<float> host(image.shape().voxels(), device());
    backend().copy(on_device.data(), host.data(), image.shape().voxels() * 4, {});
    backend().wait({});
    EXPECT_TRUE(same_bits(View<const float>(host.data(), image.shape()), image));
}

}  // namespace

}  // namespace planapo::testing
