// What the verbs that sum up on their way must find.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "backend.hpp"
#include "common/volumes.hpp"

namespace planapo::testing {

constexpr double rounding = std::numeric_limits<float>::epsilon() / 2;

/// Calls `verb(partials)` with as much room for its sums as it asked for, full of something else, and fetches the
/// total.
template <typename Sums, typename Verb>
Sums total_of(const Device& device, Shape core, Verb verb) {
    Backend& backend = device.backend();
    const std::int64_t floats = backend.partial_sums(core) * static_cast<std::int64_t>(sizeof(Sums) / sizeof(float));
    Volume<float> partials = copy_to(device, nan_volume({1, 1, floats}));
    verb(reinterpret_cast<Sums*>(partials.data()));
    Sums total;
    backend.copy(partials.data(), &total, sizeof total, {});
    backend.wait({});
    return total;
}

/// The misfit of an image and of what was expected there, and how far rounded terms may take it.
struct MisfitOriginal {
    double divergence = 0, expected = 0, divergence_allowed = 0, expected_allowed = 0;

    void add(double recorded, double model, double weight = 1) {
        const double logarithm = recorded > 0 ? std::log(recorded / model) : 0;
        const double size = recorded * (1 + std::abs(logarithm));
        divergence += weight * (recorded * logarithm - recorded + model);
        expected += weight * model;
        // Of a float logarithm (2e-7, formula.hpp), its argument, two products, three sums, and the weight; each term
        // is rounded on its own.
        divergence_allowed += weight * (2e-7 * size + 9 * rounding * (size + model));
        // Sums of doubles; a weight other than 1 rounds each term.
        expected_allowed += weight * model * (weight == 1 ? 1e-12 : rounding);
    }
    void expect(const Misfit& found) const {
        EXPECT_NEAR(found.divergence, divergence, divergence_allowed);
        EXPECT_NEAR(found.expected, expected, expected_allowed);
    }
};

/// Every value from 0 to 2, and 0 in a quarter of all voxels.
inline Volume<float> random_weights(Shape shape, unsigned seed) {
    const Volume<float> around_zero = random_volume(shape, seed, -0.6f, 2.f);
    return volume_of(shape, [&](auto z, auto y, auto x) { return std::max(around_zero.view()(z, y, x), 0.f); });
}

/// `image`, and NaN where its weight is 0.
inline Volume<float> unknown_where_weightless(View<const float> image, View<const float> weights) {
    return volume_of(image.shape(), [&](auto z, auto y, auto x) {
        return weights(z, y, x) > 0 ? image(z, y, x) : std::numeric_limits<float>::quiet_NaN();
    });
}

}  // namespace planapo::testing
