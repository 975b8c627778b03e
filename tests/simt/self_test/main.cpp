// The tests of the simulator: correct kernels give the same bits in every order, and planted bugs are caught.
#include <gtest/gtest.h>

extern "C" [[gnu::visibility("default")]] const char* __tsan_default_options();
extern "C" const char* __tsan_default_options() { return "halt_on_error=1"; }

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    GTEST_FLAG_SET(death_test_style, "threadsafe");  // a fork of a process with fibers would not do
    return RUN_ALL_TESTS();
}
