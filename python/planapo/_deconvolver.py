"""Deconvolver: a plan, built once for a PSF and run on many images."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import (
    as_planes,
    check_ranks,
    checked_out,
    extents,
    require_space,
    volume,
)
from planapo._core import InvalidArgument
from planapo._device_array import device_of
from planapo._device_run import run_on_device
from planapo._image import Facts, Image, origin_of
from planapo._mask import weights_of
from planapo._options import Options, Progress, callback, core_options
from planapo._provenance import restoration
from planapo._reports import DeconvolvePlan, DeconvolveReport
from planapo._series import SeriesRun
from planapo._taken_psf import taken
from planapo._voxel_checks import compare_voxels, comparing_voxels
from planapo._warn import warn
from planapo._words import said_once


class Deconvolver:
    """Richardson-Lucy deconvolution with one PSF, built once and run on many images.

    What can be held is held as long as the images' shape stays the same. Safe to call from several threads,
    which then take turns; give each thread its own to run side by side. Pickled and copied as its PSF and
    options, from which it is built again.

    Parameters
    ----------
    psf : (Z, Y, X) or (Y, X) array_like of real, or VaryingPsf
        Point-spread function, origin at index n // 2 of each axis, taken as it is and normalised to sum 1.
        May be larger than the image. For a measured one see `planapo.psf.prepare`.
    method : {"wiener-butterworth", "omw", "wiener", "matched", "gaussian", "butterworth"}
        What carries the ratio of recorded to expected back to the estimate: ``"matched"`` is the mirrored PSF
        [1]_, [2]_; the others reach the same resolution in a tenth of the iterations [3]_. ``"omw"`` [4]_
        ends its Wiener filter where the OTF ends, which suits light sheets, also in skewed recordings.
    iterations : int or "auto", optional
        Exactly so many, at least 1. Default: as `stop` decides.
    stop : {"divergence", "held-out", "consensus"}
        ``"divergence"``: when an iteration lowers the I-divergence by less than 0.2 % (at most 10; 100 for
        matched, 20 for gaussian and butterworth). ``"held-out"``: after as many (at most 400) as best predict
        one photon in eight, taken away at random. ``"consensus"``: when neither of two halves of the photons
        is explained better, voxels changing only where both agree [9]_. The last two are for matched and a
        well-known PSF, and take twice the work; where photons cannot be counted, the first decides.
    photons_per_unit : float, optional
        For the last two: 1 / the camera's gain, > 0. Default: estimated from the image's noise; give it for
        images that were filtered or interpolated.
    background : float, default 0.0
        Camera offset and other light that no estimate explains, in the image's units, >= 0. It stays part of
        the model: the result is the light above it.
    boundary : {"mirror", "wrap", "zero", "unknown"}
        What lies outside the image: its mirror image (nothing wraps round), the image again, nothing, or
        something unknown, estimated as far as it shines in [8]_: for bright things at the border.
    start : {"image", "flat"}
        First estimate: the image above the background, or its mean everywhere.
    device : str, default "auto"
        ``"cpu"``, ``"cuda"``, ``"cuda:N"``, or ``"auto"``: the first GPU that works, else the CPU.
    voxel_um, psf_voxel_um : float or sequence of float, optional
        Voxel edges of the images and of the PSF, z, y, x, in micrometres; an `Image` as PSF brings its own.
        Where both are known and differ, the PSF is resampled to the images' voxels, and `notes` says so. What
        an image says about itself comes too late for that: before a run, a warning says where it differs.
    alpha : float or "auto", optional
        Wiener's regularisation, relative to the largest squared gain, > 0. Default: by the signal to noise of
        the image, 0.001 to 0.02.
    beta : float or "auto", optional
        Gain of the back projector at the cutoff frequency 1 / FWHM, in (0, 1). Default: 0.8; 0.1 for
        butterworth.
    order : int, default 8
        Of the Butterworth filter in squared frequency, 1 to 100.
    acceleration : {"none", "biggs-andrews", "heavy-ball"}
        For ``"matched"``: half the iterations, by starting each one further on [5]_, [6]_. The factors of
        Biggs and Andrews depend on the whole image: chunks need its `momentum`.
    momentum : sequence of float, optional
        The factors of an earlier run, from its report, instead of those that the method would choose.
    regularisation : {"none", "total-variation", "tikhonov-miller"}
        What noise is damped by: the first keeps edges [7]_. Knows the shape of a voxel where that is known.
    strength : float, default 2e-3
        Of the regularisation, in (0, 1]; useful from 1e-4 to 1e-1.
    floor : float, optional
        Smallest value of the estimate, > 0. Default: 1e-6 of the image's mean above the background.
    threads : int, optional
        Of the CPU. Default: as OpenMP decides.
    planning : {"estimate", "measure"}
        ``"measure"`` times FFT plans once and remembers them.

    Attributes
    ----------
    report : DeconvolveReport or None
        Of the last run, or of a series' last image. None before, and after a series that failed.
    reports : tuple of DeconvolveReport
        Of the last `series`, one for each image; empty before, and after one that failed.
    notes : tuple of str
        What was done to the PSF, in sentences.

    Raises
    ------
    InvalidArgument
        If the PSF is empty, not finite or sums to nothing, or an option is out of range.
    DeviceUnavailable
        If the device is not there; the sentence says why.

    References
    ----------
    .. [1] W. H. Richardson, J. Opt. Soc. Am. 62, 55 (1972). doi:10.1364/JOSA.62.000055
    .. [2] L. B. Lucy, Astron. J. 79, 745 (1974). doi:10.1086/111605
    .. [3] M. Guo et al., Nat. Biotechnol. 38, 1337 (2020). doi:10.1038/s41587-020-0560-x
    .. [4] X. Ruan et al., Nat. Methods 21, 2342 (2024). doi:10.1038/s41592-024-02475-4
    .. [5] D. Biggs, M. Andrews, Appl. Opt. 36, 1766 (1997). doi:10.1364/AO.36.001766
    .. [6] H. Wang, P. Miller, IEEE Trans. Image Process. 23, 848 (2014). doi:10.1109/TIP.2013.2291324
    .. [7] N. Dey et al., Microsc. Res. Tech. 69, 260 (2006). doi:10.1002/jemt.20294
    .. [8] M. Bertero, P. Boccacci, Astron. Astrophys. 437, 369 (2005). doi:10.1051/0004-6361:20052717
    .. [9] J. Manton, A. York, gradient consensus (2023). doi:10.5281/zenodo.10278919

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> restore = pa.Deconvolver(pa.psf.gaussian((6, 3, 3)), iterations=2, device="cpu")
    >>> frames = [np.random.default_rng(t).poisson(100, (16, 32, 32)) for t in range(3)]
    >>> results = [restore(frame) for frame in frames]
    >>> results[0].shape, results[0].dtype.name, restore.report.iterations
    ((16, 32, 32), 'float32', 2)
    """

    def __init__(
        self,
        psf: Any,
        *,
        method: str = "wiener-butterworth",
        iterations: int | str | None = None,
        stop: str = "divergence",
        photons_per_unit: float | None = None,
        background: float = 0.0,
        boundary: str = "mirror",
        start: str = "image",
        device: str = "auto",
        voxel_um: float | Sequence[float] | None = None,
        psf_voxel_um: float | Sequence[float] | None = None,
        alpha: float | str | None = None,
        beta: float | str | None = None,
        order: int = 8,
        floor: float | None = None,
        acceleration: str = "none",
        momentum: Sequence[float] | None = None,
        regularisation: str = "none",
        strength: float = 2e-3,
        threads: int | None = None,
        planning: str = "estimate",
    ) -> None:
        self._parameters = Options(
            method=method, iterations=iterations, stop=stop, photons_per_unit=photons_per_unit,
            background=background, boundary=boundary, start=start,
            alpha=alpha, beta=beta, order=order, floor=floor,
            acceleration=acceleration, momentum=momentum, regularisation=regularisation, strength=strength,
            threads=threads, planning=planning,
        )  # fmt: skip
        options = core_options(**self._parameters)
        known = taken(psf, psf_voxel_um, voxel_um)
        self._rank, self._voxel_um, self.notes = known.rank, known.voxel_um, known.notes
        if self._voxel_um is not None:
            options.voxel_um = self._voxel_um
        self._psf_origin, self._settled, self._made_of = known.origin, known.settled, known.given
        self._core = _core.Deconvolver(known.kernel, str(device), options)
        self._made_with: dict[str, Any] = {
            "device": device,
            "voxel_um": voxel_um,
            "psf_voxel_um": psf_voxel_um,
        }
        self._lock = threading.Lock()
        self._converted: np.ndarray | None = None
        self.report: DeconvolveReport | None = None
        self.reports: tuple[DeconvolveReport, ...] = ()

    @property
    def device(self) -> str:
        """Name of the device that it runs on."""
        return self._core.device

    def plan(self, shape: Sequence[int]) -> DeconvolvePlan:
        """What an image of `shape` will need, before anything is taken.

        Parameters
        ----------
        shape : sequence of int
            Extents, as many as the PSF has axes.

        Returns
        -------
        DeconvolvePlan

        Raises
        ------
        InvalidArgument
            If an extent is below 1.

        Examples
        --------
        >>> import planapo as pa
        >>> pa.Deconvolver(pa.psf.gaussian(3), device="cpu").plan((64, 256, 256)).grid[1] >= 256
        True
        """
        plan = self._core.plan((1, *extents("shape", shape, self._rank))[-3:])
        return DeconvolvePlan(plan.grid, plan.device_bytes)

    def __call__(
        self, image: Any, out: Any = None, progress: Progress | None = None, *, mask: Any = None
    ) -> Any:
        """Restore one image.

        Parameters
        ----------
        image : (Z, Y, X) or (Y, X) array of real
            As many axes as the PSF. NumPy, DLPack or ``__cuda_array_interface__``. Negative voxels are taken
            as 0, with a warning that counts them; an `Image` of other voxels than the PSF is for is warned of
            before the run. Time points and channels of an `Image` are given one at a time.
        out : array of float32, optional
            Where the result goes: of the image's shape, C-contiguous, on the same side (host or device) as
            the image, not overlapping it. With it, a run on images of one shape allocates nothing.
        progress : callable, optional
            Called with (done, total) iterations; answer False to stop. What it raises is raised here.
        mask : array of bool or real, optional
            Of the image's shape: which voxels are to be trusted, or how far (0 and above). What is recorded
            where it is False or 0 is ignored, NaN too: dead, saturated or missing voxels. What lies there is
            estimated from what surrounds it. For images on the host.

        Returns
        -------
        array of float32
            Of the image's shape, where the image lies: `out` if given, else a NumPy array (an `Image` for an
            `Image`, with its `provenance`) or a `DeviceArray`.

        Raises
        ------
        InvalidArgument
            If the image is empty, of the wrong rank, not real, or holds NaN or infinity (how many, and where
            the first is).
        OutOfMemory, DeviceError
        Cancelled
            If `progress` answered False.
        """
        place = device_of(image)
        if place is not None and place != self.device:
            raise InvalidArgument(
                f'The image lies on {place} but the plan runs on {self.device}: give device="{place}".'
            )
        require_space("image", image)
        compare_voxels(image, self._voxel_um, self._rank)
        began = time.perf_counter()
        if place is None:
            result, core_report = self._run_on_host(image, out, mask, callback(progress))
        elif mask is None:
            result, core_report = run_on_device(self._core, image, out, self._rank, callback(progress))
        else:
            raise InvalidArgument(f"The image lies on {place}: a mask is for images on the host.")
        report = self._reported(core_report, time.perf_counter() - began)
        self.report = report
        if isinstance(result, Image):
            known = image._facts if isinstance(image, Image) else result._facts
            result._facts = self._facts_of(known, origin_of(image), [report])
        for sentence in report.warnings:
            warn(sentence)
        return result

    def series(
        self, images: Sequence[Any] | np.ndarray, *, out: Any = None, progress: Progress | None = None
    ) -> Any:
        """Restore images of one shape; one is restored while the next is read and the one before written.

        What is left to the method, such as the number of iterations and alpha, is decided on the first image
        for all others: a recording does not flicker. Channels of an `Image` decide one by one.

        Parameters
        ----------
        images : sequence of (Z, Y, X) or (Y, X) arrays of real
            Anything with a length and items: an array (T, Z, Y, X), a list, a memory map, an array of zarr or
            h5py, of which one image is read at a time. An array of uint16 travels to a GPU at half the size.
            An `Image` has the axes ``"TZYX"`` or ``"CZYX"``, those in a list ``"ZYX"``; Z is left out of
            planes. ``images[i]`` and ``out[i] = result`` are called from other threads, at the same time.
        out : optional
            Where the results go, ``out[i] = result``: of as many items; an array of float32 or float64. May
            be `images` itself, which the results then replace, but not overlap it otherwise. A new array if
            left out.
        progress : callable, optional
            Called with (done, total) images, where fractions of an image count and the same numbers may come
            again; answer False to stop. What it raises is raised here.

        Returns
        -------
        array of float32
            (T, Z, Y, X) or (T, Y, X): `out` if given, else a NumPy array; an `Image` with its `provenance`
            for an `Image`, and for a list of them that say the same of themselves. `reports` has a report
            for each image.

        Raises
        ------
        InvalidArgument
            If there are no images, or one cannot be restored (see `__call__`) or is not shaped as the first.
        OutOfMemory, DeviceError
        Cancelled
            If `progress` answered False.

        Examples
        --------
        >>> import numpy as np, planapo as pa
        >>> movie = np.ones((3, 16, 16), np.uint16)
        >>> d = pa.Deconvolver(pa.psf.gaussian((1, 1), voxel_um=0.5), device="cpu")
        >>> d.series(movie).shape, [report.iterations for report in d.reports]
        ((3, 16, 16), [1, 1, 1])
        """
        self.report, self.reports = None, ()
        series = SeriesRun(images, out, self._rank, comparing_voxels(self._voxel_um, self._rank))
        compare_voxels(images, self._voxel_um, self._rank)
        run = series.run(self._core, callback(progress))
        self.reports = tuple(self._reported(each, seconds) for each, seconds in run)
        self.report = self.reports[-1]
        if isinstance(series.out, Image):
            decided = self.reports[: series.channels]
            series.out._facts = self._facts_of(series.facts or series.out._facts, series.origin, decided)
        for sentence in said_once(sentence for report in self.reports for sentence in report.warnings):
            warn(sentence)
        return series.out

    def _reported(self, report: _core.DeconvolveReport, seconds: float) -> DeconvolveReport:
        warnings = tuple(each for each in report.warnings if each not in self._settled)
        return DeconvolveReport.of(report, self.device, seconds, self.notes, warnings)

    def _run_on_host(
        self, image: Any, out: Any, mask: Any, progress: Progress | None
    ) -> tuple[Any, _core.DeconvolveReport]:
        with self._lock:  # a run at the same time gets memory of its own
            spare, self._converted = self._converted, None
        try:
            values = volume("image", image, spare, also=np.uint16 if mask is None else np.float32)
            if isinstance(image, np.ndarray) and not np.may_share_memory(values, image):
                spare = values  # kept, so that the next frame of this shape needs no new memory
            check_ranks(values.ndim, self._rank)
            result = np.empty(values.shape, np.float32) if out is None else checked_out(out, values)
            target, weights = as_planes(np.asarray(result)), weights_of("mask", mask, values.shape)
            if weights is None:
                report = self._core.run(as_planes(values), target, progress)
            else:
                report = self._core.run_weighted(as_planes(values), weights, target, progress)
        finally:
            with self._lock:
                self._converted = spare
        if out is None and isinstance(image, Image):
            result = result.view(Image)
        return result, report

    def _facts_of(
        self, facts: Facts | None, origin: dict[str, Any], reports: Sequence[DeconvolveReport]
    ) -> Facts | None:
        """What is known about a result: what is known about the image, and how it was made."""
        if facts is None:
            return None
        made = restoration(
            reports,
            device=self._device_in_words,
            parameters=dict(self._parameters),
            iterations=[report.iterations for report in reports],
            image=origin,
            psf=self._psf_origin,
            voxel_um=self._voxel_um or facts.voxel_um,
        )
        return replace(facts, file=None, provenance=made)

    @functools.cached_property
    def _device_in_words(self) -> str:
        return _core.device_description(self.device)

    def __reduce__(self) -> Any:
        return functools.partial(Deconvolver, **self._parameters, **self._made_with), (self._made_of,)

    def __repr__(self) -> str:
        return f"<Deconvolver on {self.device}>"
