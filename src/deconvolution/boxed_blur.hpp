// A PSF that varies, of modes that each count in a part of the image only: every mode on a small grid of its own, so
// that a fine grid of PSFs takes hardly longer than a coarse one.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "blur.hpp"
#include "grid.hpp"
#include "modal_kernels.hpp"

namespace planapo {

class BoxedBlur final : public Blur {
public:
    /// Without back projectors (no kernels) they are the adjoint. Not for periodic images.
    BoxedBlur(const ModalKernels& psf, const ModalKernels& back_projectors, Shape image, const WorkingGrid& layout,
              const Device& device);

    void project(View<float> grid, const Stream& stream) override { run(project_, grid, stream); }
    void transpose(View<float> grid, const Stream& stream) override { run(transpose_, grid, stream); }
    void project_back(View<float> grid, const Stream& stream) override {
        run(back_.empty() ? transpose_ : back_, grid, stream);
    }
    bool is_even() const override { return is_even_; }

    /// The grid that one mode needs; that for all modes has room for each.
    static Shape box_grid(const ModalKernels& modes, Shape image, const WorkingGrid& layout, const FftCosts* costs);
    static std::int64_t bytes(const ModalKernels& psf, std::size_t back_projectors, Shape image,
                              const WorkingGrid& layout, const Backend& backend);

private:
    enum class Way { spreading, gathering };
    using Places = std::array<Volume<Place>, 3>;

    /// What one mode takes of the grid, and where what becomes of it is added.
    struct Box {
        Places in, out;
        Shape first;  // of the part of the sum
        std::shared_ptr<Volume<float>> in_lattice, out_lattice;
        const Buffer* otf;
        Conjugate conjugate;
    };

    std::vector<Buffer> otfs_of(const ModalKernels& modes) const;
    std::vector<Box> boxes_of(const ModalKernels& modes, const std::vector<Buffer>& otfs, Way way, Shape image,
                              const WorkingGrid& layout) const;
    void run(const std::vector<Box>& boxes, View<float> grid, const Stream& stream);
    void add(const Box& box, View<const float> grid, const Stream& stream);
    View<float> work() const { return grid_view(static_cast<float*>(work_.data()), box_); }

    Device device_;
    Backend& backend_;
    Shape box_;
    bool is_even_;
    Buffer work_;
    Volume<float> sum_;  // the image with its margins, in their natural order
    std::unique_ptr<Transform> transform_;
    std::shared_ptr<Volume<float>> one_;  // a lattice of one knot
    std::vector<Buffer> otfs_, back_otfs_;
    std::vector<Box> project_, transpose_, back_;
    Places onto_grid_;
};

}  // namespace planapo
