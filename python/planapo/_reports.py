"""What was done: the reports of the library as plain Python objects."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from planapo import _core


class _Lines:
    """Shown as one line a field, and one a sentence, for people at a prompt or in a notebook."""

    def __repr__(self) -> str:
        lines = [type(self).__name__]
        for each in fields(self):  # type: ignore[arg-type]
            value = getattr(self, each.name)
            if isinstance(value, tuple) and value and isinstance(value[0], str):
                lines += [f"  {each.name}:", *(f"    {sentence}" for sentence in value)]
            elif value != ():
                lines.append(f"  {each.name}: {_short(value)}")
        return "\n".join(lines)


def _short(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_short(each) for each in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, repr=False)
class DeconvolveReport(_Lines):
    """What was done to one image.

    Attributes
    ----------
    device : str
        Where it ran.
    seconds : float
        From call to result; the first run of a shape includes its set-up.
    iterations : int
        As asked for, or as the method decided.
    divergence : tuple of float
        I-divergence a voxel between the image and what the estimate predicts, before each iteration. Of
        unmatched methods that of the estimate scaled to the image's flux, but for weights, and for a
        background with a given number of iterations. A method that decided also judged its last estimate: one
        entry more than `iterations`, or two where it went a step back.
    momentum : tuple of float
        Factors of the acceleration, of every iteration after the first; empty without.
    stop : str or None
        ``"divergence"``, ``"held-out"`` or ``"consensus"``: what decided on the iterations, if that.
    held_out_divergence : tuple of float
        I-divergence a voxel of the photons that were held out from what the start and each estimate of the
        rest predict, up to where it was seen to rise.
        For ``"consensus"`` of both halves, which are others each time.
    agreeing : tuple of float
        For ``"consensus"``: the share of voxels that each iteration changed.
    photons_per_unit, dark : float
        Where photons were counted: the noise has the variance (mean - dark) / photons_per_unit. Else 0.
    negative_voxels : int
        Voxels of the image below zero, taken as 0.
    psf_share_out_of_reach : float
        Share of the PSF's sum that was cropped because it cannot reach the image.
    floor : float
        Smallest value of the estimate.
    alpha, beta : float or None
        Of the back projector, given or chosen; None where the method has none.
    signal_to_noise : float or None
        By which they were chosen: structures above the median, in standard deviations of the noise there.
        None where nothing was to be chosen.
    warnings : tuple of str
        Sentences, each given as a `PlanapoWarning` too.
    notes : tuple of str
        What was done on the way, for instance that the PSF was resampled.
    """

    device: str
    seconds: float
    iterations: int
    divergence: tuple[float, ...]
    momentum: tuple[float, ...]
    stop: str | None
    held_out_divergence: tuple[float, ...]
    agreeing: tuple[float, ...]
    photons_per_unit: float
    dark: float
    negative_voxels: int
    psf_share_out_of_reach: float
    floor: float
    alpha: float | None
    beta: float | None
    signal_to_noise: float | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        core: _core.DeconvolveReport,
        device: str,
        seconds: float,
        notes: tuple[str, ...],
        warnings: tuple[str, ...],
    ) -> DeconvolveReport:
        return cls(
            device=device,
            seconds=seconds,
            iterations=core.iterations,
            divergence=tuple(core.divergence),
            momentum=tuple(core.momentum),
            stop=core.stop,
            held_out_divergence=tuple(core.held_out_divergence),
            agreeing=tuple(core.agreeing),
            photons_per_unit=core.photons_per_unit,
            dark=core.dark,
            negative_voxels=core.negative_voxels,
            psf_share_out_of_reach=core.psf_share_out_of_reach,
            floor=core.floor,
            alpha=core.alpha,
            beta=core.beta,
            signal_to_noise=core.signal_to_noise,
            warnings=warnings,
            notes=notes,
        )


@dataclass(frozen=True, repr=False)
class WriteReport(_Lines):
    """What `planapo.imwrite` wrote.

    Attributes
    ----------
    bytes : int
        Length of the file.
    clipped_voxels : int
        Voxels outside the range of the file's dtype.
    clipped_share : float
        Their share of all voxels.
    big_tiff : bool
        Whether offsets have 64 bits: the file could have exceeded 4 GiB.
    ome : bool
        Whether the file describes itself by OME-XML; else as ImageJ does.
    """

    bytes: int
    clipped_voxels: int
    clipped_share: float
    big_tiff: bool
    ome: bool

    @classmethod
    def of(cls, core: _core.WriteReport) -> WriteReport:
        return cls(**{name: getattr(core, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class DeconvolvePlan:
    """The memory that an image of one shape will need.

    Attributes
    ----------
    grid : tuple of int
        Padded shape, z, y, x, that is transformed.
    device_bytes : int
        Held by planapo on the device while it runs.
    """

    grid: tuple[int, int, int]
    device_bytes: int


@dataclass(frozen=True, repr=False)
class PsfReport(_Lines):
    """What `planapo.psf.prepare` found and did. Tuples are z, y, x; pixels are those of the measured PSF.

    Attributes
    ----------
    shape_before, shape_after : tuple of int
    fwhm_before_um, fwhm_after_um : tuple of float or None
        Full widths at half maximum; None where no voxel size is known, and `steps` tell them in pixels.
    origin_px : tuple of float
        Position in the measured PSF that became the origin.
    shift_px : tuple of float
        How far the PSF was moved to bring that to the voxel n // 2.
    background : float
        Subtracted from every voxel.
    noise_sd : float
        Standard deviation of the background.
    signal_to_noise : float
        Brightest voxel above the background, divided by `noise_sd`.
    energy_kept : float
        Share of the light inside the cropped box.
    negative_share : float
        What lay below zero, relative to the positive sum.
    clip_level : float
        Subtracted while clipping, relative to the peak, so that clipping adds no light.
    steps, warnings : tuple of str
        What was done, and what a person should look at, in full sentences.
    """

    shape_before: tuple[int, int, int]
    shape_after: tuple[int, int, int]
    fwhm_before_um: tuple[float, float, float] | None
    fwhm_after_um: tuple[float, float, float] | None
    origin_px: tuple[float, float, float]
    shift_px: tuple[float, float, float]
    background: float
    noise_sd: float
    signal_to_noise: float
    energy_kept: float
    negative_share: float
    clip_level: float
    steps: tuple[str, ...]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, core: _core.PsfReport) -> PsfReport:
        values: dict[str, Any] = {name: getattr(core, name) for name in cls.__dataclass_fields__}
        for name in ("steps", "warnings"):
            values[name] = tuple(values[name])
        return cls(**values)

    @classmethod
    def in_pixels(cls, core: _core.PsfReport) -> PsfReport:
        """Of a PSF that was prepared on voxels of 1, because nobody knows how large they are."""
        steps = tuple(step.replace(" um", " px") for step in core.steps)
        return replace(cls.of(core), fwhm_before_um=None, fwhm_after_um=None, steps=steps)
