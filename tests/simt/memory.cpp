// The record of allocations on the simulated device.
#include "memory.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

#include "sanitizers.hpp"
#include "simt.hpp"
#include "text.hpp"

namespace simt {
namespace {

struct Record {
    std::mutex mutex;
    std::map<const char*, Allocation> allocations;  // by first byte
    std::size_t in_use = 0;
    int accesses = 0;  // DeviceAccess objects alive
};

// Made when the program is loaded: of a function's static object the thread sanitizer would not see here that it was
// made in time. Never destroyed: buffers in static objects are freed late.
Record& record = *new Record;

void poison_all() {
    for (const auto& [begin, allocation] : record.allocations)
        if (allocation.space == Space::device) asan::poison(begin, allocation.bytes);
}

void unpoison_all() {
    for (const auto& [begin, allocation] : record.allocations) asan::unpoison(begin, allocation.bytes);
}

Allocation find_in(const char* memory) {
    auto after = record.allocations.upper_bound(memory);
    if (after == record.allocations.begin()) return {};
    const Allocation& candidate = std::prev(after)->second;
    return memory < candidate.begin + candidate.bytes ? candidate : Allocation{};
}

std::string unreachable(const void* memory, std::size_t bytes, const char* what, Place place) {
    const auto found = find(memory);
    if (!found.begin)
        return fmt::format("{} at {} lies in memory of the host, which a kernel cannot reach: copy it to the device",
                           what, text(place));
    return fmt::format("{} at {} covers {} bytes from byte {} of an allocation of {} bytes, and ends outside it", what,
                       text(place), bytes, static_cast<const char*>(memory) - found.begin, found.bytes);
}

}  // namespace

std::size_t total_bytes() {
    const char* bytes = std::getenv("PLANAPO_SIMT_MEMORY");
    return bytes ? std::strtoull(bytes, nullptr, 10) : std::size_t{2} << 30;
}

std::size_t free_bytes() {
    const std::lock_guard lock(record.mutex);
    return total_bytes() > record.in_use ? total_bytes() - record.in_use : 0;
}

void* allocate(std::size_t bytes, Space space) {
    if (space == Space::device && bytes > free_bytes()) return nullptr;
    void* memory = nullptr;
    if (posix_memalign(&memory, 256, bytes) != 0) return nullptr;  // aligned as by cudaMalloc
    std::memset(memory, 0xff, bytes);
    const auto* begin = static_cast<const char*>(memory);
    const std::lock_guard lock(record.mutex);
    record.allocations[begin] = {begin, bytes, space};
    if (space == Space::device) {
        record.in_use += bytes;
        if (record.accesses == 0) asan::poison(memory, bytes);
    }
    return memory;
}

bool forget(void* memory, Space space) {
    const std::lock_guard lock(record.mutex);
    const auto found = record.allocations.find(static_cast<const char*>(memory));
    if (found == record.allocations.end() || found->second.space != space) return false;
    if (space == Space::device) record.in_use -= found->second.bytes;
    asan::unpoison(memory, found->second.bytes);
    record.allocations.erase(found);
    return true;
}

Allocation find(const void* memory) {
    const std::lock_guard lock(record.mutex);
    return find_in(static_cast<const char*>(memory));
}

void expect_reachable(const void* memory, std::size_t bytes, const char* what, Place place) {
    const auto found = find(memory);
    const auto* first = static_cast<const char*>(memory);
    if (found.begin && bytes <= found.bytes && first + bytes <= found.begin + found.bytes) return;
    fail(unreachable(memory, bytes, what, place));
}

DeviceAccess::DeviceAccess() {
    const std::lock_guard lock(record.mutex);
    if (record.accesses++ == 0) unpoison_all();
}

DeviceAccess::~DeviceAccess() {
    const std::lock_guard lock(record.mutex);
    if (--record.accesses == 0) poison_all();
}

}  // namespace simt
