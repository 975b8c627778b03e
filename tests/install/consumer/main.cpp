// Restores a blurred point with the installed library, and catches what it throws.
#include <cstdio>
#include <string>
#include <vector>

#include <planapo/deconvolve.hpp>
#include <planapo/device.hpp>
#include <planapo/error.hpp>
#include <planapo/version.hpp>

namespace {

constexpr planapo::Shape shape{8, 32, 32};

/// A 3 x 3 x 3 box of 1000 photons on a background of 1: what a box PSF makes of a point.
std::vector<float> blurred_point() {
    std::vector<float> image(static_cast<std::size_t>(shape.voxels()), 1.f);
    for (std::int64_t z = 3; z <= 5; ++z)
        for (std::int64_t y = 15; y <= 17; ++y)
            for (std::int64_t x = 15; x <= 17; ++x)
                image[static_cast<std::size_t>((z * shape.y + y) * shape.x + x)] += 1000.f / 27;
    return image;
}

bool sharpens() {
    const std::vector<float> image = blurred_point(), psf(27, 1.f);
    planapo::DeconvolveOptions options;
    options.method = planapo::Method::matched;
    options.iterations = 10;
    const planapo::Restored restored = planapo::deconvolve(planapo::View<const float>(image.data(), shape),
                                                           planapo::View<const float>(psf.data(), {3, 3, 3}), options);
    const float before = image[static_cast<std::size_t>((4 * shape.y + 16) * shape.x + 16)];
    const float after = restored.image.view()(4, 16, 16);
    std::printf("peak %.0f -> %.0f after %d iterations\n", before, after, restored.report.iterations);
    return restored.report.iterations == 10 &&
           after > 2 * before;  // a point holds 27 voxels' worth: much more than twice
}

bool refuses_unknown_device() {
    try {
        planapo::Device device("abacus");
    } catch (const planapo::InvalidArgument& error) {
        std::printf("as it should be: %s\n", error.what());
        return true;
    }
    return false;
}

}  // namespace

int main(int, char** arguments) {
    const bool right_version = std::string(PLANAPO_VERSION) == arguments[1];
    return right_version && sharpens() && refuses_unknown_device() ? 0 : 1;
}
