// Every kernel moves the bytes that its file names, in as few sectors as the shape allows.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "verbs.hpp"

namespace planapo::testing {

namespace {

using Counts = std::map<std::string, simt::KernelTraffic>;

constexpr std::int64_t survey_bytes = sizeof(Survey), misfit_bytes = sizeof(Misfit);

/// The bytes that the first lines of cuda/*.cu name, for c core and g grid voxels and s coefficients.
std::map<std::string, std::int64_t> bytes_that_must_move(const Layout& layout) {
    const std::int64_t c = layout.core.voxels(), g = layout.grid.voxels();
    const std::int64_t s = layout.grid.rows() * (layout.grid.x / 2 + 1);
    return {{"survey_kernel", 4 * c},
            {"fill_kernel", 4 * g},
            {"start_kernel", 8 * c},
            {"multiply_kernel", 24 * s},
            {"spread_kernel", 4 * c + 4 * g},
            {"ratio_kernel", 8 * c + 4 * g},
            {"misfit_kernel", 8 * c},
            {"update_kernel", 12 * c},
            {"update_and_spread_kernel", 16 * c + 4 * g},
            {"widen_kernel", 6 * c},
            {"match_flux_kernel", 24},
            {"judge_kernel", 100},
            {"admit_kernel", 12 * c},
            {"invert_kernel", 12 * c},
            {"residual_kernel", 12 * c + 4 * g},
            {"gather_kernel", 16 * c},
            {"correct_kernel", 28 * c},
            {"change_kernel", 16 * c},
            {"predict_kernel", 12 * c},
            {"thin_kernel", 12 * c},
            {"agree_kernel", 12 * c + 4 * g},
            {"update_agreed_kernel", 16 * c},
            {"weigh_kernel", 8 * g},
            {"add_weighed_kernel", 12 * g},
            {"multiply_to_kernel", 24 * s},
            {"multiply_add_kernel", 32 * s},
            {"fold_kernel", layout.margin.fill == Margin::Fill::mirror ? 4 * c + 4 * g : 8 * c}};
}

/// What the blocks of a reducing kernel leave for the one that sums up: one struct each, never more sectors than two.
std::int64_t bytes_left(const std::string& kernel, std::int64_t blocks) {
    if (kernel == "survey_kernel") return blocks * survey_bytes;
    const bool sums = kernel == "ratio_kernel" || kernel == "misfit_kernel" || kernel == "residual_kernel" ||
                      kernel == "change_kernel" || kernel == "update_agreed_kernel";
    return sums ? blocks * misfit_bytes : 0;
}

void check_layout(const Layout& layout) {
    SCOPED_TRACE(to_string(layout.core) + " in " + to_string(layout.grid) + ", " + to_string(layout.margin.before) +
                 " before");
    Verbs verbs(layout);
    const Counts found = verbs.count(), expected = verbs.expected();
    auto besides = verbs.besides();
    const auto stated = bytes_that_must_move(layout);
    for (const auto& [kernel, wanted] : expected) {
        SCOPED_TRACE(kernel);
        ASSERT_TRUE(found.contains(kernel));
        const auto& [loads, stores, shared] = found.at(kernel);
        const std::int64_t left = bytes_left(kernel, verbs.blocks());
        EXPECT_EQ(loads.bytes, wanted.loads.bytes + besides[kernel].bytes);
        EXPECT_EQ(stores.bytes, wanted.stores.bytes + left);
        EXPECT_EQ(loads.bytes + stores.bytes, stated.at(kernel) + besides[kernel].bytes + left);
        EXPECT_LE(loads.sectors, wanted.loads.sectors + besides[kernel].sectors);
        EXPECT_LE(stores.sectors, wanted.stores.sectors + (left > 0 ? 2 * verbs.blocks() : 0));
    }
    // A lane reads the members of a struct one by one, each in one sector.
    EXPECT_EQ(found.at("total_survey_kernel").loads.bytes, verbs.blocks() * survey_bytes);
    EXPECT_LE(found.at("total_survey_kernel").loads.sectors, verbs.blocks() * 7);
    if (verbs.blocks() == 1) return;
    EXPECT_EQ(found.at("total_kernel").loads.bytes,
              4 * verbs.blocks() * misfit_bytes);  // ratio, misfit, residual, agreed
    EXPECT_LE(found.at("total_kernel").loads.sectors, 4 * verbs.blocks() * 2);
}

/// A core in a grid with no margin, a lopsided one, one that is wide behind, and one on both sides.
std::vector<Layout> layouts_of(Shape core) {
    const auto with = [&](Shape margin, Shape before, Margin::Fill fill) {
        return Layout{core, {core.z + margin.z, core.y + margin.y, core.x + margin.x}, {fill, before, 1.5f}};
    };
    return {with({0, 0, 0}, {0, 0, 0}, Margin::Fill::mirror), with({1, 2, 3}, {0, 1, 3}, Margin::Fill::mirror),
            with({1, 2, 2 * core.x}, {1, 0, core.x}, Margin::Fill::constant),
            with({4, 9, 7}, {2, 4, 4}, Margin::Fill::mirror)};
}

TEST(Verbs, MoveWhatTheyStateInTheFewestSectors) {
    for (const Shape& core : {Shape{1, 1, 1}, {1, 1, 65}, {1, 65, 1}, {65, 1, 1}, {3, 7, 31}, {5, 9, 33}})
        for (const Layout& layout : layouts_of(core)) check_layout(layout);
}

TEST(Verbs, SoakMoveWhatTheyStateOnLargerSizes) {
    for (const Shape& core : {Shape{2, 17, 97}, {7, 13, 45}, {8, 16, 64}})
        for (const Layout& layout : layouts_of(core)) check_layout(layout);
}

/// Rows that begin and end with sectors: not a byte moves that nobody asked for.
TEST(Verbs, MoveNothingElseWhereRowsAreAligned) {
    Verbs verbs({{8, 16, 64}, {8, 16, 70}, {Margin::Fill::constant, {0, 0, 0}, 0}});  // rows of 72 floats
    const Counts found = verbs.count();
    for (const char* kernel : {"survey_kernel", "widen_kernel", "start_kernel", "spread_kernel", "ratio_kernel"})
        EXPECT_EQ(found.at(kernel).loads.excess(), 1.0) << kernel;
    for (const char* kernel : {"widen_kernel", "start_kernel", "update_kernel"})
        EXPECT_EQ(found.at(kernel).stores.excess(), 1.0) << kernel;
}

std::set<std::string> kernels_of_the_sources() {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(PLANAPO_KERNEL_FOLDER)) {
        if (entry.path().extension() != ".cu") continue;
        std::stringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        const std::string code = text.str();
        const std::regex kernel(R"(__global__[^;{]*?(\w+)\((?:View|Recorded))");
        for (std::sregex_iterator found(code.begin(), code.end(), kernel), end; found != end; ++found)
            names.insert((*found)[1]);
    }
    return names;
}

TEST(Verbs, RunEveryKernelThereIs) {
    std::set<std::string> counted;
    for (const auto& [kernel, traffic] : Verbs(layouts_of({5, 9, 33})[1]).count()) counted.insert(kernel);
    EXPECT_EQ(counted, kernels_of_the_sources());
}

/// What the compiler's side of the claims (check.py) takes for granted.
TEST(Verbs, LaunchTheSharedMemoryThatIsClaimed) {
    std::stringstream text;
    text << std::ifstream(PLANAPO_KERNEL_CLAIMS).rdbuf();
    const std::string claims = text.str();
    for (const auto& [kernel, traffic] : Verbs(layouts_of({5, 9, 33})[0]).count()) {
        const std::regex claim("\"" + kernel + R"(": \{\s*"threads": \d+, "launched_shared_bytes": (\d+))");
        std::smatch found;
        ASSERT_TRUE(std::regex_search(claims, found, claim)) << kernel;
        EXPECT_EQ(std::stoul(found[1]), traffic.shared_bytes) << kernel;
    }
}

/// Prints, for people: rows that are whole sectors, and rows that are not.
TEST(Verbs, Table) {
    for (const Layout& layout : {Layout{{8, 16, 64}, {8, 16, 78}, {Margin::Fill::constant, {0, 0, 7}, 0}},
                                 Layout{{9, 17, 65}, {15, 25, 77}, {Margin::Fill::mirror, {3, 4, 6}, 0}}}) {
        std::cout << "\ncore " << to_string(layout.core) << " in a grid of " << to_string(layout.grid) << "\n";
        std::cout << fmt::format("{:<26}{:>12}{:>9}{:>9}{:>12}{:>9}{:>9}{:>9}\n", "kernel", "bytes read", "sectors",
                                 "excess", "written", "sectors", "excess", "shared");
        for (const auto& [kernel, traffic] : Verbs(layout).count()) {
            const auto& [loads, stores, shared] = traffic;
            std::cout << fmt::format("{:<26}{:>12}{:>9}{:>9.3f}{:>12}{:>9}{:>9.3f}{:>9}\n", kernel, loads.bytes,
                                     loads.sectors, loads.excess(), stores.bytes, stores.sectors, stores.excess(),
                                     shared);
        }
    }
}

}  // namespace

}  // namespace planapo::testing
