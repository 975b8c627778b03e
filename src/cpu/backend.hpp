// The CPU's side of the page. Verbs are done when they return; threads are OpenMP's.
#pragma once

#include "../backend.hpp"
#include "threads.hpp"

// Compiled for AVX-512, AVX2 and plain x86-64, chosen when the library is loaded. Sanitizers start after that choice is
// made, so that they get the plain one. OpenMP regions are not cloned: they call such functions row by row.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__x86_64__)
#define PLANAPO_VECTORISED
#else
#define PLANAPO_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif

namespace planapo {

class CpuBackend final : public Backend {
public:
    std::string description() const override;
    std::string remark() const override;
    std::int64_t total_bytes() const override;
    std::int64_t free_bytes() const override;
    void* allocate(std::int64_t bytes) override;
    void release(void* memory) noexcept override;
    bool holds(const void*) const override { return true; }
    void copy(const void* from, void* to, std::int64_t bytes, const Stream&) override;
    void* allocate_pinned(std::int64_t bytes) override;
    void release_pinned(void* memory) noexcept override;

    std::shared_ptr<void> new_stream() override;
    void wait(const Stream&) override;
    std::unique_ptr<Mark> new_mark() override;
    std::unique_ptr<Recording> new_recording() override;

    const FftCosts* fft_costs() const override { return nullptr; }
    std::int64_t transform_bytes(Shape) const override { return 0; }
    std::unique_ptr<Transform> plan_transform(View<float> grid, Planning planning) override;

    Survey survey(View<const float> image, float background, const Stream&) override;
    std::int64_t partial_sums(Shape core) const override;

    void fill(View<float> out, float value, const Stream&) override;
    void widen(View<const std::uint16_t> narrow, View<float> wide, const Stream&) override;
    void admit(View<const float> image, View<const float> weights, View<float> out, const Stream&) override;
    void start(const Recorded& observed, float floor, View<float> estimate, const Stream&) override;
    void multiply(View<Complex> spectrum, View<const Complex> otf, Conjugate conjugate, const Stream&) override;

    void spread(View<const float> core, View<float> grid, Margin margin, const Stream&) override;
    void ratio(View<float> grid, View<const float> observed, float background, float floor, Margin margin,
               Misfit* partials, const Stream&) override;
    void misfit(View<const float> grid, const Recorded& observed, const Course* course, float floor, Misfit* partials,
                const Stream&) override;
    void update(View<const float> grid, View<float> estimate, float floor, const Course* course,
                const Stream&) override;
    void update_and_spread(View<float> grid, View<float> estimate, View<float> previous, float floor, Margin margin,
                           const Course* course, const Stream&) override;

    void residual(View<float> grid, const Recorded& observed, float floor, Margin margin, Misfit* partials,
                  const Stream&) override;
    void gather(View<const float> correction, View<const float> gain, float share, Gathering how, View<float> all,
                const Stream&) override;
    void invert(View<float> gain, View<const float> sight, float least, const Stream&) override;
    void correct(View<const float> correction, const Correction& by, View<const float> point, View<float> estimate,
                 View<float> previous, const Course* course, const Stream&) override;

    void total_variation(View<const float> estimate, Spacing spacing, float strength, float softness,
                         View<float> penalty, const Stream&) override;
    void tikhonov_miller(View<const float> estimate, Spacing spacing, float strength, View<float> penalty,
                         const Stream&) override;

    void change(View<const float> estimate, View<const float> point, View<float> change, Changes* partials,
                const Stream&) override;
    void choose_momentum(const Changes* total, Momentum rule, View<const float> given, Course* course,
                         const Stream&) override;
    void predict(View<const float> estimate, View<const float> previous, float floor, const Course* course,
                 View<float> point, const Stream&) override;

    void thin(View<const float> observed, const Thinning& thinning, View<float> kept, View<float> taken,
              const Stream&) override;

    void agree(View<float> grid, View<const float> first, View<float> correction, Margin margin,
               const Stream&) override;
    void update_agreed(View<const float> grid, View<const float> correction, View<float> estimate, float floor,
                       Misfit* partials, const Stream&) override;

    void match_flux(const Misfit* total, double recorded, double background, std::int64_t voxels, Course* course,
                    const Stream&) override;
    void judge(View<const Misfit> totals, bool automatic, Course* course, View<Judgement> history,
               const Stream&) override;

    void fold(View<const float> grid, Margin margin, View<float> core, const Stream&) override;
    void weigh(View<const float> in, const Weights& weights, View<float> out, const Stream&) override;
    void add_weighed(View<const float> in, const Weights& weights, View<const float> addend, View<float> out,
                     const Stream&) override;
    void multiply_to(View<const Complex> spectrum, View<const Complex> otf, Conjugate conjugate, View<Complex> out,
                     const Stream&) override;
    void multiply_add(View<const Complex> spectrum, View<const Complex> otf, View<const Complex> addend,
                      View<Complex> out, const Stream&) override;
};

/// Calls `work(z, y)` for every row, rows shared out among OpenMP's threads.
template <typename Work>
void for_each_row(Shape shape, Work work) {
#pragma omp parallel for collapse(2) schedule(static) num_threads(threads_for(shape.voxels()))
    for (std::int64_t z = 0; z < shape.z; ++z)
        for (std::int64_t y = 0; y < shape.y; ++y) work(z, y);
}

}  // namespace planapo
