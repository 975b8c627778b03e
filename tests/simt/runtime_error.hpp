// How the simulated runtime returns its codes.
#pragma once

#include "shim/cuda_runtime.h"

namespace simt {

/// Remembers a failure for cudaGetLastError, and returns the code.
cudaError_t result(cudaError_t error);

}  // namespace simt
