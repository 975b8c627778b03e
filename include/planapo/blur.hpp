// What a microscope does to an object, and the adjoint: to simulate recordings, and as the operators of other methods.
#pragma once

#include <memory>

#include <planapo/deconvolve.hpp>
#include <planapo/device.hpp>
#include <planapo/export.hpp>
#include <planapo/varying_psf.hpp>
#include <planapo/volume.hpp>

namespace planapo {

/// The blur of images of one shape by a PSF, the same everywhere or not: linear, and nothing else. Built once, run on
/// many images. Safe to call from several threads, which then take turns.
class PLANAPO_API BlurOperator {
public:
    /// `psf` on the host, origin at index n / 2 of each axis, normalised to sum 1. What cannot reach from one voxel to
    /// another is cut off. Throws `InvalidArgument` for a PSF that is not finite or does not sum to more than 0.
    BlurOperator(View<const float> psf, Shape image, Boundary boundary = Boundary::mirror, const Device& device = {});
    BlurOperator(const VaryingPsf& psf, Shape image, Boundary boundary = Boundary::mirror, const Device& device = {});
    ~BlurOperator();
    BlurOperator(BlurOperator&&) noexcept;
    BlurOperator& operator=(BlurOperator&&) noexcept;

    /// out = A in. Both of the operator's shape and contiguous, on the host or on its device; they may be the same.
    /// Waits. Throws `InvalidArgument` for other shapes.
    void forward(View<const float> in, View<float> out, const Stream& stream = {});

    /// out = A^T in, the adjoint: <A x, y> = <x, A^T y> for all x and y.
    void adjoint(View<const float> in, View<float> out, const Stream& stream = {});

    Shape image_shape() const;
    const Device& device() const;

private:
    struct Work;

    std::unique_ptr<Work> work_;
};

/// One-off convenience over `BlurOperator`; image and result on the host.
PLANAPO_API Volume<float> blur(View<const float> image, View<const float> psf, Boundary boundary = Boundary::mirror,
                               const Device& device = {});
PLANAPO_API Volume<float> blur(View<const float> image, const VaryingPsf& psf, Boundary boundary = Boundary::mirror,
                               const Device& device = {});

}  // namespace planapo
