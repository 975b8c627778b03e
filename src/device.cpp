// The devices of this process: the CPU, and what the plugins beside this library open.
#include <planapo/device.hpp>
#include <planapo/version.hpp>

#include <charconv>
#include <map>
#include <mutex>
#include <optional>

#include "backend.hpp"
#include "message.hpp"
#include "platform.hpp"
#include "plugin.hpp"

namespace planapo {

namespace {

namespace fs = std::filesystem;

/// A kind of device that a plugin brings: opened once, its devices once each, neither ever closed.
class Kind {
public:
    explicit Kind(std::string name) : name_(std::move(name)) { load(); }

    int count() const { return count_; }
    const std::string& reason() const { return reason_; }
    bool installed() const { return installed_; }

    Backend& open(int index) {
        std::lock_guard lock(mutex_);
        auto& backend = opened_[index];
        if (backend == nullptr) backend = plugin_->open(index);
        return *backend;
    }

private:
    void load() {
        const std::string file = "libplanapo_" + name_ + ".so";
        std::vector<fs::path> folders = platform::folders_of("PLANAPO_PLUGIN_PATH");
        folders.push_back(platform::library_folder());
        for (const fs::path& folder : folders)
            if (fs::exists(folder / file)) return open_file(folder / file);
        reason_ =
            name_ == "cuda"
                ? fmt::format("this installation of planapo has no {} (it was built without a CUDA toolkit)", file)
                : fmt::format("{} is not here (planapo's own tests bring it)", file);
    }

    void open_file(const fs::path& path) {
        installed_ = true;
        const auto library = platform::SharedLibrary::open(path.string());
        decltype(planapo_plugin)* entry = nullptr;
        if (!library) {
            reason_ = fmt::format("{} cannot be opened: {} (pip install 'planapo[cuda]' brings NVIDIA's libraries)",
                                  path.filename().string(), library.error());
        } else if (!library.find(entry, "planapo_plugin")) {
            reason_ = fmt::format("{} is not a plugin of planapo", path.string());
        } else if (entry()->abi != plugin_abi) {
            reason_ = fmt::format(
                "{} speaks version {} of the plugin interface and libplanapo.so version {}: install both from one "
                "release",
                path.string(), entry()->abi, plugin_abi);
        } else if (entry()->version != std::string(PLANAPO_VERSION)) {
            reason_ = fmt::format("{} is of planapo {} and libplanapo.so of {}: install both from one release",
                                  path.string(), entry()->version, PLANAPO_VERSION);
        } else {
            plugin_ = entry();
            count_ = plugin_->device_count(reason_);
        }
    }

    std::string name_, reason_;
    const Plugin* plugin_ = nullptr;
    int count_ = 0;
    bool installed_ = false;
    std::mutex mutex_;
    std::map<int, Backend*> opened_;
};

Kind& cuda() {
    static Kind& kind = *new Kind("cuda");  // never destroyed: volumes may outlive static destruction
    return kind;
}

Kind& simulated() {
    static Kind& kind = *new Kind("simulated");
    return kind;
}

struct Name {
    std::string kind;
    int index = 0;
};

Name parse(std::string_view text) {
    const auto colon = text.find(':');
    Name name{std::string(text.substr(0, colon))};
    bool understood = name.kind == "cuda" || name.kind == "simulated" || (name.kind == "cpu" && colon == text.npos);
    if (understood && colon != text.npos) {
        const char *first = text.data() + colon + 1, *last = text.data() + text.size();
        const auto [end, error] = std::from_chars(first, last, name.index);
        understood = error == std::errc() && end == last && name.index >= 0;
    }
    require(understood, "There is no device named \"{}\": use \"auto\", \"cpu\", \"cuda\" or \"cuda:N\".", text);
    return name;
}

Backend& backend_of(Kind& kind, const Name& name) {
    if (kind.count() == 0)
        throw DeviceUnavailable(fmt::format("The device \"{}\" cannot be used: {}.", name.kind, kind.reason()));
    if (name.index >= kind.count())
        throw DeviceUnavailable(
            fmt::format("There is no device \"{}:{}\": this machine has {} of that kind, numbered from 0.", name.kind,
                        name.index, kind.count()));
    return kind.open(name.index);
}

/// The first GPU that works, else the CPU.
Name choose() {
    for (int index = 0; index < cuda().count(); ++index) {
        try {
            cuda().open(index);
            return {"cuda", index};
        } catch (const std::runtime_error&) {  // this one does not; `devices` says why
        }
    }
    return {"cpu"};
}

/// A device that cannot be opened is listed too.
DeviceInfo look_at(const std::string& name) {
    try {
        const Backend& backend = Device(name).backend();
        return {name, backend.description(), true, backend.remark(), backend.total_bytes()};
    } catch (const std::runtime_error& reason) {
        return {name, "", false, reason.what(), 0};
    }
}

}  // namespace

Device::Device(std::string_view text) {
    const Name name = text == "auto" ? choose() : parse(text);
    if (name.kind == "cpu") return;
    backend_ = &backend_of(name.kind == "cuda" ? cuda() : simulated(), name);
    kind_ = name.kind;
    index_ = name.index;
}

std::string Device::name() const { return is_cpu() ? kind_ : fmt::format("{}:{}", kind_, index_); }

Backend& Device::backend() const { return backend_ ? *backend_ : cpu_backend(); }

std::vector<DeviceInfo> devices() {
    Backend& cpu = cpu_backend();
    std::vector<DeviceInfo> all{{"cpu", cpu.description(), true, cpu.remark(), cpu.total_bytes()}};
    for (auto& [name, kind] : {std::pair<const char*, Kind&>{"cuda", cuda()}, {"simulated", simulated()}}) {
        for (int i = 0; i < kind.count(); ++i) all.push_back(look_at(fmt::format("{}:{}", name, i)));
        const bool worth_telling = kind.installed() || &kind == &cuda();
        if (kind.count() == 0 && worth_telling) all.push_back({name, "", false, kind.reason(), 0});
    }
    return all;
}

Stream::Stream(const Device& device) : handle_(device.backend().new_stream()), backend_(&device.backend()) {}

Stream Stream::borrowed(void* native_handle, const Device& device) {
    Stream stream;
    // CUDA's default stream is the null pointer, which means the device's own stream here: it has a second name.
    void* const default_stream = device.is_cpu() ? nullptr : reinterpret_cast<void*>(1);  // cudaStreamLegacy
    stream.handle_ = std::shared_ptr<void>(native_handle ? native_handle : default_stream, [](void*) {});
    stream.backend_ = &device.backend();
    return stream;
}

void Stream::wait() const {
    if (backend_ != nullptr) backend_->wait(*this);
}

}  // namespace planapo
