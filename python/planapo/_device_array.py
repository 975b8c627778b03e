"""Arrays on a device: what other libraries lend us, and what we hand back to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from planapo import _core
from planapo._core import InvalidArgument

# DLPack's device types. Plugins other than CUDA are extension devices.
_HOST, _CUDA, _CUDA_HOST, _EXTENSION, _CUDA_MANAGED = 1, 2, 3, 12, 13
_KINDS = {_CUDA: "cuda", _CUDA_MANAGED: "cuda", _EXTENSION: "simulated"}


class DeviceArray:
    """A float32 array on a device: what comes back where an array on a device went in.

    Other libraries take it without a copy, through DLPack (``torch.from_dlpack(a)``, ``cupy.from_dlpack(a)``)
    or, on a CUDA device, through ``__cuda_array_interface__`` (``numba.cuda.as_cuda_array(a)``). All work on
    it is done by the time it is handed out, so that no stream needs waiting for. Made by `to_device` and
    `deconvolve`.

    Attributes
    ----------
    shape : tuple of int
        Two or three axes: (y, x) or (z, y, x), C-contiguous.
    device : str
        Where it lies: ``"cuda:0"``, ...
    """

    dtype = np.dtype(np.float32)

    def __init__(self, core: _core.DeviceArray) -> None:
        self._core = core

    @property
    def shape(self) -> tuple[int, ...]:
        """Extents, as NumPy gives them."""
        return tuple(self._core.shape)

    @property
    def ndim(self) -> int:
        """Number of axes, 2 or 3."""
        return len(self._core.shape)

    @property
    def device(self) -> str:
        """The device that it lies on."""
        return self._core.device

    def numpy(self) -> np.ndarray:
        """Copy it to the host.

        Returns
        -------
        ndarray of float32
        """
        return self._core.to_host()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("An array on a device cannot be seen as a NumPy array without a copy.")
        return self.numpy().astype(dtype or np.float32, copy=False)

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        if dl_device == (_HOST, 0):
            return self.numpy().__dlpack__()
        if dl_device not in (None, self.__dlpack_device__()) or copy:
            raise BufferError(f"This array lies on {self.device} and is handed over there, without a copy.")
        return self._core.to_dlpack(max_version is not None and max_version[0] >= 1)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self._core.dlpack_device()

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        if not self.device.startswith("cuda"):
            raise AttributeError(f"This array lies on {self.device}, not on a CUDA device.")
        return {
            "version": 3,
            "shape": self.shape,
            "typestr": "<f4",
            "strides": None,
            "data": (self._core.pointer, not self._core.writable),
            "stream": None,
        }

    def __repr__(self) -> str:
        return f"<DeviceArray {self.shape} float32 on {self.device}>"


def to_device(array: Any, device: str = "auto") -> DeviceArray:
    """Copy an array to a device.

    Parameters
    ----------
    array : (Z, Y, X) or (Y, X) array_like of real
    device : str, default "auto"
        ``"cuda"``, ``"cuda:N"``, or ``"auto"``: the first GPU that works, else the CPU.

    Returns
    -------
    DeviceArray
        float32.

    Raises
    ------
    InvalidArgument
        If `array` is empty, not real, or has other than two or three axes.
    DeviceUnavailable, OutOfMemory

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> pa.to_device(np.zeros((4, 5, 6)), "cpu")
    <DeviceArray (4, 5, 6) float32 on cpu>
    """
    from planapo._arrays import volume

    return DeviceArray(_core.DeviceArray.copied_from(volume("array", array), str(device)))


def device_of(array: Any) -> str | None:
    """Name of the device that holds `array`; None for what lies on the host."""
    if isinstance(array, np.ndarray):
        return None
    if isinstance(array, DeviceArray):
        return array.device
    if hasattr(array, "__dlpack_device__"):
        kind, index = (int(number) for number in array.__dlpack_device__())
        if kind in (_HOST, _CUDA_HOST):
            return None
        if kind not in _KINDS:
            raise InvalidArgument(
                f"The array lies on a device of DLPack's type {kind}: "
                "planapo reaches the CPU and CUDA devices."
            )
        return f"{_KINDS[kind]}:{index}"
    if not hasattr(array, "__cuda_array_interface__"):
        return None
    # The interface does not name the device. Where no plugin knows the memory, what opens cuda:0 says why.
    return _core.device_holding(array.__cuda_array_interface__["data"][0]) or "cuda:0"


def borrow(name: str, array: Any, device: str, stream: _core.Stream) -> _core.DeviceArray:
    """Take an array on `device` without a copy; its memory is ready for work on `stream`."""
    if isinstance(array, DeviceArray):
        return array._core
    if hasattr(array, "__dlpack__"):
        handle = stream.handle or None
        try:
            capsule = array.__dlpack__(stream=handle, max_version=(1, 0))
        except TypeError:  # a library from before DLPack 1
            capsule = array.__dlpack__(stream=handle)
        return _core.DeviceArray.from_dlpack(capsule, device, name)
    return from_cuda_interface(name, array, device)


def from_cuda_interface(name: str, array: Any, device: str) -> _core.DeviceArray:
    """Take an array that ``__cuda_array_interface__`` describes; waits for the stream that it names."""
    described = array.__cuda_array_interface__
    shape = tuple(described["shape"])
    if described["typestr"] != "<f4" or described.get("mask") is not None:
        raise InvalidArgument(f"{name} lies on a device and is not plain float32: convert it there first.")
    if 0 in shape:
        raise InvalidArgument(f"{name} is empty: its shape is {shape}.")
    if not _c_contiguous(shape, described.get("strides")):
        raise InvalidArgument(f"{name} lies on a device and is not C-contiguous: make it so there first.")
    if described.get("stream") is not None:
        _core.Stream.borrowed(described["stream"], device).wait()
    pointer, read_only = described["data"]
    return _core.DeviceArray.from_pointer(pointer, shape, device, array, not read_only)


def _c_contiguous(shape: tuple[int, ...], strides: tuple[int, ...] | None) -> bool:
    wanted = [4 * math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    return strides is None or all(n == 1 or s == w for n, s, w in zip(shape, strides, wanted))
