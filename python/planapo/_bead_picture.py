"""The picture of a distilled PSF: the recording with its beads, sections of the PSF, the beads' widths."""

from __future__ import annotations

import os
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planapo._core import InvalidArgument

if TYPE_CHECKING:
    from planapo._beads import DistillReport, Pictured

_INK, _FAINT, _PAPER = "#e8e8e8", "#8b94a3", "#101014"
# Distinct to colour-blind eyes as well (Okabe & Ito); used beads and their widths are the same blue.
_COLOURS = {
    "used": "#56b4e9",
    "touching": "#e69f00",
    "border": "#f0e442",
    "saturated": "#d55e00",
    "dim": "#999999",
    "shape": "#cc79a7",
    "unlike": "#009e73",
}
_HIGH_IN, _SIDE_IN = 6.6, 5.6  # of the whole figure, and of its right half
_MOST_PERCENT = 40  # off the mean: wider and narrower beads are drawn there
_GAMMA = 0.5  # the PSF's square root: its tails are what one looks for


def save(report: DistillReport, pictured: Pictured, path: str | os.PathLike[str]) -> None:
    """Draw the picture and write it, under its name only when it is whole."""
    target = checked(path)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height, width = _sizes(pictured)
    left_in = float(np.clip((_HIGH_IN - 1.0) * width / height, 3.0, 9.0))
    figure = Figure(figsize=(left_in + _SIDE_IN + 0.3, _HIGH_IN), facecolor=_PAPER, dpi=110)
    FigureCanvasAgg(figure)
    across = left_in + _SIDE_IN + 0.3
    left = (0.25 / across, 0.12, left_in / across, 0.80)
    _draw_beads(figure.add_axes(left), report, pictured)
    _draw_sections(figure, pictured, (left_in + 0.75) / across, _SIDE_IN / across)
    _draw_widths(figure.add_axes(((left_in + 1.1) / across, 0.11, 4.5 / across, 0.36)), report, pictured)
    many = "bead" if len(report.beads) == 1 else "beads"
    title = (
        f"{len(report.beads)} {many} found, {report.used} used; signal to noise {report.signal_to_noise:.3g}"
    )
    figure.text(0.25 / across, 0.955, title, color=_INK, fontsize=12)
    _write(figure, target)


def checked(path: str | os.PathLike[str]) -> Path:
    """Refuse a picture that could not be drawn or saved."""
    if find_spec("matplotlib") is None:
        raise InvalidArgument('A picture needs matplotlib: pip install "planapo[plot]".')
    target = Path(path)
    if target.suffix.lower() != ".png":
        raise InvalidArgument(f"{target} does not end in .png, which is what pictures are written as.")
    if not target.parent.is_dir() or target.is_dir():
        raise InvalidArgument(f"{target} cannot be written: name a file in a folder that is there.")
    return target


def _sizes(pictured: Pictured) -> tuple[float, float]:
    """Height and width of the recording, in micrometres or voxels."""
    _, y_um, x_um = pictured.voxel_um or (1.0, 1.0, 1.0)
    return pictured.recording.shape[0] * y_um, pictured.recording.shape[1] * x_um


def _draw_beads(axes: Any, report: DistillReport, pictured: Pictured) -> None:
    """Black is the projection's median, white the typical peak of a bead that is used."""
    flat, beads = pictured.recording, report.beads
    height, width = _sizes(pictured)
    low = float(np.median(flat))
    high = report.background + float(np.median([bead.peak for bead in beads if bead.fate == "used"]))
    axes.imshow(
        flat, cmap="gray", vmin=low, vmax=high if high > low else low + 1,
        extent=(0, width, height, 0), interpolation="nearest",
    )  # fmt: skip
    edges = np.array([height / flat.shape[0], width / flat.shape[1]])
    for fate, colour in _COLOURS.items():
        places = [np.add(bead.position_px[1:], 0.5) * edges for bead in beads if bead.fate == fate]
        if places:
            y, x = np.transpose(places)
            style = {"marker": "o" if fate == "used" else "s", "s": 150, "linewidths": 1.4}
            axes.scatter(x, y, facecolors="none", edgecolors=colour, label=f"{len(places)} {fate}", **style)
    axes.set_facecolor("black")
    axes.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    _bare(axes)
    axes.legend(
        loc="upper left", bbox_to_anchor=(-0.01, -0.01), ncols=len(_COLOURS), frameon=False,
        labelcolor=_INK, fontsize=9, columnspacing=1.1, handletextpad=0.3,
    )  # fmt: skip
    _scale_bar(axes, width, height, "µm" if pictured.voxel_um else "px")


def _draw_sections(figure: Any, pictured: Pictured, left: float, across: float) -> None:
    """Draw the planes through the origin, all at one scale."""
    psf = pictured.psf
    z, y, x = (n // 2 for n in psf.shape)
    z_um, y_um, x_um = (n * edge for n, edge in zip(psf.shape, pictured.voxel_um or (1.0, 1.0, 1.0)))
    sections = [("xy", psf[z], x_um, y_um)]
    if psf.shape[0] > 1:
        sections += [("xz", psf[:, y], x_um, z_um), ("yz", psf[:, :, x], y_um, z_um)]
    most = max(max(width, height) for _, _, width, height in sections)
    room = across / 3.3
    for index, (name, section, width, height) in enumerate(sections):
        axes = figure.add_axes((left + index * room, 0.56, room * 0.94, 0.32))
        shown = (section / psf.max()).clip(0) ** _GAMMA
        axes.imshow(
            shown, cmap="inferno", vmin=0, vmax=1, extent=(-width / 2, width / 2, height / 2, -height / 2)
        )
        axes.set(xlim=(-most / 2, most / 2), ylim=(most / 2, -most / 2), xticks=[], yticks=[])
        axes.set_facecolor("black")
        axes.set_title(name, color=_INK, fontsize=10, pad=4)
        _bare(axes)
        if index == 0:
            _scale_bar(axes, most, most, "µm" if pictured.voxel_um else "px", from_middle=True)
    figure.text(
        left,
        0.925,
        "The PSF: planes through its origin, square root of the intensity",
        color=_FAINT,
        fontsize=9,
    )


def _draw_widths(axes: Any, report: DistillReport, pictured: Pictured) -> None:
    """Draw, an axis a column, how far each bead's width is off the mean; beads of another shape as well."""
    names = [name for name, n in zip("zyx", pictured.psf.shape) if n > 1]
    edges = pictured.voxel_um or (1.0, 1.0, 1.0)
    unit = "µm" if pictured.voxel_um else "px"
    axes.set_facecolor(_PAPER)
    axes.axhline(0, color=_FAINT, lw=0.8)
    for column, name in enumerate(names):
        axis = "zyx".index(name)
        mean, spread = report.fwhm_mean_px[axis], report.fwhm_sd_px[axis]
        for fate in ("used", "shape"):
            widths = np.array([bead.fwhm_px[axis] for bead in report.beads if bead.fate == fate])
            off = (100 * (widths / mean - 1)).clip(-_MOST_PERCENT, _MOST_PERCENT)
            place = column + np.random.default_rng(0).uniform(-0.2, 0.2, len(off))
            axes.scatter(place, off, s=18, color=_COLOURS[fate], alpha=0.8, linewidths=0)
        axes.errorbar(column + 0.3, 0, 100 * spread / mean, fmt="o", ms=4, color=_INK, capsize=3, lw=1.2)
        words = f"{mean * edges[axis]:.3g}" + (f" ± {spread * edges[axis]:.2g}" if report.used > 1 else "")
        axes.annotate(
            f"{words} {unit}", (column, 1.03), xycoords=("data", "axes fraction"),
            color=_INK, fontsize=9, ha="center",
        )  # fmt: skip
    axes.set_xlim(-0.5, len(names) - 0.5)
    most = max(12.0, 1.15 * max(map(abs, axes.dataLim.intervaly)))
    axes.set_ylim(-most, most)
    axes.set_xticks(range(len(names)), [f"FWHM along {name}" for name in names])
    axes.set_ylabel("beads as recorded, % off the mean", color=_FAINT, fontsize=9)
    axes.tick_params(colors=_FAINT, labelsize=9)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(_FAINT)


def _bare(axes: Any) -> None:
    for spine in axes.spines.values():
        spine.set_visible(False)


def _scale_bar(axes: Any, width: float, height: float, unit: str, *, from_middle: bool = False) -> None:
    """Draw a bar of 1, 2 or 5 times a power of ten, about a fifth of the width."""
    power = 10.0 ** np.floor(np.log10(width / 5))
    length = power * max(step for step in (1, 2, 5) if power * step <= width / 5)
    offset = 0.5 if from_middle else 0.0
    right, bottom = width * (0.93 - offset), height * (0.95 - offset)
    axes.plot([right - length, right], [bottom, bottom], color="white", linewidth=3, solid_capstyle="butt")
    style = {"color": "white", "ha": "center", "va": "bottom", "fontsize": 9}
    axes.text(right - length / 2, bottom - height * 0.02, f"{length:g} {unit}", **style)


def _write(figure: Any, path: Path) -> None:
    part = path.with_name(f".planapo-{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        figure.savefig(part, facecolor=_PAPER, format="png")
        os.replace(part, path)
    except OSError as error:
        raise InvalidArgument(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
