// The counting itself: kernels of one warp, whose traffic anybody can work out.
#include <gtest/gtest.h>

#include "device_memory.hpp"
#include "expected.hpp"
#include "probes.cuh"
#include "traffic.hpp"

namespace planapo::testing {

namespace {

constexpr Shape square{1, 32, 64};
constexpr std::int64_t row_bytes = 32 * sizeof(float), sectors_of_row = row_bytes / simt::sector_bytes;

class Counting : public ::testing::Test {
protected:
    template <typename Launch>
    simt::KernelTraffic traffic_of(const char* kernel, Launch launch) {
        simt::TrafficCount count;
        launch();
        return count.by_kernel().at(kernel);
    }

    static void expect(const simt::Traffic& found, std::int64_t requests, std::int64_t bytes, std::int64_t sectors) {
        EXPECT_EQ(found.requests, requests);
        EXPECT_EQ(found.bytes, bytes);
        EXPECT_EQ(found.sectors, sectors);
    }

    DeviceMemory<float> in_{square.voxels() + 8}, out_{square.voxels()};
};

TEST_F(Counting, RowsAreReadInWholeSectors) {
    const auto found = traffic_of("rows_kernel", [&] { probes::read_rows(in_.view(square), out_.view(square)); });
    expect(found.loads, 1, row_bytes, sectors_of_row);
    expect(found.stores, 1, row_bytes, sectors_of_row);
    EXPECT_EQ(found.loads.excess(), 1.0);
}

TEST_F(Counting, ARowThatBeginsInsideASectorTakesOneMore) {
    const View<const float> shifted(in_.data() + 1, square);
    const auto found = traffic_of("rows_kernel", [&] { probes::read_rows(shifted, out_.view(square)); });
    expect(found.loads, 1, row_bytes, sectors_of_row + 1);
}

TEST_F(Counting, ColumnsTakeASectorForEachLane) {
    const auto found = traffic_of("columns_kernel", [&] { probes::read_columns(in_.view(square), out_.view(square)); });
    expect(found.loads, 1, row_bytes, 32);
    EXPECT_EQ(found.loads.excess(), 8.0);
    EXPECT_GT(found.loads.sectors, walk_over(in_.view({1, 1, 32})).sectors);  // to which verbs are held
}

TEST_F(Counting, OneOperatorMayLoadAndStore) {
    const auto found = traffic_of("add_one_kernel", [&] { probes::add_one(out_.view(square)); });
    expect(found.loads, 1, row_bytes, sectors_of_row);
    expect(found.stores, 1, row_bytes, sectors_of_row);
}

TEST_F(Counting, LanesThatPartMeetAgain) {
    const auto found = traffic_of("part_kernel", [&] { probes::part_and_meet(in_.view(square), out_.view(square)); });
    expect(found.loads, 2, row_bytes, 2 * sectors_of_row);  // every other element of a row, twice
    expect(found.stores, 1, row_bytes, sectors_of_row);
}

TEST_F(Counting, ALoopEndsTogetherHoweverOftenALaneRunsIt) {
    const auto found =
        traffic_of("loop_kernel", [&] { probes::loop_as_often_as_lane(in_.view(square), out_.view(square)); });
    // Round y is made by lanes y to 31: 1 sector for 8 of them, or for what is left of 8.
    std::int64_t sectors = 0;
    for (std::int64_t y = 0; y < 32; ++y) sectors += sectors_of_row - y / 8;
    expect(found.loads, 32, 32 * 33 / 2 * 4, sectors);
    expect(found.stores, 1, row_bytes, sectors_of_row);
}

TEST_F(Counting, NestedLoopsThatSkipAnAccessStayInStep) {
    const auto found = traffic_of("images_kernel", [&] { probes::write_images(out_.view(square)); });
    // Rows 1 and 2 by all lanes, and in each of three rows one sector by lanes 0 to 3.
    expect(found.stores, 2 + 3, 2 * row_bytes + 3 * 16, 2 * sectors_of_row + 3);
}

TEST_F(Counting, MembersOfAStructAreReadOneByOne) {
    const DeviceMemory<probes::Pair> pairs(32);
    const DeviceMemory<double> sums(32);
    const Shape row{1, 1, 32};
    const auto found = traffic_of(
        "pairs_kernel", [&] { probes::read_pairs(View<const probes::Pair>(pairs.view(row)), sums.view(row)); });
    expect(found.loads, 2, 32 * 16, 2 * 16);
    expect(found.stores, 1, 32 * 8, 8);
}

TEST_F(Counting, StructsMayGoFromOneFunctionToAnother) {
    const DeviceMemory<probes::Pair> in(32), out(32);
    const Shape row{1, 1, 32};
    const auto found =
        traffic_of("swap_kernel", [&] { probes::swap_pairs(View<const probes::Pair>(in.view(row)), out.view(row)); });
    expect(found.loads, 1, 32 * 16, 16);
    expect(found.stores, 1, 32 * 16, 16);
}

TEST_F(Counting, SumsUpLaunchesWhileACountExists) {
    probes::add_one(out_.view(square));
    simt::TrafficCount count;
    probes::add_one(out_.view(square));
    probes::add_one(out_.view(square));
    EXPECT_EQ(count.by_kernel().at("add_one_kernel").loads.requests, 2);
    EXPECT_EQ(count.by_kernel().size(), 1u);
}

}  // namespace

}  // namespace planapo::testing
