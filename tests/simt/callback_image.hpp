// What stands for the fatbin of a callback: the function itself, compiled as C++.
#pragma once

#include "shim/cufftXt.h"

namespace simt {

struct CallbackImage {
    const char* symbol;
    cufftJITCallbackStoreC store;
};

}  // namespace simt
