#include "fft_library.hpp"

#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include <planapo/device.hpp>

#include "../../message.hpp"
#include "../../platform.hpp"

namespace planapo {

namespace {

namespace fs = std::filesystem;
using platform::SharedLibrary;

struct Candidate {
    const char* name;
    std::vector<std::string> files;
};

const Candidate mkl{"MKL", {"libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so"}};
const Candidate fftw{"FFTW", {"libfftw3f_omp.so.3", "libfftw3f_threads.so.3"}};

struct Found {
    std::unique_ptr<FftLibrary> library;
    FftLibraryStatus status;
};

/// Where a library may lie besides the loader's own places: what PLANAPO_LIBRARY_PATH names (the Python package names
/// its environment's lib folder there), and oneAPI's folder.
std::vector<fs::path> folders() {
    std::vector<fs::path> all = platform::folders_of("PLANAPO_LIBRARY_PATH");
    if (const std::string root = platform::environment("MKLROOT"); !root.empty()) all.push_back(fs::path(root) / "lib");
    return all;
}

SharedLibrary open_first(const Candidate& candidate, std::string& opened) {
    for (const std::string& file : candidate.files) {
        for (const fs::path& folder : folders()) {
            opened = (folder / file).string();
            if (!fs::exists(opened)) continue;
            if (auto library = SharedLibrary::open(opened)) return library;
        }
        opened = file;
        if (auto library = SharedLibrary::open(file)) return library;
    }
    return {};
}

std::unique_ptr<FftLibrary> take_functions(const SharedLibrary& from) {
    auto library = std::make_unique<FftLibrary>();
    const bool complete =
        from.find(library->plan_forward, "fftwf_plan_dft_r2c") &&
        from.find(library->plan_inverse, "fftwf_plan_dft_c2r") &&
        from.find(library->forward, "fftwf_execute_dft_r2c") && from.find(library->inverse, "fftwf_execute_dft_c2r") &&
        from.find(library->destroy, "fftwf_destroy_plan") && from.find(library->init_threads, "fftwf_init_threads") &&
        from.find(library->plan_with_threads, "fftwf_plan_with_nthreads") &&
        from.find(library->import_wisdom, "fftwf_import_wisdom_from_filename") &&
        from.find(library->export_wisdom, "fftwf_export_wisdom_to_filename") &&
        from.find(library->forget_wisdom, "fftwf_forget_wisdom");
    if (!complete) return nullptr;
    // MKL must share this process's OpenMP (GNU's), not start a second pool of threads beside it.
    int (*set_layer)(int) = nullptr;
    constexpr int gnu_layer = 3;
    library->plans_need_timing = !from.find(set_layer, "MKL_Set_Threading_Layer");
    if (set_layer != nullptr) set_layer(gnu_layer);
    library->init_threads();
    return library;
}

Found try_one(const Candidate& candidate) {
    std::string file;
    const SharedLibrary opened = open_first(candidate, file);
    Found found;
    if (opened) found.library = take_functions(opened);
    if (found.library) found.status.name = fmt::format("{} ({})", candidate.name, fs::path(file).filename().string());
    return found;
}

/// PLANAPO_FFT_LIBRARY: "mkl", "fftw" or the path of a library that has FFTW's API.
Found search() {
    const std::string wish = platform::environment("PLANAPO_FFT_LIBRARY");
    if (wish == "mkl") return try_one(mkl);
    if (wish == "fftw") return try_one(fftw);
    if (!wish.empty()) return try_one({"FFTW's API", {wish}});
    if (Found found = try_one(mkl); found.library) return found;
    Found found = try_one(fftw);
    found.status.remark = "Intel's MKL (pip install mkl) would make FFTs about twice as fast";
    return found;
}

Found& the_one() {
    static Found& found = *[] {
        auto* result = new Found(search());  // never destroyed: plans may outlive static destruction
        if (!result->library) {
            const std::string wish = platform::environment("PLANAPO_FFT_LIBRARY");
            result->status = {"no library",
                              wish.empty()
                                  ? "neither MKL (pip install mkl) nor FFTW (apt install libfftw3-single3) is installed"
                                  : fmt::format("PLANAPO_FFT_LIBRARY asks for \"{}\", which cannot be opened", wish)};
        }
        return result;
    }();
    return found;
}

}  // namespace

FftLibrary& fft_library() {
    Found& found = the_one();
    if (!found.library) throw DeviceUnavailable(fmt::format("The CPU has no FFT library: {}.", found.status.remark));
    return *found.library;
}

FftLibraryStatus fft_library_status() { return the_one().status; }

}  // namespace planapo
