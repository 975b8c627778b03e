#include "check_views.hpp"

namespace planapo {

void check_voxels(const Survey& survey, Shape shape, const std::string& name) {
    const std::int64_t first = survey.first_non_finite;
    require(
        survey.non_finite == 0,
        "{} has {} not finite (NaN or infinity), the first at z, y, x = {}, {}, {}: replace them first, or give them "
        "a weight of 0.",
        name, counted(survey.non_finite, "voxel"), first / (shape.y * shape.x), first / shape.x % shape.y,
        first % shape.x);
    // Transforms add up all voxels, and an estimate may overshoot: there must be room for that in a float.
    constexpr double most = 1e36;
    require(survey.recorded <= most,
            "{}'s voxels, up to {:.3g}, add up to {:.3g}; 32-bit floats have room for {:.0g}: divide them first.", name,
            survey.maximum, survey.recorded, most);
}

void check_weights(const Survey& survey, Shape shape, const std::string& name) {
    require(survey.non_finite == 0, "{}'s weights have {} not finite (NaN or infinity).", name,
            counted(survey.non_finite, "voxel"));
    require(survey.negative == 0, "{}'s weights are negative in {} of {} voxels, down to {:g}: 0 is the least.", name,
            survey.negative, shape.voxels(), survey.minimum);
    require(survey.maximum > 0, "{}'s weights are 0 everywhere: there is nothing to restore.", name);
}

}  // namespace planapo
