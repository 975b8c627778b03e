// Times every verb, and whole iterations, on every device that is there.
#include "bench.hpp"

int main(int count, char** arguments) {
    using namespace planapo;
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 1;
    for (const DeviceInfo& info : devices()) {
        if (!info.available || info.name.starts_with("simulated"))
            continue;  // simulated kernels show errors, not speed
        benchmark::AddCustomContext(info.name, info.description);
        const Device device(info.name);
        for (const bench::Job& job : bench::jobs_for(device))
            for (auto* add : {bench::add_deconvolve, bench::add_fft, bench::add_iterate, bench::add_arithmetic,
                              bench::add_reduce, bench::add_weigh})
                add(device, job);
        for (const bench::Job& job : bench::jobs_for(device)) bench::add_callbacks(device, job);
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
