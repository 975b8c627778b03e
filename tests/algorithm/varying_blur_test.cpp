// Blur that varies in space: against direct sums in double precision, its adjoint, and what a single PSF gives.
#include <planapo/blur.hpp>

#include "backend.hpp"
#include "direct_varying_blur.hpp"
#include "restoring.hpp"

namespace planapo::testing {

namespace {

double dot(View<const float> a, View<const float> b) {
    double sum = 0;
    for_each_voxel(a.shape(), [&](auto z, auto y, auto x) { sum += double{a(z, y, x)} * b(z, y, x); });
    return sum;
}

std::vector<View<const float>> views_of(const std::vector<Volume<float>>& volumes) {
    return {volumes.begin(), volumes.end()};
}

/// Lopsided PSFs that grow from knot to knot, of odd and even extents.
VaryingPsf growing_psfs(Shape knots, const VaryingPsf::Positions& positions = {}) {
    std::vector<Volume<float>> psfs;
    for (std::int64_t i = 0; i < knots.voxels(); ++i) {
        const double growth = 0.6 + 0.15 * static_cast<double>(i);
        psfs.push_back(gaussian_volume({3 + i % 2, 4, 5}, growth, growth, 1, 0.3));
    }
    return VaryingPsf::of_grid(views_of(psfs), knots, positions);
}

/// Modes and coefficients of both signs.
VaryingPsf random_modes(Shape knots, int count) {
    std::vector<Volume<float>> modes, coefficients;
    for (int i = 0; i < count; ++i) {
        modes.push_back(random_volume({3, 4 + i % 2, 3}, static_cast<unsigned>(40 + i), i == 0 ? 0.f : -.5f, 1.f));
        coefficients.push_back(random_volume(knots, static_cast<unsigned>(50 + i), i == 0 ? .5f : -.2f, 1.f));
    }
    return VaryingPsf::of_modes(views_of(modes), views_of(coefficients));
}

class VaryingBlur : public OnMachine {
protected:
    Volume<float> run(BlurOperator& blur, View<const float> in) {
        Volume<float> out(in.shape());
        blur.forward(in, out);
        return out;
    }

    void expect_original(const VaryingPsf& psf, Shape shape, Boundary boundary) {
        SCOPED_TRACE(to_string(shape) + ", boundary " + std::to_string(static_cast<int>(boundary)));
        const Volume<float> image = random_volume(shape, 7);
        BlurOperator blur(psf, shape, boundary, device());
        const Volume<float> original = direct_varying_blur(image, psf, boundary);
        // Transforms of a few thousand voxels: some ten roundings of what adds up to the peak.
        EXPECT_LT(largest_difference(run(blur, image), original), 3e-6 * peak_of(original));
    }

    void expect_adjoint(BlurOperator& blur) {
        const Shape shape = blur.image_shape();
        const Volume<float> x = random_volume(shape, 1, -1.f, 1.f), y = random_volume(shape, 2, -1.f, 1.f);
        Volume<float> back(shape);
        blur.adjoint(y, back);
        const double one = dot(run(blur, x), y), other = dot(x, back);
        // Relative to the norms: the products themselves nearly cancel.
        EXPECT_NEAR(one, other, 1e-6 * std::sqrt(dot(x, x) * dot(y, y)));
    }
};
PLANAPO_ON_EVERY_MACHINE(VaryingBlur);

constexpr Shape odd_and_even[] = {{7, 8, 9}, {6, 9, 8}, {1, 10, 11}};

TEST_P(VaryingBlur, GridOfPsfsIsTheDirectSum) {
    for (const Boundary boundary : every_boundary)
        for (const Shape& shape : odd_and_even) {
            expect_original(growing_psfs({3, 1, 2}), shape, boundary);
            expect_original(growing_psfs({1, 1, 1}), shape, boundary);
        }
}

TEST_P(VaryingBlur, ModesAreTheDirectSum) {
    for (const Boundary boundary : every_boundary)
        for (const Shape& shape : odd_and_even) {
            expect_original(random_modes({2, 3, 4}, 3), shape, boundary);
            expect_original(random_modes(shape, 2), shape, boundary);
        }
}

TEST_P(VaryingBlur, KnotsLieWhereTheyAreGiven) {
    const VaryingPsf psf = growing_psfs({2, 3, 1}, {std::vector<double>{1.5, 4}, {0, 2.25, 3}, {}});
    for (const Boundary boundary : every_boundary) expect_original(psf, {7, 8, 5}, boundary);
}

TEST_P(VaryingBlur, PsfsLargerThanTheImageAreCropped) {
    for (const Boundary boundary : {Boundary::mirror, Boundary::zero})
        expect_original(growing_psfs({2, 1, 1}), {2, 3, 2}, boundary);
}

/// So many PSFs, each for so small a part, that each gets a small grid of its own.
VaryingPsf many_psfs(Shape knots) {
    std::vector<Volume<float>> psfs;
    for (std::int64_t i = 0; i < knots.voxels(); ++i)
        psfs.push_back(gaussian_volume({1, 2 + i % 2, 3}, 1, 0.6 + 0.02 * double(i), 0.5 + 0.01 * double(i), 0.3));
    return VaryingPsf::of_grid(views_of(psfs), knots);
}

TEST_P(VaryingBlur, ManyPsfsAreTheDirectSum) {
    for (const Boundary boundary : every_boundary) {
        expect_original(many_psfs({1, 8, 7}), {1, 40, 36}, boundary);
        expect_original(many_psfs({4, 1, 6}), {14, 2, 36}, boundary);
    }
}

TEST_P(VaryingBlur, ManyPsfsHaveTheirAdjoint) {
    for (const Boundary boundary : every_boundary) {
        BlurOperator blur(many_psfs({1, 8, 7}), {2, 50, 45}, boundary, device());
        expect_adjoint(blur);
    }
}

TEST_P(VaryingBlur, ManyPsfsTakeLittleMemory) {
    const std::int64_t before = bytes_in_use(device());
    const Shape shape{1, 128, 128};
    BlurOperator blur(many_psfs({1, 12, 12}), shape, Boundary::mirror, device());
    EXPECT_LT(bytes_in_use(device()) - before, 20 * grid_bytes(shape));  // on the whole grid it would be 147
}

TEST_P(VaryingBlur, AdjointIsTheAdjoint) {
    for (const Boundary boundary : every_boundary)
        for (const Shape& shape : odd_and_even) {
            SCOPED_TRACE(to_string(shape) + ", boundary " + std::to_string(static_cast<int>(boundary)));
            BlurOperator grid(growing_psfs({2, 2, 1}), shape, boundary, device());
            expect_adjoint(grid);
            BlurOperator modes(random_modes({2, 3, 4}, 3), shape, boundary, device());
            expect_adjoint(modes);
            BlurOperator uniform(gaussian_volume({3, 4, 5}, 1, 1, 1, 0.4), shape, boundary, device());
            expect_adjoint(uniform);
        }
}

TEST_P(VaryingBlur, EqualPsfsLeaveNoSeams) {
    const Shape shape{12, 14, 16};
    const Volume<float> psf = gaussian_volume({5, 5, 5}, 1, 1.2, 1.1), image = random_volume(shape, 3);
    const VaryingPsf everywhere = VaryingPsf::of_grid({12, View<const float>(psf)}, {2, 3, 2});
    for (const Boundary boundary : every_boundary) {
        const Volume<float> varying = blur(image, everywhere, boundary, device());
        const Volume<float> uniform = blur(image, psf, boundary, device());
        // Weights add up to 1 within a rounding, transforms have a few.
        EXPECT_LT(largest_difference(varying, uniform), 3e-6 * peak_of(uniform));
    }
}

TEST_P(VaryingBlur, KeepsFlux) {
    const Shape shape{12, 14, 16};
    const Volume<float> image = random_volume(shape, 3);
    const Volume<float> blurred = blur(image, growing_psfs({3, 2, 2}), Boundary::wrap, device());
    EXPECT_NEAR(sum_of(blurred) / sum_of(image), 1, 1e-6);  // float rounding of sums of some thousand voxels
}

TEST_P(VaryingBlur, RunsInPlaceAndOnTheDevice) {
    const Shape shape{5, 6, 7};
    BlurOperator blur(growing_psfs({2, 1, 1}), shape, Boundary::mirror, device());
    const Volume<float> image = random_volume(shape, 3), expected = run(blur, image);
    Volume<float> here = copy_to(device(), image);
    blur.forward(here, here);
    EXPECT_EQ(largest_difference(copy_to(Device(), here), expected), 0);
}

TEST(VaryingPsf, IsThePsfAtItsKnotsAndMixedBetween) {
    const VaryingPsf psf = growing_psfs({2, 1, 1});
    const Volume<float> first = psf.at({0, 0, 0}, {5, 1, 1}), second = psf.at({4, 0, 0}, {5, 1, 1});
    const Volume<float> middle = psf.at({2, 0, 0}, {5, 1, 1});
    for_each_voxel(middle.shape(), [&](auto z, auto y, auto x) {
        EXPECT_NEAR(middle.view()(z, y, x), (first.view()(z, y, x) + second.view()(z, y, x)) / 2, 1e-7);
    });
    EXPECT_EQ(psf.modes()[0].shape(), (Shape{3, 4, 5}));
    EXPECT_FLOAT_EQ(first.view()(2, 2, 2), psf.modes()[0].view()(1, 2, 2));
}

TEST(VaryingPsf, RefusesWhatDoesNotFit) {
    const Volume<float> psf = gaussian_volume({3, 3, 3}, 1, 1, 1), coefficients = constant_volume({1, 2, 2}, 1);
    EXPECT_THROW(VaryingPsf::of_grid({psf}, {2, 1, 1}), InvalidArgument);
    EXPECT_THROW(VaryingPsf::of_grid({psf, psf}, {2, 1, 1}, {std::vector<double>{3, 3}, {}, {}}), InvalidArgument);
    EXPECT_THROW(VaryingPsf::of_grid({psf, psf}, {2, 1, 1}, {std::vector<double>{3}, {}, {}}), InvalidArgument);
    EXPECT_THROW(VaryingPsf::of_grid({psf, constant_volume({1, 1, 1}, 0)}, {2, 1, 1}), InvalidArgument);
    EXPECT_THROW(VaryingPsf::of_modes({psf}, {}), InvalidArgument);
    EXPECT_THROW(VaryingPsf::of_modes({psf, psf}, {coefficients, psf}), InvalidArgument);
    EXPECT_THROW(VaryingPsf::of_modes({psf}, {nan_volume({1, 1, 1})}), InvalidArgument);
    EXPECT_THROW(VaryingPsf::of_grid({psf}, {1, 1, 1}).at({0, 0, 5}, {1, 1, 5}), InvalidArgument);
}

}  // namespace

}  // namespace planapo::testing
