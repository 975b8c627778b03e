// The machines that a test runs on: cpu, simulated, cuda. A test is written once and named Suite.Test/machine.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include <planapo/device.hpp>
#include <planapo/error.hpp>

namespace planapo::testing {

/// A fixture whose test runs on one machine after the other; skipped, with the reason, where there is no card. The
/// other two machines are everywhere.
class OnMachine : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        try {
            device_ = Device(GetParam());
        } catch (const DeviceUnavailable& reason) {
            if (GetParam() != std::string("cuda")) throw;
            GTEST_SKIP() << reason.what();
        }
    }

    const Device& device() const { return device_; }

private:
    Device device_;
};

inline std::string machine_name(const ::testing::TestParamInfo<const char*>& info) { return info.param; }

}  // namespace planapo::testing

/// Runs a fixture derived from OnMachine on every machine.
#define PLANAPO_ON_EVERY_MACHINE(Fixture) \
    INSTANTIATE_TEST_SUITE_P(On, Fixture, ::testing::Values("cpu", "simulated", "cuda"), planapo::testing::machine_name)
