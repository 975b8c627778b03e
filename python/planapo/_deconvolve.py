"""deconvolve: the one-off convenience over Deconvolver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planapo._deconvolver import Deconvolver
from planapo._device_array import device_of
from planapo._many import axes_of_image, is_many, restore_many
from planapo._options import Progress


def deconvolve(
    image: Any,
    psf: Any,
    *,
    axes: str | None = None,
    method: str = "wiener-butterworth",
    iterations: int | str | None = None,
    stop: str = "divergence",
    photons_per_unit: float | None = None,
    background: float = 0.0,
    boundary: str = "mirror",
    start: str = "image",
    device: str = "auto",
    progress: Progress | None = None,
    voxel_um: float | Sequence[float] | None = None,
    psf_voxel_um: float | Sequence[float] | None = None,
    alpha: float | str | None = None,
    beta: float | str | None = None,
    order: int = 8,
    floor: float | None = None,
    mask: Any = None,
    acceleration: str = "none",
    regularisation: str = "none",
    strength: float = 2e-3,
    threads: int | None = None,
) -> Any:
    """Restore an image blurred by a known point-spread function.

    Richardson-Lucy deconvolution [1]_, [2]_ with matched and unmatched back projectors [3]_. Nothing is
    rescaled: the result is the light above `background` in the image's units. Matched keeps its total;
    unmatched projectors overshoot it in their first iterations.

    Parameters
    ----------
    image : (Z, Y, X) or (Y, X) array of real, or one with time points and channels
        What was recorded. NumPy, DLPack or ``__cuda_array_interface__``. Negative voxels are taken as 0, with
        a warning that counts them. An `Image` brings its voxel size and the names of its axes.
    psf : (Z, Y, X) or (Y, X) array_like of real, VaryingPsf, or a list of them
        One for all channels, or a list with one for each. Origin at index n // 2 of each axis, taken as it is
        and normalised to sum 1; may be larger than the image. A warning is given where its peak lies more
        than 1 px off or its rim holds more than 1 % of the sum. For a measured one see
        `planapo.psf.prepare`.
    axes : str, optional
        A letter for each axis of the image, such as ``"tczyx"``, where it does not know them itself: needed
        for more than three axes. Every time point and channel is restored; the time points of a channel
        share what is decided on its first.
    method : {"wiener-butterworth", "omw", "wiener", "matched", "gaussian", "butterworth"}
        Back projector: ``"matched"`` is the mirrored PSF; the others reach the same resolution in a tenth of
        the iterations.
    iterations : int or "auto", optional
        Exactly so many, at least 1. Default: as `stop` decides.
    stop : {"divergence", "held-out", "consensus"}
        By what: an I-divergence that hardly changes, held-out photons that are predicted best, or halves of
        the photons that agree no longer; see `Deconvolver`.
    background : float, default 0.0
        Camera offset and other light that no estimate explains, in the image's units, >= 0.
    boundary : {"mirror", "wrap", "zero", "unknown"}
        What lies outside the image; ``"unknown"`` estimates it.
    start : {"image", "flat"}
        First estimate.
    device : str, default "auto"
        ``"cpu"``, ``"cuda"``, ``"cuda:N"``, or ``"auto"``: where the image lies if that is a device, else the
        first GPU that works, else the CPU.
    progress : callable, optional
        Called with (done, total) iterations; answer False to stop.
    voxel_um, psf_voxel_um : float or sequence of float, optional
        Voxel edges, z, y, x, in micrometres; where both are known and differ, the PSF is resampled.
    mask : array of bool or real, optional
        Of the image's shape, or of its last axes': which voxels are to be trusted, or how far.
        The others may hold anything.
    photons_per_unit, alpha, beta, order, floor, acceleration, regularisation, strength, threads
        See `Deconvolver`.

    Returns
    -------
    array of float32
        Of the image's shape, where the image lies: NumPy in, NumPy out (`Image` in, `Image` out); an array on
        a device in, a `DeviceArray` out.

    Raises
    ------
    InvalidArgument
        A ValueError: empty, wrong rank, complex or not numeric, NaN or infinity (how many, where the first
        is), a PSF that sums to nothing, an option out of range.
    DeviceUnavailable, DeviceError
        RuntimeErrors: the device is not there, or failed.
    OutOfMemory
        A MemoryError.
    Cancelled
        If `progress` answered False.

    See Also
    --------
    Deconvolver : The same for many images; its `report` says what was done, for instance how many iterations
        ``"auto"`` took.

    References
    ----------
    .. [1] W. H. Richardson, J. Opt. Soc. Am. 62, 55 (1972). doi:10.1364/JOSA.62.000055
    .. [2] L. B. Lucy, Astron. J. 79, 745 (1974). doi:10.1086/111605
    .. [3] M. Guo et al., Nat. Biotechnol. 38, 1337 (2020). doi:10.1038/s41587-020-0560-x

    Examples
    --------
    A bead, blurred, is narrower and higher afterwards:

    >>> import numpy as np, planapo as pa
    >>> psf = pa.psf.gaussian((6, 4, 4))
    >>> bead = np.zeros((31, 31, 31), np.float32)
    >>> bead[15, 15, 15] = 1000
    >>> blurred = pa.phantoms.blur(bead, psf)
    >>> restored = pa.deconvolve(blurred, psf, iterations=2, device="cpu")
    >>> bool(restored.max() > 2 * blurred.max())
    True
    """
    place = device_of(image)

    def make(kernel: Any, iterations: int | str | None = iterations) -> Deconvolver:
        return Deconvolver(
            kernel,
            method=method,
            iterations=iterations,
            stop=stop,
            photons_per_unit=photons_per_unit,
            background=background,
            boundary=boundary,
            start=start,
            device=place if place is not None and device == "auto" else device,
            voxel_um=getattr(image, "voxel_um", None) if voxel_um is None else voxel_um,
            psf_voxel_um=psf_voxel_um,
            alpha=alpha,
            beta=beta,
            order=order,
            floor=floor,
            acceleration=acceleration,
            regularisation=regularisation,
            strength=strength,
            threads=threads,
        )

    letters = axes_of_image(image, axes) if place is None else ""
    if not is_many(psf, letters):
        return make(psf)(image, progress=progress, mask=mask)
    return restore_many(image, psf, letters, make, mask, progress)
