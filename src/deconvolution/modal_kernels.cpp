#include "modal_kernels.hpp"

#include <algorithm>

#include "../message.hpp"
#include "back_projector.hpp"
#include "kernel.hpp"
#include "knots.hpp"

namespace planapo {

namespace {

VaryingPsf::Positions positions_in(Shape image, const VaryingPsf::Positions& given, Shape knots) {
    return {knot_positions(given[0], knots.z, image.z), knot_positions(given[1], knots.y, image.y),
            knot_positions(given[2], knots.x, image.x)};
}

double sum_of(const Volume<float>& volume) {
    double sum = 0;
    for (std::int64_t i = 0; i < volume.shape().voxels(); ++i) sum += volume.data()[i];
    return sum;
}

void scale(Volume<float>& volume, double factor) {
    for (std::int64_t i = 0; i < volume.shape().voxels(); ++i)
        volume.data()[i] = static_cast<float>(volume.data()[i] * factor);
}

ModalKernels sampled_back_projectors(const VaryingPsf& psf, Shape image, const DeconvolveOptions& options,
                                     const Device& device) {
    const Shape samples = back_projector_knots(psf, image);
    ModalKernels back{{}, {}, positions_in(image, {}, samples), false};
    for (const double z : back.knots[0])
        for (const double y : back.knots[1])
            for (const double x : back.knots[2]) {
                const Volume<float> local = cropped_to_reach(psf.at({z, y, x}, image), image, options.boundary);
                const double brightness = sum_of(local);
                require(brightness > 0, "The PSF at voxel {}, {}, {} sums to {}: nothing would be recorded from there.",
                        z, y, x, brightness);
                back.kernels.push_back(
                    back_projector(normalised_psf(local), options.method, options.projector, device));
                scale(back.kernels.back(), brightness);
                back.lattices.push_back(hat(samples, static_cast<std::int64_t>(back.lattices.size())));
            }
    return back;
}

}  // namespace

ModalKernels modal_kernels(const VaryingPsf& psf, Shape image, Boundary boundary, double& share_cut) {
    const bool of_grid = psf.coefficients().empty();
    ModalKernels result{{}, {}, positions_in(image, psf.positions(), psf.knots()), of_grid};
    share_cut = 0;
    for (std::size_t i = 0; i < psf.modes().size(); ++i) {
        double share = 0;
        result.kernels.push_back(of_grid ? within_reach(psf.modes()[i], image, boundary, share)
                                         : cropped_to_reach(psf.modes()[i], image, boundary));
        result.lattices.push_back(of_grid ? hat(psf.knots(), static_cast<std::int64_t>(i))
                                          : copy_to(Device(), psf.coefficients()[i]));
        share_cut = std::max(share_cut, share);
    }
    return result;
}

Shape back_projector_knots(const VaryingPsf& psf, Shape image) {
    const Shape knots = psf.knots();
    if (psf.coefficients().empty()) return knots;
    const auto along = [](std::int64_t n, std::int64_t voxels) -> std::int64_t {
        return n == 1 ? 1 : std::min<std::int64_t>(3, voxels);  // nowhere twice where they do not vary
    };
    return {along(knots.z, image.z), along(knots.y, image.y), along(knots.x, image.x)};
}

ModalKernels modal_back_projectors(const ModalKernels& psf, const VaryingPsf& given, Shape image,
                                   const DeconvolveOptions& options, const Device& device) {
    if (!given.coefficients().empty()) return sampled_back_projectors(given, image, options, device);
    ModalKernels back{{}, {}, psf.knots, true};
    for (std::size_t i = 0; i < psf.kernels.size(); ++i) {
        back.kernels.push_back(back_projector(psf.kernels[i], options.method, options.projector, device));
        back.lattices.push_back(copy_to(Device(), psf.lattices[i]));
    }
    return back;
}

}  // namespace planapo
