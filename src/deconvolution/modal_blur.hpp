// A PSF that varies: voxels times coefficients, blurred by one mode each, added up as spectra.
#pragma once

#include <array>
#include <vector>

#include "blur.hpp"
#include "grid.hpp"
#include "modal_kernels.hpp"

namespace planapo {

class ModalBlur final : public Blur {
public:
    /// Without back projectors (no kernels) they are the adjoint. `transform` is of the layout's grid and outlives
    /// this.
    ModalBlur(const ModalKernels& psf, const ModalKernels& back_projectors, Shape image, const WorkingGrid& layout,
              Transform& transform, const Device& device);

    void project(View<float> grid, const Stream& stream) override;
    void transpose(View<float> grid, const Stream& stream) override {
        carry_back(psf_, Conjugate::yes, grid, grid_, stream);
    }
    void project_back(View<float> grid, const Stream& stream) override;
    bool is_even() const override { return is_even_; }

    /// What it holds for each way, and besides for the one with the most modes.
    static std::int64_t way_bytes(std::size_t modes, Shape knots, Shape grid);
    static std::int64_t work_bytes(std::size_t modes, Shape grid);

private:
    /// The modes of one way, on the device.
    struct Way {
        std::vector<Buffer> otfs;
        std::vector<Volume<float>> lattices;
        std::array<Volume<Place>, 3> places;

        Weights weights(std::size_t mode) const {
            return {lattices[mode], places[0].view(), places[1].view(), places[2].view()};
        }
    };

    Way way_of(const ModalKernels& modes, const WorkingGrid& layout);
    void carry_back(const Way& way, Conjugate conjugate, View<float> grid, Shape wanted, const Stream& stream);
    View<const Complex> otf(const Way& way, std::size_t mode) const;
    View<float> on_grid(const Buffer& buffer) const { return grid_view(static_cast<float*>(buffer.data()), grid_); }

    Device device_;
    Backend& backend_;
    Transform& transform_;
    Shape image_, domain_, grid_;  // of the recording, of the estimate, and around them
    bool is_even_;
    Way psf_, back_;
    Buffer sum_, work_;  // empty where all ways have one mode
};

}  // namespace planapo
