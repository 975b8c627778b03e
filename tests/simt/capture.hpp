// Stream capture: what is queued on a capturing stream is remembered instead of done. Calls that would wait or allocate
// are refused meanwhile, as CUDA refuses them (cudaStreamCaptureModeThreadLocal).
#pragma once

#include <functional>
#include <vector>

#include "shim/runtime_types.h"

namespace simt {

/// Something queued, done on the stream that it is replayed on.
using Queued = std::function<void(CUstream_st&)>;

/// If `stream` is capturing, remembers `work` and returns true.
bool remember(CUstream_st& stream, Queued work);

/// Whether this host thread has a capture under way: it may neither wait nor allocate.
bool capturing();

}  // namespace simt
