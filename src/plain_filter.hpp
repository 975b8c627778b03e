// The filter that any transform can make: three verbs, one after the other.
#pragma once

#include "backend.hpp"

namespace planapo {

class PlainFilter final : public Filter {
public:
    PlainFilter(Backend& backend, Transform& transform, View<const Complex> otf, Conjugate conjugate)
        : backend_(backend), transform_(transform), otf_(otf), conjugate_(conjugate) {}

    void apply(View<float> grid, const Stream& stream) override {
        transform_.forward(grid, stream);
        backend_.multiply(spectrum_of(grid), otf_, conjugate_, stream);
        transform_.inverse(grid, stream);
    }

private:
    Backend& backend_;
    Transform& transform_;
    View<const Complex> otf_;
    Conjugate conjugate_;
};

}  // namespace planapo
