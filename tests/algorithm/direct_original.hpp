// Matched Richardson-Lucy as its authors wrote it down: direct sums in double precision, no Fourier transform, no grid.
#pragma once

#include <algorithm>
#include <vector>

#include <planapo/deconvolve.hpp>

#include "common/volumes.hpp"

namespace planapo::testing {

class DirectOriginal {
public:
    DirectOriginal(View<const float> psf, Shape image, Boundary boundary)
        : psf_(psf), image_(image), boundary_(boundary), psf_sum_(sum_of(psf)) {}

    std::vector<double> run(View<const float> image, int iterations, double background, double floor) const {
        std::vector<double> estimate;
        for_each_voxel(image_, [&](auto z, auto y, auto x) {
            estimate.push_back(std::max<double>(image(z, y, x) - background, floor));
        });
        for (int i = 0; i < iterations; ++i) {
            std::vector<double> ratio = convolve(estimate, 1, 0);
            for_each_voxel(image_, [&](auto z, auto y, auto x) {
                double& value = ratio[at(z, y, x)];
                value = std::max<double>(image(z, y, x), 0) / std::max(value + background, floor);
            });
            const std::vector<double> correction = convolve(ratio, -1, 1);
            for (std::size_t v = 0; v < estimate.size(); ++v)
                estimate[v] = std::max(estimate[v] * correction[v], floor);
        }
        return estimate;
    }

private:
    /// sum over the PSF's offsets o of psf(o) in(i - direction o); `outside` is what lies outside where the boundary is
    /// zero.
    std::vector<double> convolve(const std::vector<double>& in, int direction, double outside) const {
        std::vector<double> out(in.size());
        const Shape p = psf_.shape();
        for_each_voxel(image_, [&](auto z, auto y, auto x) {
            double sum = 0;
            for_each_voxel(p, [&](auto pz, auto py, auto px) {
                const auto sz = source(z - direction * (pz - p.z / 2), image_.z),
                           sy = source(y - direction * (py - p.y / 2), image_.y),
                           sx = source(x - direction * (px - p.x / 2), image_.x);
                sum += psf_(pz, py, px) * (sz < 0 || sy < 0 || sx < 0 ? outside : in[at(sz, sy, sx)]);
            });
            out[at(z, y, x)] = sum / psf_sum_;
        });
        return out;
    }

    /// Where the boundary says that coordinate i is to be found; -1: nowhere.
    std::int64_t source(std::int64_t i, std::int64_t n) const {
        if (i >= 0 && i < n) return i;
        if (boundary_ == Boundary::zero) return -1;
        const std::int64_t period = boundary_ == Boundary::wrap ? n : 2 * n, j = ((i % period) + period) % period;
        return j < n ? j : period - 1 - j;
    }

    std::size_t at(std::int64_t z, std::int64_t y, std::int64_t x) const {
        return static_cast<std::size_t>((z * image_.y + y) * image_.x + x);
    }

    View<const float> psf_;
    Shape image_;
    Boundary boundary_;
    double psf_sum_;
};

}  // namespace planapo::testing
