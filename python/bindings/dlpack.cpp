// DLPack capsules in and out.
#include "dlpack.hpp"

#include "../../src/message.hpp"
#include "device_array.hpp"

namespace planapo::python {

namespace {

using namespace dlpack;

bool c_contiguous(const Tensor& tensor) {
    if (tensor.strides == nullptr) return true;
    std::int64_t expected = 1;
    for (std::int32_t axis = tensor.rank - 1; axis >= 0; --axis) {
        if (tensor.shape[axis] != 1 && tensor.strides[axis] != expected) return false;
        expected *= tensor.shape[axis];
    }
    return true;
}

void check(const Tensor& tensor, const std::string& name) {
    const Element& element = tensor.element;
    require(element.code == floating && element.bits == 32 && element.lanes == 1,
            "{} lies on a device and is not float32: convert it there first, for instance with .astype(\"float32\").",
            name);
    require(tensor.rank == 2 || tensor.rank == 3, "{} must have 2 or 3 axes (y, x or z, y, x), but has {}.", name,
            tensor.rank);
    require(c_contiguous(tensor), "{} lies on a device and is not C-contiguous: make it so there first.", name);
}

template <typename Capsule>
DeviceArray take(PyObject* capsule, const std::string& device, const std::string& name, bool writable) {
    auto* managed = static_cast<Capsule*>(PyCapsule_GetPointer(capsule, Capsule::name));
    const Tensor& tensor = managed->tensor;
    check(tensor, name);
    auto* data = reinterpret_cast<float*>(static_cast<std::byte*>(tensor.data) + tensor.byte_offset);
    DeviceArray::Extents shape(tensor.shape, tensor.shape + tensor.rank);
    // Renamed before anything of it is kept: from here on the tensor is ours to delete, no longer the capsule's.
    PyCapsule_SetName(capsule, Capsule::used_name);
    std::shared_ptr<void> owner(managed, [](void* pointer) {
        auto* spent = static_cast<Capsule*>(pointer);
        if (spent->deleter != nullptr) spent->deleter(spent);
    });
    return {data, shape, Device(device), std::move(owner), writable};
}

/// What a capsule of ours keeps alive.
struct Lent {
    explicit Lent(const DeviceArray& array) : owner(array.owner()), shape(array.shape()) {}
    std::shared_ptr<void> owner;
    DeviceArray::Extents shape;
};

Place place_of(const DeviceArray& array) {
    const bool is_cuda = array.device().name().rfind("cuda", 0) == 0;
    const std::int32_t type = is_cuda ? cuda : array.device().is_cpu() ? cpu : extension;
    return {type, array.device().index()};
}

template <typename Capsule>
py::capsule lend(const DeviceArray& array, Capsule* managed) {
    auto* lent = new Lent(array);
    managed->tensor = {array.data(),
                       place_of(array),
                       static_cast<std::int32_t>(lent->shape.size()),
                       {floating, 32, 1},
                       lent->shape.data(),
                       nullptr,
                       0};
    managed->owner = lent;
    managed->deleter = [](Capsule* spent) {
        delete static_cast<Lent*>(spent->owner);
        delete spent;
    };
    // A capsule that nobody has used up still owns its tensor.
    return py::capsule(managed, Capsule::name, [](PyObject* capsule) {
        if (!PyCapsule_IsValid(capsule, Capsule::name)) return;
        auto* unused = static_cast<Capsule*>(PyCapsule_GetPointer(capsule, Capsule::name));
        unused->deleter(unused);
    });
}

}  // namespace

DeviceArray from_dlpack(py::capsule capsule, const std::string& device, const std::string& name) {
    if (PyCapsule_IsValid(capsule.ptr(), Managed::name)) return take<Managed>(capsule.ptr(), device, name, true);
    require(PyCapsule_IsValid(capsule.ptr(), ManagedVersioned::name),
            "{} hands over a DLPack capsule that is already used up.", name);
    const auto* managed =
        static_cast<const ManagedVersioned*>(PyCapsule_GetPointer(capsule.ptr(), ManagedVersioned::name));
    require(managed->major == ManagedVersioned::our_major, "{} speaks version {} of DLPack: planapo knows version {}.",
            name, managed->major, ManagedVersioned::our_major);
    return take<ManagedVersioned>(capsule.ptr(), device, name, (managed->flags & ManagedVersioned::read_only) == 0);
}

py::capsule to_dlpack(const DeviceArray& array, bool versioned) {
    if (!versioned) return lend(array, new Managed{});
    auto* managed = new ManagedVersioned{};
    managed->major = ManagedVersioned::our_major;
    managed->flags = array.writable() ? 0 : ManagedVersioned::read_only;
    return lend(array, managed);
}

py::tuple dlpack_device(const DeviceArray& array) {
    const Place place = place_of(array);
    return py::make_tuple(place.type, place.index);
}

}  // namespace planapo::python
