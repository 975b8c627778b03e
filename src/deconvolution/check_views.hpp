// Whether what comes in can be restored, in sentences.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../backend.hpp"
#include "../message.hpp"

namespace planapo {

template <typename T>
bool overlap(View<const T> image, View<const float> out) {
    const auto ends_before = [](const auto& a, const auto& b) {
        const void* const end = a.data() + a.shape().voxels();
        return std::less_equal<const void*>{}(end, b.data());
    };
    return !ends_before(image, out) && !ends_before(out, image);
}

template <typename T>
void check_one(View<const T> image, View<float> out, const char* what) {
    require(!image.empty() && !out.empty(), "The {} or the place for the result is a null pointer.", what);
    require(image.shape() == out.shape(), "The {} has {} voxels but the place for the result {}: they must be alike.",
            what, to_string(image.shape()), to_string(out.shape()));
    require(image.contiguous() && out.contiguous(), "The {} and the place for the result must be contiguous.", what);
    require(!overlap<T>(image, out), "The {} and the place for the result overlap: the {} is needed until the end.",
            what, what);
}

/// `views`: of images and weights.
template <typename Views>
void check_views(const Views& views, View<float> out, std::size_t psfs) {
    require(views.size() == psfs, "There are {} views but {}: each view needs its own.", views.size(),
            counted(psfs, "PSF"));
    for (const auto& view : views) {
        checked_bytes(view.image.shape(), sizeof(float));
        check_one(view.image, out, "image");
        if (!view.weights.empty()) check_one(view.weights, out, "view of weights");
    }
}

/// `name` begins the sentences: "The image".
void check_voxels(const Survey& survey, Shape shape, const std::string& name);
void check_weights(const Survey& survey, Shape shape, const std::string& name);

}  // namespace planapo
