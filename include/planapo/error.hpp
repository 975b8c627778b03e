// The four errors. Each carries one full sentence with the numbers in it and what to do about it.
#pragma once

#include <stdexcept>
#include <string>

#include <planapo/export.hpp>

namespace planapo {

/// What was asked for cannot be done: wrong shape, NaN, unreadable file, a value out of range. Python: ValueError.
class PLANAPO_API InvalidArgument : public std::invalid_argument {
public:
    explicit InvalidArgument(const std::string& sentence);
    ~InvalidArgument() override;
};

/// The device asked for is not there, or cannot be used by this build; the sentence says why. Python: RuntimeError.
class PLANAPO_API DeviceUnavailable : public std::runtime_error {
public:
    explicit DeviceUnavailable(const std::string& sentence);
    ~DeviceUnavailable() override;
};

/// The device failed while working (names the call and the device). Python: RuntimeError.
class PLANAPO_API DeviceError : public std::runtime_error {
public:
    explicit DeviceError(const std::string& sentence);
    ~DeviceError() override;
};

/// Not enough memory: says how much was asked for, on which device, and how much is free. Python: MemoryError.
class PLANAPO_API OutOfMemory : public std::runtime_error {
public:
    explicit OutOfMemory(const std::string& sentence);
    ~OutOfMemory() override;
};

}  // namespace planapo
