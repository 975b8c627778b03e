// Says at the end of a run how many checks ran on which machine, and why others did not.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>

namespace planapo::testing {

namespace {

struct Count {
    int run = 0, skipped = 0;
    std::string reason;
};

std::string machine_of(const ::testing::TestInfo& test) {
    return test.value_param() == nullptr ? ""
                                         : std::string(test.name()).substr(std::string(test.name()).rfind('/') + 1);
}

std::map<std::string, Count> count_tests() {
    std::map<std::string, Count> counts;
    const ::testing::UnitTest& all = *::testing::UnitTest::GetInstance();
    for (int s = 0; s < all.total_test_suite_count(); ++s)
        for (int t = 0; t < all.GetTestSuite(s)->total_test_count(); ++t) {
            const ::testing::TestInfo& test = *all.GetTestSuite(s)->GetTestInfo(t);
            const std::string machine = machine_of(test);
            if (!test.should_run() || machine.empty()) continue;
            Count& count = counts[machine];
            if (!test.result()->Skipped()) {
                ++count.run;
            } else {
                ++count.skipped;
                count.reason = test.result()->GetTestPartResult(0).message();
            }
        }
    return counts;
}

class Summary : public ::testing::Environment {
public:
    void TearDown() override {
        std::string line;
        for (const auto& [machine, count] : count_tests()) {
            if (count.run > 0) line += std::to_string(count.run) + " on " + machine + ", ";
            if (count.skipped > 0)
                line += std::to_string(count.skipped) + " skipped on " + machine + " (" + count.reason + "), ";
        }
        if (!line.empty()) std::cout << "conformance: checks run: " << line.substr(0, line.size() - 2) << std::endl;
    }
};

[[maybe_unused]] const ::testing::Environment* const summary = ::testing::AddGlobalTestEnvironment(new Summary);

}  // namespace

}  // namespace planapo::testing
