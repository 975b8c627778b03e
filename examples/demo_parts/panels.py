"""The panels of the demo's picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from demo_parts.recordings import Box, Recording
from demo_parts.restoring import Result

COLOURS = ("#aeb6c2", "#58d3e6", "#f2a65a")
BRIGHTEST, GAMMA = 99.8, 0.7
LIGHT = LinearSegmentedColormap.from_list(
    "light", ["#000000", "#0a2033", "#14597a", "#3aaec0", "#b4ecdf", "#ffffff"], N=512
)


def extent_um(recording: Recording, box: Box) -> tuple[float, ...]:
    """Size of a part of the image, z, y, x."""
    sizes = (len(range(n)[part]) for part, n in zip(box, recording.image.shape))
    return tuple(size * edge for size, edge in zip(sizes, recording.image.voxel_um))


def depth_um(recording: Recording) -> float:
    """Return the thickness of the closer look."""
    return extent_um(recording, recording.zoom)[0]


def caption(result: Result) -> str:
    """Say in a line how an image came about."""
    if result.iterations is None:
        return result.name
    many = "iteration" if result.iterations == 1 else "iterations"
    how_long = f"{result.iterations} {many}, {result.seconds:.1f} s on the {result.device.upper()}"
    return f"planapo, {result.name}: {how_long}"


def projection(
    axes: Axes, recording: Recording, result: Result, box: Box, *, along: int, bar_um: float
) -> None:
    """Draw the brightest voxel along an axis, with a scale bar; axes are in micrometres."""
    flat = result.image[box].max(axis=along)
    z_um, y_um, x_um = extent_um(recording, box)
    down_um = y_um if along == 0 else z_um
    shown = np.clip(flat / np.percentile(flat, BRIGHTEST), 0, 1) ** GAMMA
    extent = (0, x_um, down_um, 0)
    axes.imshow(shown, cmap=LIGHT, extent=extent, aspect="auto", interpolation="lanczos", vmin=0, vmax=1)
    axes.set_axis_off()
    left, low = x_um * 0.035, down_um - x_um * 0.04
    axes.plot([left, left + bar_um], [low, low], color="white", lw=2.5, solid_capstyle="butt")
    axes.text(left + bar_um / 2, low - x_um * 0.012, f"{bar_um:g} µm", ha="center", va="bottom", fontsize=8.5)
    axes.text(x_um * 0.03, x_um * 0.03, "xy" if along == 0 else "xz", va="top", fontsize=10, alpha=0.8)
    axes.set_xlim(0, x_um)
    axes.set_ylim(down_um, 0)


def outline(axes: Axes, recording: Recording) -> None:
    """Outline, in an xy projection of the view, what the closer look shows."""
    _, dy, dx = recording.image.voxel_um
    _, height, width = extent_um(recording, recording.zoom)
    corner = [
        (zoom.start - (view.start or 0)) * edge
        for zoom, view, edge in zip(recording.zoom[1:], recording.view[1:], (dy, dx))
    ]
    frame = Rectangle((corner[1], corner[0]), width, height, fill=False, ec="white", lw=0.9, alpha=0.85)
    axes.add_patch(frame)


def liveliest_row_um(recording: Recording, as_recorded: Result) -> float:
    """Return the row of the closer look that varies most as recorded: nothing restored decides."""
    return (int(_zoomed(recording, as_recorded).std(axis=1).argmax()) + 0.5) * recording.image.voxel_um[1]


def mark_row(axes: Axes, row_um: float) -> None:
    """Mark where the line profile lies."""
    axes.axhline(row_um, color="white", lw=0.8, ls=(0, (4, 4)), alpha=0.7)


def profiles(axes: Axes, recording: Recording, results: Sequence[Result]) -> None:
    """Draw the profile along the marked row, each in units of its own maximum."""
    dx = recording.image.voxel_um[2]
    row = int(liveliest_row_um(recording, results[0]) / recording.image.voxel_um[1])
    for result, colour in zip(results, COLOURS):
        line = _zoomed(recording, result)[row]
        axes.plot((np.arange(line.size) + 0.5) * dx, line / line.max(), color=colour, lw=1.6)
    axes.set(xlim=(0, line.size * dx), ylim=(0, 1.05), xlabel="µm", ylabel="of the maximum")
    _title(axes, "Brightness along the dashed line")


def spot_widths(axes: Axes, recording: Recording, results: Sequence[Result]) -> None:
    """Draw the width of every spot along each axis, with the medians."""
    jitter = np.random.default_rng(0).uniform(-0.09, 0.09, len(results[0].judgement.spots.widths))
    for index, (result, colour) in enumerate(zip(results, COLOURS)):
        spots = result.judgement.spots
        for axis, median in enumerate(spots.median):
            place = axis + (index - (len(results) - 1) / 2) * 0.28
            axes.scatter(place + jitter, spots.widths[:, axis], s=5, color=colour, alpha=0.35, lw=0)
            axes.plot([place - 0.12, place + 0.12], [median, median], color=colour, lw=2.2)
            axes.text(place, -0.02, f"{median:.2f}", color=colour, ha="center", va="top", fontsize=8.5)
    top = np.nanpercentile(results[0].judgement.spots.widths, 99)
    axes.set(xlim=(-0.5, 2.5), ylim=(-0.16 * top, 1.1 * top), ylabel="µm")
    count = results[0].judgement.spots.count
    _title(axes, f"Full width at half maximum of {count} isolated spots, and its median")
    axes.set_xticks(range(3), [f"along {axis}" for axis in "zyx"])
    axes.tick_params(axis="x", length=0)


def correlations(axes: Axes, recording: Recording, results: Sequence[Result]) -> None:
    """Draw, against frequency, how well two halves of the photons agree; the dots mark the resolution."""
    for result, colour in zip(results, COLOURS):
        curve = result.judgement.lateral
        axes.plot(curve.frequency, curve.correlation, color=colour, lw=1.6)
        resolution = curve.resolution()
        if np.isfinite(resolution):
            agreement = np.interp(1 / resolution, curve.frequency, curve.correlation)
            axes.plot(1 / resolution, agreement, "o", color=colour, ms=5)
            label = {"textcoords": "offset points", "color": colour, "fontsize": 8.5, "ha": "center"}
            axes.annotate(f"{resolution:.2f} µm", (1 / resolution, agreement), (0, 7), **label)
    axes.plot(curve.frequency, curve.threshold(), color="#596273", lw=1, ls=":")
    axes.set(xlim=(0, curve.frequency[-1]), ylim=(-0.1, 1.05), xlabel="1/µm", ylabel="correlation")
    _title(axes, "Fourier shell correlation of two halves of the photons, lateral, and the half-bit limit")


def _title(axes: Axes, words: str) -> None:
    axes.set_title(words, loc="left", fontsize=9.5, color="#b9c0cc", pad=7)


def _zoomed(recording: Recording, result: Result) -> np.ndarray:
    return result.image[recording.zoom].max(axis=0)
