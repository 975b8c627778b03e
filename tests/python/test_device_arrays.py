"""Arrays on a device, in and out: DLPack and __cuda_array_interface__."""

from __future__ import annotations

import numpy as np
import planapo as pa
import pytest
from planapo import _core
from planapo._device_array import device_of, from_cuda_interface


class OnlyDlpack:
    """Another library's array: all that is known of it is that it speaks DLPack."""

    def __init__(self, array, *, before_version_1=False):
        self.array, self.before_version_1, self.streams = array, before_version_1, []

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()

    def __dlpack__(self, stream=None, **options):
        if self.before_version_1 and options:
            raise TypeError("__dlpack__() got an unexpected keyword argument 'max_version'")
        self.streams.append(stream)
        return self.array.__dlpack__(**options)


class OnlyCudaInterface:
    """Another library's array, described by a dictionary; the memory is that of the device under test."""

    def __init__(self, array, **changes):
        self.array = array
        self.__cuda_array_interface__ = {
            "version": 3, "shape": array.shape, "typestr": "<f4", "strides": None, "stream": None,
            "data": (array._core.pointer, False), **changes,
        }  # fmt: skip


def test_there_and_back(machine):
    values = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)

    array = pa.to_device(values, machine)

    assert (array.shape, array.ndim, array.dtype, array.device) == ((3, 4, 5), 3, np.float32, machine)
    np.testing.assert_array_equal(array.numpy(), values)
    np.testing.assert_array_equal(np.asarray(array), values)


def test_device_in_device_out(machine, scene):
    image, psf = scene

    restored = pa.deconvolve(pa.to_device(image, machine), psf, iterations=2)

    assert isinstance(restored, pa.DeviceArray) and restored.device == machine
    np.testing.assert_array_equal(restored.numpy(), pa.deconvolve(image, psf, iterations=2, device=machine))


@pytest.mark.parametrize("before_version_1", [False, True])
def test_dlpack_in(machine, scene, before_version_1):
    image, psf = scene
    foreign = OnlyDlpack(pa.to_device(image, machine), before_version_1=before_version_1)

    restored = pa.deconvolve(foreign, psf, iterations=1, device=machine)

    np.testing.assert_array_equal(
        np.asarray(restored), pa.deconvolve(image, psf, iterations=1, device=machine)
    )


def test_dlpack_says_which_stream_reads(gpu, scene):
    foreign = OnlyDlpack(pa.to_device(scene[0], gpu))

    pa.deconvolve(foreign, scene[1], iterations=1)

    assert (
        len(foreign.streams) == 1
    )  # asked for once, on the stream of the work (None: the stand-in has one stream)


def test_dlpack_from_the_host_is_numpy(scene):
    image, psf = scene

    restored = pa.deconvolve(OnlyDlpack(image), psf, iterations=1, device="cpu")

    assert type(restored) is np.ndarray
    np.testing.assert_array_equal(restored, pa.deconvolve(image, psf, iterations=1, device="cpu"))


@pytest.mark.parametrize("max_version", [None, (1, 0)])
def test_capsules_are_used_once(machine, max_version):
    array = pa.to_device(np.ones((2, 3)), machine)
    capsule = array.__dlpack__(max_version=max_version)

    taken = _core.DeviceArray.from_dlpack(capsule, machine, "image")

    assert tuple(taken.shape) == (2, 3)
    with pytest.raises(pa.InvalidArgument, match="already used up"):
        _core.DeviceArray.from_dlpack(capsule, machine, "image")


@pytest.mark.parametrize("max_version", [None, (1, 0)])
def test_capsules_keep_memory_alive_and_give_it_back(machine, max_version):
    values = np.random.default_rng(0).normal(size=(8, 64, 64)).astype(np.float32)
    before = pa.bytes_in_use(machine)

    array = pa.to_device(values, machine)
    taken = pa.DeviceArray(
        _core.DeviceArray.from_dlpack(array.__dlpack__(max_version=max_version), machine, "image")
    )
    unused = array.__dlpack__(max_version=max_version)
    del array

    np.testing.assert_array_equal(taken.numpy(), values)
    del taken, unused
    assert pa.bytes_in_use(machine) == before


def test_numpy_takes_dlpack_of_the_cpu():
    array = pa.to_device(np.arange(6.0).reshape(2, 3), "cpu")

    np.testing.assert_array_equal(np.from_dlpack(array), np.arange(6).reshape(2, 3))


def test_out_on_the_device(machine, scene):
    image, psf = scene
    plan = pa.Deconvolver(psf, iterations=1, device=machine)
    out = pa.to_device(np.zeros_like(image), machine)

    returned = plan(pa.to_device(image, machine), out=out)

    assert returned is out
    np.testing.assert_array_equal(out.numpy(), plan(image))


def test_psf_on_the_device(machine, scene):
    image, psf = scene

    restored = pa.deconvolve(image, pa.to_device(psf, machine), iterations=1, device="cpu")

    np.testing.assert_array_equal(restored, pa.deconvolve(image, psf, iterations=1, device="cpu"))


def test_cuda_array_interface_in(machine, scene):
    array = pa.to_device(scene[0], machine)
    foreign = OnlyCudaInterface(array)

    taken = pa.DeviceArray(from_cuda_interface("image", foreign, machine))
    del foreign, array

    np.testing.assert_array_equal(taken.numpy(), scene[0])  # the other library's object is kept alive


def test_cuda_array_interface_is_found_on_its_device(gpu, scene):
    """The interface does not say on which device the memory lies."""
    foreign = OnlyCudaInterface(pa.to_device(scene[0], gpu))

    assert device_of(foreign) == gpu
    restored = pa.deconvolve(foreign, scene[1], iterations=1)

    np.testing.assert_array_equal(restored.numpy(), pa.deconvolve(*scene, iterations=1, device=gpu))


def test_cuda_array_interface_of_memory_that_nobody_holds(scene):
    foreign = OnlyCudaInterface(pa.to_device(scene[0], "cpu"))

    assert device_of(foreign) == "cuda:0"
    with pytest.raises((pa.InvalidArgument, pa.DeviceUnavailable), match="cuda|lie on"):
        pa.deconvolve(foreign, scene[1])


WRONG = {
    "float64": (dict(typestr="<f8"), "not plain float32"),
    "masked": (dict(mask=object()), "not plain float32"),
    "empty": (dict(shape=(0, 4)), "empty"),
    "strided": (dict(strides=(4, 96, 480)), "C-contiguous"),
}


@pytest.mark.parametrize("case", WRONG)
def test_cuda_array_interface_that_does_not_fit(machine, scene, case):
    changes, sentence = WRONG[case]
    foreign = OnlyCudaInterface(pa.to_device(scene[0], machine), **changes)

    with pytest.raises(pa.InvalidArgument, match=sentence):
        from_cuda_interface("image", foreign, machine)


def test_cuda_array_interface_out(machine):
    array = pa.to_device(np.ones((2, 3)), machine)

    if machine.startswith("cuda"):
        described = array.__cuda_array_interface__
        assert described["shape"] == (2, 3) and described["typestr"] == "<f4" and described["data"][0] != 0
    else:
        assert not hasattr(array, "__cuda_array_interface__")


def test_image_elsewhere_than_the_plan(gpu, scene):
    plan = pa.Deconvolver(scene[1], iterations=1, device="cpu")

    with pytest.raises(pa.InvalidArgument, match=f'lies on {gpu}.*device="{gpu}"'):
        plan(pa.to_device(scene[0], gpu))


def test_other_makers_devices_are_named():
    class OnMetal:
        def __dlpack_device__(self):
            return 8, 0

    with pytest.raises(pa.InvalidArgument, match="DLPack's type 8"):
        pa.deconvolve(OnMetal(), np.ones((3, 3, 3)))
