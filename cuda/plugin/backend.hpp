// The GPU's side of the page. Verbs queue their work and return; those that wait say so on the page.
// Every verb may be called from any thread, whatever device that thread works on.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "../../src/backend.hpp"
#include "../runtime.hpp"

namespace planapo::cuda {

#if defined(PLANAPO_SIMULATED)
inline constexpr char kind[] = "simulated";
#else
inline constexpr char kind[] = "cuda";
#endif

class CudaBackend final : public Backend {
public:
    /// Throws `DeviceUnavailable` for a card that this build has no code for.
    explicit CudaBackend(int index);

    std::string description() const override;
    std::string remark() const override;
    std::int64_t total_bytes() const override;
    std::int64_t free_bytes() const override;
    void* allocate(std::int64_t bytes) override;
    void release(void* memory) noexcept override;
    bool holds(const void* memory) const override;
    void copy(const void* from, void* to, std::int64_t bytes, const Stream& stream) override;
    void* allocate_pinned(std::int64_t bytes) override;
    void release_pinned(void* memory) noexcept override;

    std::shared_ptr<void> new_stream() override;
    void wait(const Stream& stream) override;
    std::unique_ptr<Mark> new_mark() override;
    std::unique_ptr<Recording> new_recording() override;

    const FftCosts* fft_costs() const override { return fft_costs_; }
    std::int64_t transform_bytes(Shape grid) const override;
    std::unique_ptr<Transform> plan_transform(View<float> grid, Planning planning) override;

    Survey survey(View<const float> image, float background, const Stream& stream) override;
    std::int64_t partial_sums(Shape core) const override;

    void fill(View<float> out, float value, const Stream& stream) override;
    void widen(View<const std::uint16_t> narrow, View<float> wide, const Stream& stream) override;
    void admit(View<const float> image, View<const float> weights, View<float> out, const Stream& stream) override;
    void start(const Recorded& observed, float floor, View<float> estimate, const Stream& stream) override;
    void multiply(View<Complex> spectrum, View<const Complex> otf, Conjugate conjugate, const Stream& stream) override;

    void spread(View<const float> core, View<float> grid, Margin margin, const Stream& stream) override;
    void ratio(View<float> grid, View<const float> observed, float background, float floor, Margin margin,
               Misfit* partials, const Stream& stream) override;
    void misfit(View<const float> grid, const Recorded& observed, const Course* course, float floor, Misfit* partials,
                const Stream& stream) override;
    void update(View<const float> grid, View<float> estimate, float floor, const Course* course,
                const Stream& stream) override;
    void update_and_spread(View<float> grid, View<float> estimate, View<float> previous, float floor, Margin margin,
                           const Course* course, const Stream& stream) override;

    void residual(View<float> grid, const Recorded& observed, float floor, Margin margin, Misfit* partials,
                  const Stream& stream) override;
    void gather(View<const float> correction, View<const float> gain, float share, Gathering how, View<float> all,
                const Stream& stream) override;
    void invert(View<float> gain, View<const float> sight, float least, const Stream& stream) override;
    void correct(View<const float> correction, const Correction& by, View<const float> point, View<float> estimate,
                 View<float> previous, const Course* course, const Stream& stream) override;

    void total_variation(View<const float> estimate, Spacing spacing, float strength, float softness,
                         View<float> penalty, const Stream& stream) override;
    void tikhonov_miller(View<const float> estimate, Spacing spacing, float strength, View<float> penalty,
                         const Stream& stream) override;

    void change(View<const float> estimate, View<const float> point, View<float> change, Changes* partials,
                const Stream& stream) override;
    void choose_momentum(const Changes* total, Momentum rule, View<const float> given, Course* course,
                         const Stream& stream) override;
    void predict(View<const float> estimate, View<const float> previous, float floor, const Course* course,
                 View<float> point, const Stream& stream) override;

    void thin(View<const float> observed, const Thinning& thinning, View<float> kept, View<float> taken,
              const Stream& stream) override;

    void agree(View<float> grid, View<const float> first, View<float> correction, Margin margin,
               const Stream& stream) override;
    void update_agreed(View<const float> grid, View<const float> correction, View<float> estimate, float floor,
                       Misfit* partials, const Stream& stream) override;

    void match_flux(const Misfit* total, double recorded, double background, std::int64_t voxels, Course* course,
                    const Stream& stream) override;
    void judge(View<const Misfit> totals, bool automatic, Course* course, View<Judgement> history,
               const Stream& stream) override;

    void fold(View<const float> grid, Margin margin, View<float> core, const Stream& stream) override;
    void weigh(View<const float> in, const Weights& weights, View<float> out, const Stream& stream) override;
    void add_weighed(View<const float> in, const Weights& weights, View<const float> addend, View<float> out,
                     const Stream& stream) override;
    void multiply_to(View<const Complex> spectrum, View<const Complex> otf, Conjugate conjugate, View<Complex> out,
                     const Stream& stream) override;
    void multiply_add(View<const Complex> spectrum, View<const Complex> otf, View<const Complex> addend,
                      View<Complex> out, const Stream& stream) override;

    int index() const { return index_; }
    std::string device_name() const { return std::string(kind) + ":" + std::to_string(index_); }

    /// The queue that `stream` stands for: `Stream{}` is the device's own.
    cudaStream_t queue(const Stream& stream) const;

private:
    // Blocks of a reducing kernel: four times what fills 132 SMs. Their partial results stay in the L2 cache.
    static constexpr std::int64_t reducing_blocks_ = 4096;

    int index_;
    std::string description_;
    const FftCosts* fft_costs_;
    OwnedStream own_stream_;
    OwnedMemory survey_partials_;
    std::mutex survey_turn_;  // of who uses them
};

}  // namespace planapo::cuda
