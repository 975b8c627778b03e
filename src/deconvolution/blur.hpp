// What a microscope does to an estimate, and the ways back.
#pragma once

#include "../backend.hpp"

namespace planapo {

/// On the working grid of images of one shape, in place. Who calls fills the grid's margin; only the core of what comes
/// out means anything, but for `transpose`, whose whole grid does.
class Blur {
public:
    virtual ~Blur() = default;
    virtual void project(View<float> grid, const Stream& stream) = 0;    ///< an estimate -> what would be recorded
    virtual void transpose(View<float> grid, const Stream& stream) = 0;  ///< a recording -> the adjoint of `project`
    /// A ratio -> the correction of the estimate, by a back projector that may or may not be the adjoint.
    virtual void project_back(View<float> grid, const Stream& stream) = 0;
    /// Whether the light of every voxel is recorded alike: `transpose` makes 1 of 1.
    virtual bool is_even() const { return true; }
};

}  // namespace planapo
