// Joint Richardson-Lucy as its authors wrote it down: matrices, dense and in double precision; no transform, no grid.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <planapo/deconvolve_views.hpp>

#include "common/volumes.hpp"

namespace planapo::testing {

using Vector = std::vector<double>;

/// Every voxel of a view takes part in every voxel of the estimate, and the other way round.
class DenseBlur {
public:
    /// `reach`: how far outside there may be something to estimate, where that is unknown.
    DenseBlur(View<const float> psf, Shape image, Boundary boundary, Shape reach)
        : image_(image), boundary_(boundary), around_(boundary == Boundary::unknown ? reach : Shape{0, 0, 0}) {
        domain_ = {image.z + 2 * around_.z, image.y + 2 * around_.y, image.x + 2 * around_.x};
        forward_.resize(static_cast<std::size_t>(image.voxels() * domain_.voxels()));
        back_.resize(forward_.size());
        from_outside_.resize(static_cast<std::size_t>(domain_.voxels()));
        const double sum = sum_of(psf);
        for_each_voxel(psf.shape(), [&](auto z, auto y, auto x) {
            const Shape n = psf.shape();
            take_in({z - n.z / 2, y - n.y / 2, x - n.x / 2}, psf(z, y, x) / sum);
        });
    }

    Vector project(const Vector& estimate) const {
        Vector seen(static_cast<std::size_t>(image_.voxels()));
        for (std::size_t i = 0; i < seen.size(); ++i)
            for (std::size_t j = 0; j < estimate.size(); ++j)
                seen[i] += forward_[i * estimate.size() + j] * estimate[j];
        return seen;
    }

    /// `outside`: what lies where the boundary says that there is nothing.
    Vector carry_back(const Vector& asked, double outside = 0) const {
        Vector all(static_cast<std::size_t>(domain_.voxels()));
        for (std::size_t j = 0; j < all.size(); ++j) {
            all[j] = outside * from_outside_[j];
            for (std::size_t i = 0; i < asked.size(); ++i) all[j] += back_[i * all.size() + j] * asked[i];
        }
        return all;
    }

    Shape domain() const { return domain_; }
    Shape around() const { return around_; }

private:
    static std::size_t index(Shape shape, Shape at) {
        return static_cast<std::size_t>((at.z * shape.y + at.y) * shape.x + at.x);
    }

    /// Where coordinate i is to be found; -1: nowhere.
    std::int64_t source(std::int64_t i, std::int64_t n) const {
        if (i >= 0 && i < n) return i;
        if (boundary_ == Boundary::zero || boundary_ == Boundary::unknown) return -1;
        const std::int64_t period = boundary_ == Boundary::wrap ? n : 2 * n, j = ((i % period) + period) % period;
        return j < n ? j : period - 1 - j;
    }
    static bool inside(Shape at) { return at.z >= 0 && at.y >= 0 && at.x >= 0; }
    Shape source(Shape at, Shape n) const { return {source(at.z, n.z), source(at.y, n.y), source(at.x, n.x)}; }

    void take_in(Shape offset, double share) {
        const auto voxels = static_cast<std::size_t>(domain_.voxels());
        for_each_voxel(image_, [&](auto z, auto y, auto x) {
            const Shape at =
                source({z + around_.z - offset.z, y + around_.y - offset.y, x + around_.x - offset.x}, domain_);
            if (inside(at)) forward_[index(image_, {z, y, x}) * voxels + index(domain_, at)] += share;
        });
        for_each_voxel(domain_, [&](auto z, auto y, auto x) {
            const Shape at =
                source({z - around_.z + offset.z, y - around_.y + offset.y, x - around_.x + offset.x}, image_);
            const std::size_t voxel = index(domain_, {z, y, x});
            (inside(at) ? back_[index(image_, at) * voxels + voxel] : from_outside_[voxel]) += share;
        });
    }

    Shape image_;
    Boundary boundary_;
    Shape around_, domain_;
    Vector forward_, back_, from_outside_;
};

/// One view as the original sees it; without weights: 1 everywhere.
struct OriginalView {
    const Volume<float>&psf, &image;
    const Volume<float>* weights = nullptr;
};

/// Matched Richardson-Lucy of several views from a flat start.
class JointOriginal {
public:
    JointOriginal(std::vector<OriginalView> views, const DeconvolveViewsOptions& options)
        : views_(std::move(views)), options_(options), floor_(*options.floor) {
        Shape reach{0, 0, 0};
        for (const OriginalView& view : views_) {
            const Shape n = view.psf.shape();
            reach = {std::max(reach.z, n.z / 2), std::max(reach.y, n.y / 2), std::max(reach.x, n.x / 2)};
        }
        for (const OriginalView& view : views_)
            blurs_.emplace_back(view.psf, view.image.shape(), options.boundary, reach);
        for (const OriginalView& view : views_) gained_ = gained_ || view.weights != nullptr;
        gained_ = gained_ || options.boundary == Boundary::unknown;
        measure_gain();
    }

    std::vector<float> momentum;  // of every iteration after the first
    Vector divergence;            // of every point that was looked at

    /// The part of the estimate that lies in the image.
    Vector run(double mean) {
        Vector estimate(gain_.size(), mean);
        for (std::size_t j = 0; j < gain_.size(); ++j)
            if (gain_[j] == 0) estimate[j] = floor_;
        Vector point = estimate, change;
        for (int i = 1; i <= *options_.iterations; ++i) {
            divergence.push_back(0);
            const Vector before = estimate, from = point;
            estimate = iterate(point);
            Vector now(estimate.size());
            for (std::size_t j = 0; j < now.size(); ++j) now[j] = estimate[j] - from[j];
            const double factor = momentum_after(i, now, change);
            change = now;
            for (std::size_t j = 0; j < now.size(); ++j)
                point[j] = std::max(estimate[j] + factor * (estimate[j] - before[j]), floor_);
            if (i < *options_.iterations) momentum.push_back(static_cast<float>(factor));
        }
        return in_the_image(estimate);
    }

private:
    double weight(std::size_t view, std::size_t i) const {
        return views_[view].weights == nullptr ? 1. : views_[view].weights->data()[i];
    }
    double background(std::size_t view) const {
        return options_.backgrounds.empty() ? options_.background : options_.backgrounds[view];
    }
    double count() const { return static_cast<double>(views_.size()); }
    bool alternates() const { return options_.scheme == Scheme::alternating; }

    void measure_gain() {
        double largest = 0;
        for (std::size_t v = 0; v < views_.size(); ++v)
            for (std::size_t i = 0; i < voxels(); ++i) largest = std::max(largest, weight(v, i));
        gain_.assign(static_cast<std::size_t>(blurs_[0].domain().voxels()), 0);
        for (std::size_t v = 0; v < views_.size(); ++v) {
            Vector weights(voxels());
            for (std::size_t i = 0; i < voxels(); ++i) weights[i] = weight(v, i);
            const bool dark = options_.boundary == Boundary::zero;
            const Vector seen = blurs_[v].carry_back(weights, dark ? largest : 0);
            for (std::size_t j = 0; j < seen.size(); ++j)
                gain_[j] =
                    options_.scheme == Scheme::additive ? gain_[j] + seen[j] / count() : std::max(gain_[j], seen[j]);
        }
        for (double& gain : gain_) gain = gain > 0.01 * largest ? 1 / gain : 0;
        if (!gained_) std::fill(gain_.begin(), gain_.end(), 1);
    }

    /// B(w (y / (F x + b) - 1))
    Vector asked(std::size_t view, const Vector& estimate) {
        Vector seen = blurs_[view].project(estimate);
        for (std::size_t i = 0; i < seen.size(); ++i) {
            const double expected = std::max(seen[i] + background(view), floor_), trust = weight(view, i);
            const double recorded = trust > 0 ? std::max<double>(views_[view].image.data()[i], 0) : 0;
            const double logarithm = recorded > 0 ? std::log(recorded / expected) : 0;
            divergence.back() += trust * (recorded * logarithm - recorded + expected) / static_cast<double>(voxels());
            seen[i] = trust > 0 ? trust * (recorded / expected - 1) : 0;
        }
        return blurs_[view].carry_back(seen);
    }

    Vector iterate(Vector estimate) {
        if (alternates()) {
            for (std::size_t v = 0; v < views_.size(); ++v) estimate = step(estimate, asked(v, estimate), gain_);
            return estimate;
        }
        const Vector from = estimate;
        if (options_.scheme == Scheme::additive) {
            Vector sum(from.size());
            for (std::size_t v = 0; v < views_.size(); ++v) {
                const Vector one = asked(v, from);
                for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += one[j] / count();
            }
            return step(from, sum, gain_);
        }
        for (std::size_t v = 0; v < views_.size(); ++v) {
            const Vector one = asked(v, from);
            for (std::size_t j = 0; j < one.size(); ++j) estimate[j] *= std::pow(1 + gain_[j] * one[j], 1 / count());
        }
        for (double& voxel : estimate) voxel = std::max(voxel, floor_);
        return estimate;
    }

    Vector step(Vector estimate, const Vector& correction, const Vector& gain) const {
        for (std::size_t j = 0; j < estimate.size(); ++j)
            estimate[j] = gain[j] > 0 ? std::max(estimate[j] * (1 + gain[j] * correction[j]), floor_) : floor_;
        return estimate;
    }

    double momentum_after(int iterations, const Vector& now, const Vector& before) const {
        if (options_.acceleration == Acceleration::none) return 0;
        if (options_.acceleration == Acceleration::heavy_ball) {
            const double k = iterations + 1;
            return (k - 1) / (k + 2);
        }
        if (before.empty()) return 0;
        double products = 0, squares = 0;
        for (std::size_t j = 0; j < now.size(); ++j) products += now[j] * before[j], squares += before[j] * before[j];
        return std::clamp(products / squares, 0., 1.);
    }

    Vector in_the_image(const Vector& estimate) const {
        const Shape image = views_[0].image.shape(), around = blurs_[0].around(), domain = blurs_[0].domain();
        Vector part;
        for_each_voxel(image, [&](auto z, auto y, auto x) {
            part.push_back(estimate[static_cast<std::size_t>(((z + around.z) * domain.y + y + around.y) * domain.x + x +
                                                             around.x)]);
        });
        return part;
    }

    std::size_t voxels() const { return static_cast<std::size_t>(views_[0].image.shape().voxels()); }

    std::vector<OriginalView> views_;
    DeconvolveViewsOptions options_;
    double floor_;
    bool gained_ = false;
    std::vector<DenseBlur> blurs_;
    Vector gain_;
};

/// The largest difference, relative to the original's peak.
inline double relative_difference(View<const float> found, const Vector& original) {
    double largest = 0, peak = 0;
    for (std::size_t i = 0; i < original.size(); ++i) {
        const double difference = std::abs(found.data()[i] - original[i]);
        largest = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(largest, difference);
        peak = std::max(peak, original[i]);
    }
    return largest / peak;
}

}  // namespace planapo::testing
