"""Several registered views of one object, restored jointly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import as_planes, check_ranks, extents, require_space, volume
from planapo._core import InvalidArgument
from planapo._image import Image, origin_of, other_voxels
from planapo._mask import weights_of
from planapo._options import Options, Progress, callback, core_options, number
from planapo._provenance import restoration
from planapo._reports import DeconvolvePlan, DeconvolveReport
from planapo._taken_psf import taken
from planapo._voxel_checks import compare_voxels
from planapo._warn import warn
from planapo._words import counted, said_once


class ViewsDeconvolver:
    """Joint Richardson-Lucy deconvolution of several views of one object, built once and run many times.

    The views are registered: of one shape, on one grid. Where they differ in brightness, scale them first.

    Parameters
    ----------
    psfs : sequence of (Z, Y, X) or (Y, X) array_like of real, or VaryingPsf
        One point-spread function a view, oriented as the view is; each as for `Deconvolver`.
    scheme : {"alternating", "additive", "multiplicative", "bayesian"}
        How views take part in an iteration: one after the other corrects the estimate [1]_; by the mean of
        their corrections; by their geometric mean; or one after the other with back projectors that know all
        PSFs [2]_, which is for ``method="matched"``.
    background : float or sequence of float, default 0.0
        Of all views, or one each.
    method, iterations, boundary, start, device, voxel_um, alpha, beta, order, floor, acceleration, momentum,\
regularisation, strength, threads
        See `Deconvolver`.

    Attributes
    ----------
    report : DeconvolveReport or None
        What the last run did; the divergence is the sum of all views'.
    notes : tuple of str
        What was done to the PSFs, in sentences.

    Raises
    ------
    InvalidArgument
        If there is no PSF, they differ in their number of axes, or one cannot be used; if an option is out of
        range.
    DeviceUnavailable

    References
    ----------
    .. [1] M. Guo et al., Nat. Biotechnol. 38, 1337 (2020). doi:10.1038/s41587-020-0560-x
    .. [2] S. Preibisch et al., Nat. Methods 11, 645 (2014). doi:10.1038/nmeth.2929

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> psfs = [pa.psf.gaussian((6, 2, 2)), pa.psf.gaussian((2, 2, 6))]
    >>> bead = np.zeros((25, 25, 25), np.float32)
    >>> bead[12, 12, 12] = 1000
    >>> views = [pa.phantoms.blur(bead, psf) for psf in psfs]
    >>> fuse = pa.ViewsDeconvolver(psfs, iterations=5, device="cpu")
    >>> [round(width) for width in pa.psf.fwhm(fuse(views))]
    [1, 1, 1]
    """

    def __init__(
        self,
        psfs: Sequence[Any],
        *,
        scheme: str = "alternating",
        background: float | Sequence[float] = 0.0,
        device: str = "auto",
        voxel_um: float | Sequence[float] | None = None,
        **options: Any,
    ) -> None:
        unknown = set(options) - set(Options.__annotations__)
        if unknown:
            raise TypeError(f"There is no option {min(unknown)!r}.")
        self._parameters = {"scheme": scheme, "background": background, **options}
        known = [taken(psf, None, voxel_um) for psf in _items("psfs", psfs)]
        self._rank = known[0].rank
        for psf in known:
            check_ranks(psf.rank, self._rank)
        self._voxel_um = next((psf.voxel_um for psf in known if psf.voxel_um is not None), None)
        self.notes = tuple(note for psf in known for note in psf.notes)
        self._origins = [psf.origin for psf in known]
        self._settled = frozenset().union(*(psf.settled for psf in known))
        backgrounds = [number("background", b) for b in np.atleast_1d(np.asarray(background))]
        chosen = core_options(**{**_defaults(), **options, "background": backgrounds[0]})
        if self._voxel_um is not None:
            chosen.voxel_um = self._voxel_um
        several = backgrounds if len(backgrounds) > 1 else []
        kernels = [psf.kernel for psf in known]
        self._core = _core.ViewsDeconvolver(kernels, str(scheme), several, str(device), chosen)
        self.report: DeconvolveReport | None = None

    @property
    def device(self) -> str:
        """Name of the device that it runs on."""
        return self._core.device

    def plan(self, shape: Sequence[int]) -> DeconvolvePlan:
        """What views of `shape` will need, before anything is taken; weights take more.

        Parameters
        ----------
        shape : sequence of int
            Extents, as many as the PSFs have axes.

        Returns
        -------
        DeconvolvePlan
        """
        plan = self._core.plan((1, *extents("shape", shape, self._rank))[-3:])
        return DeconvolvePlan(plan.grid, plan.device_bytes)

    def __call__(
        self, views: Sequence[Any], *, weights: Sequence[Any] | None = None, progress: Progress | None = None
    ) -> Any:
        """Restore the object of which `views` are recordings.

        Parameters
        ----------
        views : sequence of (Z, Y, X) or (Y, X) arrays of real
            One for each PSF, all of one shape.
        weights : sequence of arrays of bool or real, or None, optional
            One for each view, of its shape: how far each voxel is to be trusted, 0 (not at all: whatever is
            recorded there is ignored, NaN too) and above. None: all voxels alike.
        progress : callable, optional
            Called with (done, total) iterations; answer False to stop.

        Returns
        -------
        array of float32
            Of the views' shape, in their units; an `Image` where the first view is one.

        Raises
        ------
        InvalidArgument
            If the views are not as many as the PSFs or of one shape, or one cannot be restored.
        OutOfMemory, DeviceError
        Cancelled
            If `progress` answered False.
        """
        listed = _items("views", views)
        trust = [None] * len(listed) if weights is None else _items("weights", weights)
        if len(trust) != len(listed):
            raise InvalidArgument(
                f"There are {counted(len(trust), 'array')} of weights for {counted(len(listed), 'view')}."
            )
        arrays = [self._checked(i, view) for i, view in enumerate(listed)]
        result = np.empty(arrays[0].shape, np.float32)
        began = time.perf_counter()
        core_report = self._core.run(
            [as_planes(array) for array in arrays],
            [weights_of(f"weights[{i}]", each, result.shape) for i, each in enumerate(trust)],
            as_planes(result),
            callback(progress),
        )
        warnings = tuple(each for each in core_report.warnings if each not in self._settled)
        seconds = time.perf_counter() - began
        self.report = DeconvolveReport.of(core_report, self.device, seconds, self.notes, warnings)
        for sentence in said_once(warnings):
            warn(sentence)
        return self._with_facts(result, listed)

    def _checked(self, index: int, view: Any) -> np.ndarray:
        name = f"View {index + 1}"
        require_space(name, view)
        compare_voxels(view, self._voxel_um, self._rank)
        values = volume(name, view)
        check_ranks(values.ndim, self._rank)
        return values

    def _with_facts(self, result: np.ndarray, views: list[Any]) -> np.ndarray:
        first = views[0]
        if not isinstance(first, Image) or first._facts is None:
            return result
        assert self.report is not None
        made = restoration(
            [self.report],
            device=_core.device_description(self.device),
            parameters=dict(self._parameters),
            iterations=[self.report.iterations],
            image={"views": [origin_of(view) for view in views]},
            psf={"psfs": self._origins},
            voxel_um=self._voxel_um or first.voxel_um,
        )
        image = result.view(Image)
        image._facts = replace(other_voxels(first._facts), provenance=made)
        return image

    def __repr__(self) -> str:
        return f"<ViewsDeconvolver of {counted(len(self._origins), 'view')} on {self.device}>"


def deconvolve_views(
    views: Sequence[Any],
    psfs: Sequence[Any],
    *,
    scheme: str = "alternating",
    weights: Sequence[Any] | None = None,
    device: str = "auto",
    progress: Progress | None = None,
    voxel_um: float | Sequence[float] | None = None,
    **options: Any,
) -> Any:
    """Restore one object from several registered views of it, jointly.

    Parameters
    ----------
    views : sequence of (Z, Y, X) or (Y, X) arrays of real
        Registered: of one shape, on one grid, alike in brightness.
    psfs : sequence of (Z, Y, X) or (Y, X) array_like of real
        One a view, oriented as the view is.
    scheme : {"alternating", "additive", "multiplicative", "bayesian"}
        How views take part in an iteration.
    weights : sequence of arrays of bool or real, or None, optional
        How far each voxel of each view is to be trusted; 0: not at all, it may hold anything.
    device, progress, voxel_um
        See `deconvolve`.
    **options
        `method`, `iterations`, `background` (one number, or one a view), `boundary` and others of
        `ViewsDeconvolver`.

    Returns
    -------
    array of float32
        Of the views' shape; an `Image` where the first view is one.

    Raises
    ------
    InvalidArgument, DeviceUnavailable, DeviceError, OutOfMemory, Cancelled
        See `ViewsDeconvolver`.

    See Also
    --------
    ViewsDeconvolver : The same for many objects; explains the schemes, and cites their sources.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> psfs = [pa.psf.gaussian((6, 2, 2)), pa.psf.gaussian((2, 2, 6))]
    >>> views = [np.full((8, 8, 8), 7, np.uint16)] * 2
    >>> bool(np.allclose(pa.deconvolve_views(views, psfs, iterations=2, device="cpu"), 7, rtol=1e-4))
    True
    """
    if voxel_um is None:
        voxel_um = getattr(_items("views", views)[0], "voxel_um", None)
    plan = ViewsDeconvolver(psfs, scheme=scheme, device=device, voxel_um=voxel_um, **options)
    return plan(views, weights=weights, progress=progress)


def _items(name: str, values: Any) -> list[Any]:
    """The items of a sequence; an array is one of its first axis."""
    if isinstance(values, (str, bytes)) or not hasattr(values, "__len__") or len(values) == 0:
        raise InvalidArgument(f"{name} must be a list with an item for each view.")
    return [values[i] for i in range(len(values))]


def _defaults() -> dict[str, Any]:
    return {
        "method": "wiener-butterworth", "iterations": None, "boundary": "mirror", "start": "image",
        "alpha": None, "beta": None, "order": 8, "floor": None,
    }  # fmt: skip
