// Kernels whose traffic is known, to test the counting with.
#pragma once

#include <cstdint>

#include <planapo/volume.hpp>

#include "formula.hpp"

namespace planapo::probes {

struct Pair {
    double first, second;
};

/// Lane i reads element i of a row: as it should be.
void read_rows(View<const float> in, View<float> out);

/// Lane i reads element 0 of row i: the planted fault.
void read_columns(View<const float> in, View<float> out);

/// One load and one store of each element, made by one operator.
void add_one(View<float> io);

/// The even lanes go one way, the odd lanes another; then all of them together.
void part_and_meet(View<const float> in, View<float> out);

/// Lane i reads i + 1 elements of its column, lane after lane of a row at the same time.
void loop_as_often_as_lane(View<const float> in, View<float> out);

/// Reads both members of each pair.
void read_pairs(View<const Pair> in, View<double> out);

/// A struct that a function returns, and one that it takes by value.
void swap_pairs(View<const Pair> in, View<Pair> out);

/// Nested loops that skip an access in their middle, as the margin of a grid is written: lanes 0 to 3 have two images.
void write_images(View<float> out);

}  // namespace planapo::probes
