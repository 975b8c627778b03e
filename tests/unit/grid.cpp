// The lengths of a grid: by smoothness where nothing is known of their costs, else by a table of those.
#include <gtest/gtest.h>

#include "deconvolution/grid.hpp"

namespace planapo::testing {

namespace {

/// Costs of every fast length up to `longest`: `usual` on each axis, as 1/3 of a grid's.
FftCosts even_costs(std::int64_t longest, std::int64_t usual = 4000) {
    FftCosts costs;
    for (std::int64_t n = 2; n <= longest; n = fast_length(n + 1)) costs.lengths.push_back({n, usual, usual, usual});
    return costs;
}

FftCosts::Length& at(FftCosts& costs, std::int64_t n) {
    for (FftCosts::Length& one : costs.lengths)
        if (one.length == n) return one;
    throw std::out_of_range("no such length");
}

TEST(FastLength, IsTheSmallestProductOfSmallPrimes) {
    const std::pair<std::int64_t, std::int64_t> expected[] = {{1, 1},   {2, 2},     {11, 12},   {13, 14},
                                                              {97, 98}, {251, 252}, {511, 512}, {2049, 2058}};
    for (const auto& [n, length] : expected) EXPECT_EQ(fast_length(n), length) << n;
}

TEST(CheapestGrid, WithoutCostsIsTheSmallest) {
    EXPECT_EQ(cheapest_grid({94, 286, 251}, nullptr), (Shape{96, 288, 252}));
    const FftCosts none;
    EXPECT_EQ(cheapest_grid({94, 286, 251}, &none), (Shape{96, 288, 252}));
}

TEST(CheapestGrid, WithEvenCostsIsTheSmallest) {
    const FftCosts costs = even_costs(600);
    for (const Shape least : {Shape{94, 286, 251}, {1, 500, 500}, {2, 3, 5}, {1, 1, 331}, {1, 1, 1}, {517, 11, 129}})
        EXPECT_EQ(cheapest_grid(least, &costs), cheapest_grid(least, nullptr));
}

TEST(CheapestGrid, LeavesADearLength) {
    FftCosts costs = even_costs(600);
    at(costs, 250) = {250, 9000, 9000, 9000};
    at(costs, 256) = {256, 3000, 3000, 3000};
    EXPECT_EQ(cheapest_grid({250, 250, 250}, &costs), (Shape{256, 256, 256}));
    EXPECT_EQ(cheapest_grid({1, 249, 96}, &costs), (Shape{1, 256, 96}));
}

TEST(CheapestGrid, AsksWhichAxisItIs) {
    FftCosts costs = even_costs(600);
    at(costs, 250).x = 9000;
    at(costs, 252).x = 8000;
    EXPECT_EQ(cheapest_grid({250, 250, 250}, &costs), (Shape{250, 250, 256}));
}

TEST(CheapestGrid, CountsTheVoxelsThatALongerAxisAdds) {
    FftCosts costs = even_costs(600);
    at(costs, 288).x = 3200;                                                // 7 % less for a voxel
    EXPECT_EQ(cheapest_grid({64, 64, 280}, &costs), (Shape{64, 64, 288}));  // 3 % more voxels
    EXPECT_EQ(cheapest_grid({64, 64, 260}, &costs), (Shape{64, 64, 270}));  // also 7 % more voxels
}

TEST(CheapestGrid, TakesNoMemoryForTimeThatNobodyNotices) {
    FftCosts costs = even_costs(600);
    at(costs, 250).y = 4300;
    EXPECT_EQ(cheapest_grid({250, 250, 250}, &costs), (Shape{250, 250, 250}));
}

TEST(CheapestGrid, GrowsByAnEighthAtMost) {
    FftCosts costs = even_costs(600);
    at(costs, 576) = {576, 1, 1, 1};
    EXPECT_EQ(cheapest_grid({512, 512, 512}, &costs), (Shape{576, 576, 576}));
    EXPECT_EQ(cheapest_grid({500, 500, 500}, &costs), (Shape{500, 500, 500}));
}

TEST(CheapestGrid, AnAxisOfLengthOneStays) {
    FftCosts costs = even_costs(600);
    at(costs, 2) = {2, 0, 0, 0};
    EXPECT_EQ(cheapest_grid({1, 1, 128}, &costs), (Shape{1, 1, 128}));
}

TEST(CheapestGrid, BeyondTheTableIsTheSmallest) {
    FftCosts costs = even_costs(512);
    at(costs, 250) = {250, 90000, 90000, 90000};
    EXPECT_EQ(cheapest_grid({250, 250, 513}, &costs), (Shape{250, 250, 525}));
    EXPECT_EQ(cheapest_grid({250, 250, 511}, &costs), (Shape{252, 252, 512}));  // 525 and up may be dear or cheap
}

TEST(PredictedSeconds, AreVoxelsTimesTheSumOfTheAxes) {
    FftCosts costs = even_costs(32);
    at(costs, 16) = {16, 1, 20, 300};
    at(costs, 32) = {32, 4000, 50000, 600000};
    EXPECT_DOUBLE_EQ(*predicted_seconds({16, 32, 16}, costs), 16 * 32 * 16 * 50301e-15);
    EXPECT_DOUBLE_EQ(*predicted_seconds({1, 16, 32}, costs), 16 * 32 * 600020e-15);
    EXPECT_FALSE(predicted_seconds({16, 16, 33}, costs));
}

TEST(WorkingGrid, HasRoomForBothMarginsAndAsksTheCosts) {
    FftCosts costs = even_costs(600);
    at(costs, 288).y = 9000;
    const Shape image{64, 256, 256}, radius{15, 15, 15};
    EXPECT_EQ(working_grid(image, radius, Boundary::mirror, nullptr).grid, (Shape{96, 288, 288}));
    EXPECT_EQ(working_grid(image, radius, Boundary::mirror, &costs).grid, (Shape{96, 294, 288}));
    EXPECT_EQ(working_grid(image, radius, Boundary::zero, &costs).grid, (Shape{96, 294, 288}));
    EXPECT_EQ(working_grid(image, radius, Boundary::wrap, &costs).grid, image);
}

}  // namespace

}  // namespace planapo::testing
