// Restores a TIFF with a measured PSF: deconvolve_tiff IMAGE PSF RESULT BACKGROUND
// Both files must state their voxel sizes.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include <unistd.h>
#include <planapo/deconvolve.hpp>
#include <planapo/error.hpp>
#include <planapo/io.hpp>
#include <planapo/psf.hpp>

namespace {

planapo::VoxelSize voxel_of(const planapo::ImageInfo& info, const char* path) {
    const std::optional<planapo::VoxelSize> voxel = info.voxel_size();
    if (!voxel) throw planapo::InvalidArgument(std::string(path) + " does not state its voxel size.");
    return *voxel;
}

const bool on_terminal = isatty(STDOUT_FILENO) == 1;  // elsewhere each iteration gets a line

bool show(double done, double total) {
    std::printf("%siteration %.0f of at most %.0f%s", on_terminal ? "\r" : "", done, total, on_terminal ? "" : "\n");
    std::fflush(stdout);
    return true;  // false would stop
}

void restore(const char* image_path, const char* psf_path, const char* result_path, double background) {
    const planapo::ImageFile image_file(image_path), psf_file(psf_path);
    const planapo::PreparedPsf prepared = planapo::prepare_psf(
        psf_file.read_volume(), voxel_of(psf_file.info(), psf_path), voxel_of(image_file.info(), image_path));
    for (const std::string& step : prepared.report.steps) std::printf("PSF: %s\n", step.c_str());

    planapo::DeconvolveOptions options;  // Wiener-Butterworth, decides itself when to stop
    options.background = background;
    const planapo::Restored restored =
        planapo::deconvolve(image_file.read_volume(), prepared.psf, options, planapo::Device("auto"), show);
    std::printf("%srestored in %d iterations          \n", on_terminal ? "\r" : "", restored.report.iterations);

    planapo::write_image(result_path, restored.image, image_file.info());
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        std::fprintf(stderr, "deconvolve_tiff needs IMAGE PSF RESULT BACKGROUND.\n");
        return EXIT_FAILURE;
    }
    try {
        restore(arguments[1], arguments[2], arguments[3], std::atof(arguments[4]));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "deconvolve_tiff: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
