"""The preview: maximum projections along z and y, before and after, side by side."""

from __future__ import annotations

import os
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

import planapo as pa
from planapo._words import shortened, shown
from planapo.command_line.options import Voxel

_INK, _PAPER = "#e8e8e8", "#101014"
_MOST_TITLE = 60  # characters


def require_matplotlib() -> None:
    """Say what to install before any work is done for a picture that cannot be drawn."""
    if find_spec("matplotlib") is None:
        raise pa.InvalidArgument('--preview needs matplotlib: pip install "planapo[plot]".')


def check_name(path: Path) -> None:
    """Refuse, before any work, a picture that could not be saved."""
    if path.suffix.lower() != ".png":
        raise pa.InvalidArgument(f"{path} does not end in .png, which is what --preview writes.")
    if not path.parent.is_dir():
        raise pa.InvalidArgument(f"{path} cannot be written: there is no folder {path.parent}.")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise pa.InvalidArgument(f"{path} cannot be written: --preview needs another name or folder.")


def draw(path: Path, before: np.ndarray, after: np.ndarray, voxel_um: Voxel | None, title: str) -> None:
    """Draw both volumes (Z, Y, X) into a PNG, each scaled to its own brightest voxels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    z_um, y_um, x_um = voxel_um or (1.0, 1.0, 1.0)
    depth, height, width = before.shape[0] * z_um, before.shape[1] * y_um, before.shape[2] * x_um
    rows = [height, depth] if before.shape[0] > 1 else [height]
    panel = min(4.2, 11 * width / sum(rows))  # inches: a figure that a screen shows whole
    figure = Figure(figsize=(2 * panel + 0.3, panel * sum(rows) / width + 0.75), facecolor=_PAPER, dpi=150)
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(rows), 2, squeeze=False, gridspec_kw={"height_ratios": rows})
    for column, (volume, name) in enumerate(((before, "before"), (after, "after"))):
        low, high = _range(volume)
        _panel(axes[0, column], volume.max(axis=0), (low, high), (width, height))
        axes[0, column].set_title(name, color=_INK, fontsize=11)
        if len(rows) > 1:
            _panel(axes[1, column], volume.max(axis=1), (low, high), (width, depth))
    for row, name in enumerate(("xy", "xz")[: len(rows)]):
        axes[row, 0].set_ylabel(name, color=_INK, fontsize=11)
    _scale_bar(axes[0, 1], width, height, "µm" if voxel_um else "px")
    figure.suptitle(
        f"{shortened(shown(title), _MOST_TITLE)} · maximum projections",
        color=_INK,
        fontsize=10,
        parse_math=False,
    )
    figure.subplots_adjust(
        left=0.05, right=0.99, top=1 - 0.62 / figure.get_figheight(), bottom=0.02, wspace=0.03, hspace=0.04
    )
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    """Under its name only when it is whole."""
    part = path.with_name(f".planapo-{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        figure.savefig(part, facecolor=_PAPER, format="png")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _range(volume: np.ndarray) -> tuple[float, float]:
    """Black at the median, white at the brightest of the projection but for a thousandth of it."""
    low = float(np.median(volume))
    high = float(np.percentile(volume.max(axis=0), 99.9))
    return low, high if high > low else low + 1


def _panel(
    axis: Any, projection: np.ndarray, limits: tuple[float, float], extent_um: tuple[float, float]
) -> None:
    width, height = extent_um
    axis.imshow(
        projection,
        cmap="inferno",
        vmin=limits[0],
        vmax=limits[1],
        extent=(0, width, height, 0),
        interpolation="nearest",
    )
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_visible(False)


def _scale_bar(axis: Any, width: float, height: float, unit: str) -> None:
    """A bar of 1, 2 or 5 times a power of ten, about a fifth of the width."""
    power = 10.0 ** np.floor(np.log10(width / 5))
    length = power * max(step for step in (1, 2, 5) if power * step <= width / 5)
    right, bottom = width * 0.96, height * 0.95
    axis.plot([right - length, right], [bottom, bottom], color="white", linewidth=3, solid_capstyle="butt")
    axis.text(
        right - length / 2,
        bottom - height * 0.02,
        f"{length:g} {unit}",
        color="white",
        ha="center",
        va="bottom",
        fontsize=9,
    )
