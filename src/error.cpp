// The errors' destructors and vtables live here and nowhere else, so that one thrown by a plugin is caught by name.
#include <planapo/error.hpp>
#include <planapo/progress.hpp>

namespace planapo {

InvalidArgument::InvalidArgument(const std::string& sentence) : std::invalid_argument(sentence) {}
InvalidArgument::~InvalidArgument() = default;

DeviceUnavailable::DeviceUnavailable(const std::string& sentence) : std::runtime_error(sentence) {}
DeviceUnavailable::~DeviceUnavailable() = default;

DeviceError::DeviceError(const std::string& sentence) : std::runtime_error(sentence) {}
DeviceError::~DeviceError() = default;

OutOfMemory::OutOfMemory(const std::string& sentence) : std::runtime_error(sentence) {}
OutOfMemory::~OutOfMemory() = default;

Cancelled::~Cancelled() = default;
const char* Cancelled::what() const noexcept { return "The work was cancelled by its caller."; }

void report(const Progress& progress, double done, double total) {
    if (progress && !progress(done, total)) throw Cancelled();
}

}  // namespace planapo
