// Philox and what is drawn by it.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "random.hpp"

namespace planapo::testing {

namespace {

void expect_words(const random::Words& found, const random::Words& expected) {
    EXPECT_EQ(found.a, expected.a);
    EXPECT_EQ(found.b, expected.b);
    EXPECT_EQ(found.c, expected.c);
    EXPECT_EQ(found.d, expected.d);
}

/// The answers that the authors of Philox publish with it, for philox4x32-10.
TEST(Random, PhiloxGivesThePublishedAnswers) {
    expect_words(random::philox({0, 0, 0, 0}, 0), {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    expect_words(random::philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffffffffffff),
                 {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    expect_words(random::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822),
                 {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST(Random, OnesCountsTheFirstBits) {
    const random::Words all{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff};
    for (const int n : {-3, 0, 1, 31, 32, 33, 64, 97, 127, 128, 400})
        EXPECT_EQ(random::ones(all, n), std::min(std::max(n, 0), 128)) << n;
}

std::vector<double> drawn(double photons, int halvings, int draws) {
    std::vector<double> all;
    for (int voxel = 0; voxel < draws; ++voxel)
        all.push_back(random::share_of(photons, halvings, {7, static_cast<std::uint64_t>(voxel), 1}));
    return all;
}

double binomial_probability(int of, int n, double p) {
    const double choose = std::lgamma(n + 1.) - std::lgamma(of + 1.) - std::lgamma(n - of + 1.);
    return std::exp(choose + of * std::log(p) + (n - of) * std::log1p(-p));
}

/// Pearson's statistic in units of its standard deviation; classes in which fewer than ten are expected are one.
double excess_of_chi_squared(const std::vector<double>& counts, int n, double p) {
    const auto total = static_cast<double>(counts.size());
    std::vector<double> found(static_cast<std::size_t>(n) + 1);
    for (const double count : counts) ++found.at(static_cast<std::size_t>(count));
    double statistic = 0, rare_found = 0, rare_expected = 0;
    int classes = 0;
    const auto add = [&](double seen, double expected) {
        statistic += (seen - expected) * (seen - expected) / expected;
        ++classes;
    };
    for (int of = 0; of <= n; ++of) {
        const double expected = total * binomial_probability(of, n, p), seen = found[static_cast<std::size_t>(of)];
        if (expected >= 10) {
            add(seen, expected);
        } else {
            rare_found += seen;
            rare_expected += expected;
        }
    }
    if (rare_expected > 1) add(rare_found, rare_expected);
    const int freedom = classes - 1;
    return (statistic - freedom) / std::sqrt(2. * freedom);
}

TEST(Random, SharesOfFewPhotonsAreBinomial) {
    for (const int photons : {1, 2, 5, 31, 33, 128, 129, 500, 1024})
        for (const int halvings : {1, 3, 4}) {
            // Four standard deviations: of 27 fixed draws, by chance one in a thousand runs would exceed it.
            const std::vector<double> counts = drawn(photons, halvings, 20000);
            EXPECT_LT(excess_of_chi_squared(counts, photons, std::ldexp(1, -halvings)), 4)
                << photons << " photons, share 2^-" << halvings;
        }
}

TEST(Random, SharesOfManyPhotonsHaveTheMomentsOfBinomialOnes) {
    for (const double photons : {1025., 3000., 1e5, 1e7})
        for (const int halvings : {1, 3}) {
            const int draws = 20000;
            const double p = std::ldexp(1, -halvings), deviation = std::sqrt(photons * p * (1 - p));
            double first = 0, second = 0, fourth = 0;
            for (const double count : drawn(photons, halvings, draws)) {
                const double z = (count - photons * p) / deviation;
                first += z / draws;
                second += z * z / draws;
                fourth += z * z * z * z / draws;
            }
            // Four standard errors of a normal distribution's moments: 1, 2 and 96 over the number of draws.
            EXPECT_NEAR(first, 0, 4 * std::sqrt(1. / draws));
            EXPECT_NEAR(second, 1, 4 * std::sqrt(2. / draws));
            EXPECT_NEAR(fourth, 3, 4 * std::sqrt(96. / draws));
        }
}

TEST(Random, FractionsAreRoundedInProportion) {
    const int draws = 20000;
    for (const double photons : {0.25, 1.5, 6.9}) {
        double mean = 0;
        for (const double count : drawn(photons, 1, draws)) mean += count / draws;
        EXPECT_NEAR(mean, photons / 2, 4 * std::sqrt((photons / 4 + 0.0625) / draws));  // four standard errors
    }
}

TEST(Random, NothingAndTooMuchAreDefined) {
    EXPECT_EQ(random::share_of(0, 1, {1, 2, 3}), 0);
    const double huge = 1e30, half = random::share_of(huge, 1, {1, 2, 3});
    EXPECT_NEAR(half / huge, 0.5, 1e-12);  // a standard deviation is 5e-16 of it
}

}  // namespace

}  // namespace planapo::testing
