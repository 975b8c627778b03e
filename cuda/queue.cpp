// Queues of the GPU: streams, places in them (events), and what is queued over and over (graphs).
#include "plugin/backend.hpp"

namespace planapo::cuda {

namespace {

class CudaMark final : public Mark {
public:
    explicit CudaMark(const CudaBackend& backend) : backend_(backend), event_(backend.index()) {}

    void set(const Stream& stream) override {
        const DeviceGuard guard(backend_.index());
        check(cudaEventRecord(event_.get(), backend_.queue(stream)), "cudaEventRecord");
    }
    bool reached() override {
        const cudaError_t answer = cudaEventQuery(event_.get());
        if (answer != cudaErrorNotReady) check(answer, "cudaEventQuery");
        cudaGetLastError();  // "not ready" is an answer: the next launch must not find it
        return answer == cudaSuccess;
    }
    void wait() override { check(cudaEventSynchronize(event_.get()), "cudaEventSynchronize"); }

private:
    const CudaBackend& backend_;
    OwnedEvent event_;
};

/// A graph. One that is recorded anew with other arguments is not built anew.
class CudaRecording final : public Recording {
public:
    explicit CudaRecording(const CudaBackend& backend)
        : backend_(backend),
          stream_(backend.index()),
          lent_(Stream::borrowed(stream_.get(), Device(backend.device_name()))) {}

    void record(const std::function<void(const Stream&)>& verbs) override {
        const DeviceGuard guard(backend_.index());
        OwnedGraph graph = capture(verbs);
        if (executable_.update(graph)) return;
        executable_ = OwnedExecutable(graph);
    }

    void replay(const Stream& stream) override {
        const DeviceGuard guard(backend_.index());
        check(cudaGraphLaunch(executable_.get(), backend_.queue(stream)), "cudaGraphLaunch");
    }

private:
    /// Other threads may allocate meanwhile; one that waits for the whole device spoils it.
    OwnedGraph capture(const std::function<void(const Stream&)>& verbs) {
        check(cudaStreamBeginCapture(stream_.get(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
        OwnedGraph graph;
        try {
            verbs(lent_);
        } catch (...) {
            cudaStreamEndCapture(stream_.get(), graph.place());
            cudaGetLastError();  // what went wrong is on its way already
            throw;
        }
        check(cudaStreamEndCapture(stream_.get(), graph.place()), "cudaStreamEndCapture");
        return graph;
    }

    const CudaBackend& backend_;
    OwnedStream stream_;
    Stream lent_;
    OwnedExecutable executable_;
};

}  // namespace

std::shared_ptr<void> CudaBackend::new_stream() {
    const auto owner = std::make_shared<OwnedStream>(index_);
    return {owner, owner->get()};
}

void CudaBackend::wait(const Stream& stream) {
    const DeviceGuard guard(index_);
    check(cudaStreamSynchronize(queue(stream)), "cudaStreamSynchronize");
}

std::unique_ptr<Mark> CudaBackend::new_mark() { return std::make_unique<CudaMark>(*this); }
std::unique_ptr<Recording> CudaBackend::new_recording() { return std::make_unique<CudaRecording>(*this); }

}  // namespace planapo::cuda
