"""Blur: what a microscope does to an object, and the adjoint."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import as_planes, check_ranks, extents, volume
from planapo._core import InvalidArgument
from planapo._device_array import DeviceArray, borrow, device_of
from planapo._varying_psf import VaryingPsf


class Blur:
    """The blur of images of one shape by a PSF: a linear operator A with its adjoint.

    To simulate recordings, to make pairs to train networks with, and for iterative methods of one's own.
    Built once, run on many images. Safe to call from several threads, which then take turns.

    Parameters
    ----------
    psf : (Z, Y, X) or (Y, X) array_like of real, or VaryingPsf
        Origin at index n // 2 of each axis, normalised to sum 1. What cannot reach from one voxel to another
        is cut off.
    shape : sequence of int
        Extents of the images, as many as the PSF has axes.
    boundary : {"mirror", "wrap", "zero"}
        What lies outside the image: its mirror image (nothing wraps round), the image again, or nothing.
    device : str, default "auto"
        ``"cpu"``, ``"cuda"``, ``"cuda:N"``, or ``"auto"``: the first GPU that works, else the CPU.

    Raises
    ------
    InvalidArgument
        If the PSF is empty, not finite or sums to nothing, or an extent is below 1.
    DeviceUnavailable
        If the device is not there.
    OutOfMemory

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> A = pa.Blur(pa.psf.gaussian(3), (16, 32, 32), device="cpu")
    >>> x, y = np.random.default_rng(1).random((2, 16, 32, 32), np.float32)
    >>> bool(np.isclose(np.vdot(A.forward(x), y), np.vdot(x, A.adjoint(y)), rtol=1e-4))
    True
    """

    def __init__(
        self, psf: Any, shape: Sequence[int], *, boundary: str = "mirror", device: str = "auto"
    ) -> None:
        varying = isinstance(psf, VaryingPsf)
        values = psf if varying else volume("psf", psf)
        self.shape = extents("shape", shape, values.ndim)
        core = psf._core if varying else as_planes(values)
        self._core = _core.BlurOperator(core, (1, *self.shape)[-3:], str(boundary), str(device))
        made_of = psf if varying else values.copy()
        self._made = functools.partial(Blur, made_of, self.shape, boundary=boundary, device=device)

    @property
    def device(self) -> str:
        """Name of the device that it runs on."""
        return self._core.device

    def forward(self, image: Any) -> Any:
        """A x: what would be recorded of `image`.

        Parameters
        ----------
        image : (Z, Y, X) or (Y, X) array of real
            Of the operator's shape. NumPy, DLPack or ``__cuda_array_interface__``. A voxel that is not finite
            spoils all.

        Returns
        -------
        array of float32
            Where the image lies: a NumPy array or a `DeviceArray`.

        Raises
        ------
        InvalidArgument
            If the image is of another shape, not real, or lies on another device.

        Examples
        --------
        >>> import numpy as np, planapo as pa
        >>> image = np.zeros((9, 9), np.float32)
        >>> image[4, 4] = 1
        >>> recorded = pa.Blur(pa.psf.gaussian((3, 3)), image.shape, device="cpu").forward(image)
        >>> round(float(recorded.sum()), 3)
        1.0
        """
        return self._apply(image, self._core.forward, self._core.forward_on_device)

    def adjoint(self, image: Any) -> Any:
        """A^T y, so that <A x, y> = <x, A^T y> for all x and y.

        Parameters
        ----------
        image : (Z, Y, X) or (Y, X) array of real
            As for `forward`.

        Returns
        -------
        array of float32

        Raises
        ------
        InvalidArgument
            As for `forward`.

        Examples
        --------
        Summed over the image, the light of each voxel that is recorded at all:

        >>> import numpy as np, planapo as pa
        >>> A = pa.Blur(pa.psf.gaussian((5, 5)), (32, 32), boundary="zero", device="cpu")
        >>> seen = A.adjoint(np.ones((32, 32)))
        >>> round(float(seen[16, 16]), 2), round(float(seen[0, 0]), 1)
        (1.0, 0.4)
        """
        return self._apply(image, self._core.adjoint, self._core.adjoint_on_device)

    def _apply(self, image: Any, on_host: Callable[..., None], on_device: Callable[..., None]) -> Any:
        place = device_of(image)
        if place is None:
            values = volume("image", image)
            self._check(values.shape)
            result = np.empty(values.shape, np.float32)
            on_host(as_planes(values), as_planes(result))
            return result
        if place != self.device:
            raise InvalidArgument(f"The image lies on {place} but the blur is on {self.device}.")
        stream = _core.Stream(self.device)
        source = borrow("image", image, self.device, stream)
        self._check(tuple(source.shape))
        target = _core.DeviceArray(source.shape, self.device)
        on_device(source, target, stream)
        return DeviceArray(target)

    def _check(self, shape: tuple[int, ...]) -> None:
        check_ranks(len(shape), len(self.shape))
        if shape != self.shape:
            raise InvalidArgument(f"The image's shape is {shape}, but this blur is for {self.shape}.")

    def __reduce__(self) -> Any:
        return self._made, ()

    def __repr__(self) -> str:
        return f"<Blur of {' x '.join(map(str, self.shape))} voxels on {self.device}>"


def blur(image: Any, psf: Any, *, boundary: str = "mirror", device: str = "auto") -> Any:
    """Blur an image as a microscope would.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array of real
        What is there. NumPy, DLPack or ``__cuda_array_interface__``.
    psf : (Z, Y, X) or (Y, X) array_like of real, or VaryingPsf
        Origin at index n // 2 of each axis, normalised to sum 1.
    boundary : {"mirror", "wrap", "zero"}
        What lies outside the image.
    device : str, default "auto"
        ``"auto"``: where the image lies if that is a device, else the first GPU that works, else the CPU.

    Returns
    -------
    array of float32
        Where the image lies.

    Raises
    ------
    InvalidArgument
        If an argument is empty, not real or out of range, or the axes differ.
    DeviceUnavailable, OutOfMemory

    See Also
    --------
    Blur : The same for many images, with its adjoint.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> bead = np.zeros((17, 17, 17), np.float32)
    >>> bead[8, 8, 8] = 1000
    >>> [round(width, 1) for width in pa.psf.fwhm(pa.blur(bead, pa.psf.gaussian((6, 4, 4)), device="cpu"))]
    [6.0, 4.1, 4.1]
    """
    place = device_of(image)
    if place is None:
        image = volume("image", image)
        shape = image.shape
    else:
        shape = borrow("image", image, place, _core.Stream(place)).shape
        device = place if device == "auto" else device
    check_ranks(len(shape), psf.ndim if isinstance(psf, VaryingPsf) else np.ndim(psf))
    return Blur(psf, shape, boundary=boundary, device=device).forward(image)
