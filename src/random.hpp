// Random numbers that depend on a seed and on a voxel's place only: the same on every device, in every chunk and at
// every restart. Host and device, no state.
// Source: Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3",
// doi:10.1145/2063384.2063405: Philox4x32 with ten rounds.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include <planapo/volume.hpp>

namespace planapo::random {

/// 128 random bits, or the counter that they are made of.
struct Words {
    std::uint32_t a = 0, b = 0, c = 0, d = 0;
};

PLANAPO_HD inline Words operator&(const Words& l, const Words& r) {
    return {l.a & r.a, l.b & r.b, l.c & r.c, l.d & r.d};
}

PLANAPO_HD inline Words round(const Words& counter, std::uint32_t key_low, std::uint32_t key_high) {
    const std::uint64_t first = std::uint64_t{0xD2511F53u} * counter.a, second = std::uint64_t{0xCD9E8D57u} * counter.c;
    return {static_cast<std::uint32_t>(second >> 32) ^ counter.b ^ key_low, static_cast<std::uint32_t>(second),
            static_cast<std::uint32_t>(first >> 32) ^ counter.d ^ key_high, static_cast<std::uint32_t>(first)};
}

PLANAPO_HD inline Words philox(Words counter, std::uint64_t key) {
    auto low = static_cast<std::uint32_t>(key), high = static_cast<std::uint32_t>(key >> 32);
    for (int i = 0; i < 10; ++i) {
        counter = round(counter, low, high);
        low += 0x9E3779B9u;
        high += 0xBB67AE85u;
    }
    return counter;
}

/// The numbers of one voxel: `block` counts them in 128 bits.
struct Source {
    std::uint64_t seed = 0, voxel = 0;
    std::uint32_t draw = 0;

    PLANAPO_HD Words operator()(std::uint32_t block) const {
        return philox({static_cast<std::uint32_t>(voxel), static_cast<std::uint32_t>(voxel >> 32), draw, block}, seed);
    }
};

/// In [0, 1), a multiple of 2^-32.
PLANAPO_HD inline double uniform(std::uint32_t word) { return word * 0x1p-32; }

/// How many of the first `n` bits of 128 are 1; n may be anything.
PLANAPO_HD inline int ones(const Words& bits, int n) {
    const auto first = [](int count) { return count <= 0 ? 0u : count >= 32 ? 0xffffffffu : (1u << count) - 1; };
    return std::popcount(bits.a & first(n)) + std::popcount(bits.b & first(n - 32)) +
           std::popcount(bits.c & first(n - 64)) + std::popcount(bits.d & first(n - 96));
}

/// From so many photons on, a binomial variate is drawn as a normal one.
inline constexpr int many_photons = 1024;

/// How many of `photons` fall to a share of 2^-halvings: one bit per photon and halving, and all of a photon's bits
/// must be 1. Uses the blocks from 1 on.
PLANAPO_HD inline int binomial(const Source& source, int photons, int halvings) {
    std::uint32_t block = 0;
    int drawn = 0;
    for (int done = 0; done < photons; done += 128) {
        Words all = source(++block);
        for (int i = 1; i < halvings; ++i) all = all & source(++block);
        drawn += ones(all, photons - done);
    }
    return drawn;
}

/// The same for many photons: a normal variate of the binomial's mean and variance, rounded. The variate is the sum of
/// 1024 bits, which is within 0.2 % of a normal distribution's fourth moment, and a uniform part between two sums.
PLANAPO_HD inline double nearly_binomial(const Source& source, double photons, int halvings, std::uint32_t between) {
    int sum = 0;
    for (std::uint32_t block = 1; block <= 8; ++block) sum += ones(source(block), 128);
    constexpr double mean = 512, deviation = 16;
    const double normal = (sum - mean + uniform(between) - 0.5) / deviation, share = 1.0 / (1 << halvings);
    const double drawn = std::floor(photons * share + std::sqrt(photons * share * (1 - share)) * normal + 0.5);
    return drawn < 0 ? 0 : drawn > photons ? photons : drawn;
}

/// How many of `photons`, which need not be a whole number, fall to a share of 2^-halvings. What lies between two whole
/// numbers is rounded up or down at random, in proportion.
PLANAPO_HD inline double share_of(double photons, int halvings, const Source& source) {
    const Words rounding = source(0);
    const double below = std::floor(photons);
    const double whole = below + (uniform(rounding.a) < photons - below ? 1 : 0);
    if (whole > many_photons) return nearly_binomial(source, whole, halvings, rounding.b);
    return binomial(source, static_cast<int>(whole), halvings);
}

}  // namespace planapo::random
