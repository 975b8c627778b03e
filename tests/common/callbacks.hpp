// cuFFT's callbacks, switched on for what is planned meanwhile.
#pragma once

#include <cstdlib>

#include <gtest/gtest.h>

#include <planapo/error.hpp>

#include "backend.hpp"
#include "common/device_grid.hpp"
#include "common/machines.hpp"

namespace planapo::testing {

class WithCallbacks {
public:
    WithCallbacks() : within_another_(std::getenv(variable) != nullptr) { ::setenv(variable, "1", 1); }
    ~WithCallbacks() {
        if (!within_another_) ::unsetenv(variable);
    }
    WithCallbacks(const WithCallbacks&) = delete;
    WithCallbacks& operator=(const WithCallbacks&) = delete;

private:
    static constexpr char variable[] = "PLANAPO_CUFFT_CALLBACKS";
    bool within_another_;
};

/// A fixture for machines that can do it.
class OnMachineWithCallbacks : public OnMachine {
protected:
    void SetUp() override {
        OnMachine::SetUp();
        if (IsSkipped()) return;
        if (device().is_cpu()) GTEST_SKIP() << "the CPU's FFT libraries have no callbacks";
        const WithCallbacks callbacks;
        try {
            device().backend().transform_bytes({2, 2, 2});
        } catch (const DeviceUnavailable& reason) {
            GTEST_SKIP() << reason.what();
        }
    }
};

}  // namespace planapo::testing
