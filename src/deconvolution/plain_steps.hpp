// One view, all of whose voxels count alike, and nothing else: the fewest passes over memory.
#pragma once

#include "steps.hpp"

namespace planapo {

class PlainSteps final : public Steps {
public:
    PlainSteps(Workspace& work, Blur& blur);

    void begin(const Run& run, const Stream& stream) override;
    void step(const Run& run, const Stream& stream) override;
    void correct_at_last(const Run& run, const Stream& stream) override;
    void hand_over(const Run& run, Verdict verdict, const Stream& stream) override;

    static std::int64_t bytes(Shape image, const DeconvolveOptions& options);

private:
    void look(const Run& run, const Stream& stream);

    /// The estimate before; an empty view where nobody will ask for it.
    View<float> previous() const { return volume_in(previous_, work_.image); }

    Workspace& work_;
    Blur& blur_;
    Buffer previous_;
};

}  // namespace planapo
