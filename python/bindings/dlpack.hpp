// DLPack: how array libraries hand each other memory on any device. The structs restate its binary interface, version 1
// (https://dmlc.github.io/dlpack/latest/).
#pragma once

#include <cstdint>

namespace planapo::python::dlpack {

enum DeviceType : std::int32_t { cpu = 1, cuda = 2, cuda_host = 3, extension = 12, cuda_managed = 13 };
enum TypeCode : std::uint8_t { signed_integer = 0, unsigned_integer = 1, floating = 2 };

struct Place {
    std::int32_t type, index;
};

struct Element {
    std::uint8_t code, bits;
    std::uint16_t lanes;
};

struct Tensor {
    void* data;
    Place place;
    std::int32_t rank;
    Element element;
    std::int64_t* shape;
    std::int64_t* strides;  // in elements; null: C-contiguous
    std::uint64_t byte_offset;
};

struct Managed {
    static constexpr const char *name = "dltensor", *used_name = "used_dltensor";

    Tensor tensor;
    void* owner;
    void (*deleter)(Managed*);
};

struct ManagedVersioned {
    static constexpr const char *name = "dltensor_versioned", *used_name = "used_dltensor_versioned";
    static constexpr std::uint32_t our_major = 1;
    static constexpr std::uint64_t read_only = 1;

    std::uint32_t major, minor;
    void* owner;
    void (*deleter)(ManagedVersioned*);
    std::uint64_t flags;
    Tensor tensor;
};

}  // namespace planapo::python::dlpack
