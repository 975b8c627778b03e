// The spectrum of a PSF on its own grid, on the host, where its coefficients are computed one by one.
#pragma once

#include <complex>
#include <vector>

#include "../backend.hpp"

namespace planapo {

class SmallSpectrum {
public:
    /// Transforms `kernel` (host, origin at n / 2) on `device`.
    SmallSpectrum(View<const float> kernel, const Device& device);

    /// Where a coefficient of the half spectrum of a real grid lies.
    struct Position {
        std::int64_t z, y, x;
        Shape real;
    };

    /// Calls `visit(position, coefficient)` for the whole half spectrum.
    template <typename Visit>
    void for_each(Visit visit) {
        const std::int64_t row = shape_.x / 2 + 1;
        for (std::int64_t z = 0, i = 0; z < shape_.z; ++z)
            for (std::int64_t y = 0; y < shape_.y; ++y)
                for (std::int64_t x = 0; x < row; ++x)
                    visit(Position{z, y, x, shape_}, coefficients_[static_cast<std::size_t>(i++)]);
    }

    /// Back to voxels: origin at voxel 0. The coefficients are spent.
    View<const float> inverse();

    const Shape& shape() const { return shape_; }

private:
    View<float> host_grid();

    Device device_;
    Shape shape_;
    std::vector<std::complex<float>> coefficients_;
    Buffer memory_;
    std::unique_ptr<Transform> transform_;
};

}  // namespace planapo
