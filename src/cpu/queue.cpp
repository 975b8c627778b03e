// Queues of the CPU: work is done when the call returns, so nobody ever waits.
#include "backend.hpp"

namespace planapo {

namespace {

class CpuMark final : public Mark {
public:
    void set(const Stream&) override {}
    bool reached() override { return true; }
    void wait() override {}
};

class CpuRecording final : public Recording {
public:
    void record(const std::function<void(const Stream&)>& verbs) override { verbs_ = verbs; }
    void replay(const Stream& stream) override { verbs_(stream); }

private:
    std::function<void(const Stream&)> verbs_;
};

}  // namespace

std::shared_ptr<void> CpuBackend::new_stream() { return {}; }
void CpuBackend::wait(const Stream&) {}
std::unique_ptr<Mark> CpuBackend::new_mark() { return std::make_unique<CpuMark>(); }
std::unique_ptr<Recording> CpuBackend::new_recording() { return std::make_unique<CpuRecording>(); }

}  // namespace planapo
