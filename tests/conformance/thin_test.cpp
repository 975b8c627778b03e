// thin: an image's photons, split at random.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "common/device_grid.hpp"
#include "common/machines.hpp"
#include "common/sizes.hpp"

namespace planapo::testing {

namespace {

struct Parts {
    Volume<float> kept, taken;
};

class Thin : public OnMachine {
protected:
    Parts thin(View<const float> observed, const Thinning& thinning) {
        DeviceGrid input(observed, device()), kept(observed.shape(), device()), taken(observed.shape(), device());
        device().backend().thin(input.view(), thinning, kept.view(), taken.view(), {});
        device().backend().wait({});
        EXPECT_TRUE(kept.padding_kept() && taken.padding_kept());
        EXPECT_TRUE(same_bits(input.voxels(), observed));
        return {kept.voxels(), taken.voxels()};
    }
};
PLANAPO_ON_EVERY_MACHINE(Thin);

/// Whole photons from none to three thousand, so that both ways of drawing are taken; some below the dark level.
Volume<float> recorded(Shape shape, const Thinning& thinning) {
    const Volume<float> level = random_volume(shape, 30, -1.f, 14.f);
    return volume_of(shape, [&](auto z, auto y, auto x) {
        const double photons = std::floor(level.view()(z, y, x) * level.view()(z, y, x) * level.view()(z, y, x));
        return thinning.dark + photons / thinning.photons_per_unit;
    });
}

TEST_P(Thin, TakesAShareOfEachVoxelAndKeepsTheRest) {
    for_each_size(quick_sizes(), [&](Shape shape) {
        const Thinning thinning{
            .dark = 3, .photons_per_unit = 4, .offset = 0.5f, .halvings = 2, .draw = 5, .seed = 9, .whole = shape};
        const Volume<float> observed = recorded(shape, thinning);
        const auto [kept, taken] = thin(observed, thinning);
        for_each_voxel(shape, [&](auto z, auto y, auto x) {
            const float all = observed.view()(z, y, x), take = taken.view()(z, y, x);
            ASSERT_EQ(kept.view()(z, y, x), all - take - 0.5f);
            ASSERT_TRUE(take >= 0 && take <= std::max(all - 3, 0.f)) << all << " of which " << take;
            ASSERT_EQ(take * 4, std::floor(take * 4));  // whole photons
            // Eight standard deviations: never in so few voxels.
            const double photons = 4 * std::max(all - 3, 0.f), expected = photons / 4;
            ASSERT_NEAR(take * 4, expected, 8 * std::sqrt(photons * 3 / 16) + 1);
        });
    });
}

TEST_P(Thin, HasTheBitsOfTheFormula) {
    const Shape shape{3, 9, 33};
    const Thinning thinning{.dark = 1.5, .photons_per_unit = 0.7f, .draw = 1, .seed = 1ull << 63, .whole = shape};
    const Volume<float> observed = random_volume(shape, 31, -5.f, 4000.f);
    const Volume<float> expected = volume_of(shape, [&](auto z, auto y, auto x) {
        return formula::taken(observed.view()(z, y, x), thinning, static_cast<std::uint64_t>((z * 9 + y) * 33 + x));
    });
    EXPECT_TRUE(same_bits(thin(observed, thinning).taken, expected));
}

TEST_P(Thin, SplitsAPartAsInTheWhole) {
    const Shape whole{6, 11, 40}, part{4, 5, 33}, first{2, 3, 7};
    const Thinning thinning{.halvings = 3, .seed = 4, .whole = whole};
    const Volume<float> observed = random_volume(whole, 32, 0.f, 300.f);
    Thinning of_part = thinning;
    of_part.origin = first;

    const Volume<float> expected = part_of(thin(observed, thinning).taken, first, part);

    EXPECT_TRUE(same_bits(thin(part_of(observed, first, part), of_part).taken, expected));
}

TEST_P(Thin, DependsOnSeedAndDrawAlone) {
    const Shape shape{2, 8, 32};
    const Volume<float> observed = constant_volume(shape, 100);
    const Thinning thinning{.seed = 1, .whole = shape};
    Thinning other_draw = thinning, other_seed = thinning;
    other_draw.draw = 1;
    other_seed.seed = 2;
    const Volume<float> once = thin(observed, thinning).taken;
    EXPECT_TRUE(same_bits(once, thin(observed, thinning).taken));
    EXPECT_FALSE(same_bits(once, thin(observed, other_draw).taken));
    EXPECT_FALSE(same_bits(once, thin(observed, other_seed).taken));
}

/// Poisson counts, from another generator than the one under test.
Volume<float> poisson(Shape shape, double mean) {
    std::mt19937_64 generator(33);
    std::poisson_distribution<int> counts(mean);
    return volume_of(shape, [&](auto...) { return counts(generator); });
}

TEST_P(Thin, PartsOfAPoissonImageAreIndependentAndPoisson) {
    const Shape shape{4, 32, 64};
    const double mean = 40, voxels = 4 * 32 * 64;
    const auto [kept, taken] = thin(poisson(shape, mean), {.halvings = 1, .seed = 3, .whole = shape});
    double sum = 0, squares = 0, products = 0;
    for_each_voxel(shape, [&](auto z, auto y, auto x) {
        const double a = taken.view()(z, y, x) - mean / 2, b = kept.view()(z, y, x) - mean / 2;
        sum += a / voxels;
        squares += a * a / voxels;
        products += a * b / voxels;
    });
    // Four standard errors of a mean, a variance and a covariance of variates of variance mean / 2.
    const double variance = mean / 2;
    EXPECT_NEAR(sum, 0, 4 * std::sqrt(variance / voxels));
    EXPECT_NEAR(squares, variance, 4 * variance * std::sqrt(2 / voxels));
    EXPECT_NEAR(products, 0, 4 * variance / std::sqrt(voxels));
}

}  // namespace

}  // namespace planapo::testing
