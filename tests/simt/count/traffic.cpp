#include "traffic.hpp"

#include <stdexcept>

#include "recorder.hpp"
#include "text.hpp"

namespace simt {

TrafficCount::TrafficCount() : recorder_(std::make_unique<Recorder>()) {
    if (listening()) throw std::logic_error("traffic is counted already");
    listening() = recorder_.get();
    machine().after_block = [this] { recorder_->finish_block(); };
}

TrafficCount::~TrafficCount() {
    machine().after_block = nullptr;
    listening() = nullptr;
}

std::map<std::string, KernelTraffic> TrafficCount::by_kernel() const {
    std::map<std::string, KernelTraffic> named;
    for (const auto& [kernel, traffic] : recorder_->of_kernel()) {
        const std::string name = kernel_name(kernel);
        const auto namespaces = name.substr(0, name.find('<')).rfind("::");
        named[namespaces == name.npos ? name : name.substr(namespaces + 2)] = traffic;
    }
    return named;
}

}  // namespace simt
