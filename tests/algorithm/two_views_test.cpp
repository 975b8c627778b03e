// What two views resolve that neither does alone.
#include "joint_restoring.hpp"

namespace planapo::testing {

namespace {

class TwoViews : public JointRestoring {};

/// Along one axis through the middle, by linear interpolation.
double width_along(View<const float> image, Shape step) {
    const Shape c{image.shape().z / 2, image.shape().y / 2, image.shape().x / 2};
    const auto at = [&](std::int64_t i) { return image(c.z + i * step.z, c.y + i * step.y, c.x + i * step.x); };
    const double half = at(0) / 2.;
    std::int64_t i = 1;
    while (at(i) > half) ++i;
    return 2 * (static_cast<double>(i - 1) + (at(i - 1) - half) / (at(i - 1) - at(i)));  // it is symmetric
}

/// A bead seen by two objectives at right angles: one blurs it 4.2 voxels along z, the other along x.
TEST_P(TwoViews, EachGivesTheAxisThatTheOtherLacks) {
    const Shape shape{27, 9, 27};
    const Volume<float> along_z = gaussian_volume({25, 9, 9}, 4.2, 1.5, 1.5),
                        along_x = gaussian_volume({9, 9, 25}, 1.5, 1.5, 4.2),
                        bead = volume_of(shape, [](auto z, auto y, auto x) {
                            return 1 + (z == 13 && y == 4 && x == 13 ? 10000 : 0);
                        });
    const Volume<float> a = blurred(bead, along_z), b = blurred(bead, along_x);
    for (const auto& [method, iterations] : {std::pair{Method::matched, 20}, {Method::wiener_butterworth, 2}}) {
        const Restored joint = restore_views({{a, {}}, {b, {}}}, {along_z, along_x},
                                             joint_options(Scheme::alternating, method, iterations)),
                       from_a = restore(a, along_z, options_for(method, iterations)),
                       from_b = restore(b, along_x, options_for(method, iterations));
        const double z = width_along(joint.image, {1, 0, 0}), x = width_along(joint.image, {0, 0, 1}),
                     best_z = width_along(from_b.image, {1, 0, 0}), best_x = width_along(from_a.image, {0, 0, 1});
        RecordProperty(method == Method::matched ? "matched" : "wiener_butterworth",
                       std::to_string(z) + " " + std::to_string(x) + " px; alone " + std::to_string(best_z) + " " +
                           std::to_string(best_x));
        EXPECT_LT(std::max(z, x), 1.2 * std::min(z, x));
        EXPECT_LT(z, 1.2 * best_z);
        EXPECT_LT(x, 1.2 * best_x);
    }
}

PLANAPO_ON_EVERY_MACHINE(TwoViews);

}  // namespace

}  // namespace planapo::testing
