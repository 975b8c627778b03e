// The simulated runtime: stream capture and graphs. A graph is the list of what was queued, in that order.
#include <cstdlib>
#include <string>
#include <utility>

#include "capture.hpp"
#include "runtime_error.hpp"
#include "streams.hpp"

using simt::result;

struct CUgraph_st {
    std::vector<simt::Queued> work;
};

struct CUgraphExec_st {
    std::vector<simt::Queued> work;
};

namespace {

thread_local int captures_under_way = 0;

}  // namespace

namespace simt {

bool capturing() { return captures_under_way > 0; }

bool remember(CUstream_st& stream, Queued work) {
    if (!stream.captured) return false;
    stream.captured->work.push_back(std::move(work));
    return true;
}

}  // namespace simt

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode) {
    CUstream_st* stream = simt::stream_of(handle);
    // The default stream waits for others, which a graph cannot express.
    if (!stream || stream == simt::stream_of(nullptr) || stream->captured) return result(cudaErrorInvalidValue);
    stream->captured = new CUgraph_st;
    ++captures_under_way;
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
    CUstream_st* stream = simt::stream_of(handle);
    if (!stream || !stream->captured) return result(cudaErrorInvalidValue);
    *graph = std::exchange(stream->captured, nullptr);
    --captures_under_way;
    if (std::getenv("PLANAPO_SIMT_SPOILED_CAPTURES") == nullptr) return cudaSuccess;
    delete std::exchange(*graph, nullptr);  // as if another thread had waited for the whole device
    return result(cudaErrorStreamCaptureInvalidated);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
    *exec = nullptr;
    if (!graph) return result(cudaErrorInvalidValue);
    *exec = new CUgraphExec_st{graph->work};
    return cudaSuccess;
}

// What was remembered may have other arguments, but not another shape.
cudaError_t cudaGraphExecUpdate(cudaGraphExec_t exec, cudaGraph_t graph, cudaGraphExecUpdateResultInfo*) {
    if (!exec || !graph) return result(cudaErrorInvalidValue);
    if (exec->work.size() != graph->work.size()) return result(cudaErrorGraphExecUpdateFailure);
    exec->work = graph->work;
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t handle) {
    CUstream_st* stream = simt::stream_of(handle);
    if (!stream || !exec) return result(cudaErrorInvalidResourceHandle);
    for (const auto& work : exec->work) work(*stream);
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    delete graph;
    return graph ? cudaSuccess : result(cudaErrorInvalidValue);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
    delete exec;
    return exec ? cudaSuccess : result(cudaErrorInvalidValue);
}
