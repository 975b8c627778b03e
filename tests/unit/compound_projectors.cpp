// What the Bayesian scheme carries back by, against direct sums.
#include "deconvolution/compound_projectors.hpp"

#include <gtest/gtest.h>

#include "common/volumes.hpp"

namespace planapo::testing {

namespace {

/// A kernel with its origin at n / 2, 0 beyond it.
double kernel_at(View<const float> kernel, std::int64_t z, std::int64_t y, std::int64_t x) {
    const Shape n = kernel.shape();
    z += n.z / 2, y += n.y / 2, x += n.x / 2;
    const bool inside = z >= 0 && z < n.z && y >= 0 && y < n.y && x >= 0 && x < n.x;
    return inside ? kernel(z, y, x) : 0;
}

/// Sum over all offsets of a(o) b(at - o).
Volume<float> convolved(View<const float> a, View<const float> b) {
    const Shape n = a.shape(), m = b.shape();
    const Shape size{(n.z + m.z) | 1, (n.y + m.y) | 1, (n.x + m.x) | 1};
    return volume_of(size, [&](auto z, auto y, auto x) {
        double sum = 0;
        for_each_voxel(n, [&](auto oz, auto oy, auto ox) {
            oz -= n.z / 2, oy -= n.y / 2, ox -= n.x / 2;
            sum +=
                kernel_at(a, oz, oy, ox) * kernel_at(b, z - size.z / 2 - oz, y - size.y / 2 - oy, x - size.x / 2 - ox);
        });
        return sum;
    });
}

Volume<float> turned_over(View<const float> kernel) {
    const Shape n = kernel.shape();
    return volume_of({n.z | 1, n.y | 1, n.x | 1},
                     [&](auto z, auto y, auto x) { return kernel_at(kernel, n.z / 2 - z, n.y / 2 - y, n.x / 2 - x); });
}

Volume<float> normalised(View<const float> kernel) {
    const double sum = sum_of(kernel);
    return volume_of(kernel.shape(), [&](auto z, auto y, auto x) { return kernel(z, y, x) / sum; });
}

TEST(CompoundProjectors, AreProductsOfConvolutions) {
    std::vector<Volume<float>> psfs;
    psfs.push_back(normalised(random_volume({3, 4, 2}, 101, 0.1f, 1.f)));  // lopsided, odd and even
    psfs.push_back(normalised(random_volume({4, 3, 5}, 102, 0.1f, 1.f)));
    psfs.push_back(normalised(random_volume({2, 5, 3}, 103, 0.1f, 1.f)));
    const std::vector<Volume<float>> found = compound_projectors(psfs, Device());
    for (std::size_t v = 0; v < psfs.size(); ++v) {
        const Volume<float> mirrored = turned_over(psfs[v]);
        std::vector<Volume<float>> seen;  // P_v' * P_w * P_w'
        for (std::size_t w = 0; w < psfs.size(); ++w)
            if (w != v) seen.push_back(convolved(mirrored, convolved(psfs[w], turned_over(psfs[w]))));
        const Shape r{mirrored.shape().z / 2, mirrored.shape().y / 2, mirrored.shape().x / 2};
        const Volume<float> expected = normalised(volume_of(mirrored.shape(), [&](auto z, auto y, auto x) {
            double product = mirrored.view()(z, y, x);
            for (const Volume<float>& one : seen) product *= kernel_at(one, z - r.z, y - r.y, x - r.x);
            return product;
        }));
        ASSERT_EQ(found[v].shape(), expected.shape());
        EXPECT_LT(largest_difference(found[v], expected), 1e-5 * peak_of(expected));  // two transforms of floats
    }
}

}  // namespace

}  // namespace planapo::testing
