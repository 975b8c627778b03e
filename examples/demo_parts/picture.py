"""The picture of the demo: projections, a closer look, a line profile, spot widths, correlation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from demo_parts import panels
from demo_parts.recordings import Recording
from demo_parts.restoring import Result

WIDTH_IN, DPI = 18.7, 160
LARGE_IN, SIDE_IN, GAP_IN, MARGIN_IN, HEAD_IN = 5.55, 6.4, 0.12, 0.35, 0.95

STYLE = {
    "figure.facecolor": "#07090c",
    "axes.facecolor": "#07090c",
    "axes.edgecolor": "#596273",
    "axes.labelcolor": "#b9c0cc",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": "#e8ebf0",
    "xtick.color": "#8b94a3",
    "ytick.color": "#8b94a3",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
}


def draw(recording: Recording, results: Sequence[Result], path: Path) -> Path:
    """Draw `results` (as recorded, restored, restored otherwise) and write the picture as a PNG file.

    Returns
    -------
    Path
        Where the picture is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(STYLE):
        sheet = Sheet(recording)
        _projections(sheet, recording, results[:2])
        _side(sheet, recording, results)
        sheet.figure.savefig(path, dpi=DPI)
    return path


class Sheet:
    """A figure measured in inches from its top left corner."""

    def __init__(self, recording: Recording) -> None:
        z_um, y_um, x_um = panels.extent_um(recording, recording.view)
        self.tall_in, self.flat_in = LARGE_IN * y_um / x_um, LARGE_IN * z_um / x_um
        self.height_in = HEAD_IN + self.tall_in + GAP_IN + self.flat_in + 0.55
        self.figure = Figure(figsize=(WIDTH_IN, self.height_in))

    def axes(self, left: float, top: float, width: float, height: float):
        box = (left, self.height_in - top - height, width, height)
        return self.figure.add_axes(
            [part / whole for part, whole in zip(box, (WIDTH_IN, self.height_in) * 2)]
        )

    def text(self, left: float, top: float, words: str, **style) -> None:
        self.figure.text(left / WIDTH_IN, 1 - top / self.height_in, words, va="top", **style)


def _projections(sheet: Sheet, recording: Recording, results: Sequence[Result]) -> None:
    sheet.text(MARGIN_IN, 0.24, recording.title, fontsize=17, weight="bold")
    for index, result in enumerate(results):
        left = MARGIN_IN + index * (LARGE_IN + GAP_IN)
        sheet.text(left, 0.63, panels.caption(result), fontsize=11.5, color=panels.COLOURS[index])
        xy = sheet.axes(left, HEAD_IN, LARGE_IN, sheet.tall_in)
        panels.projection(xy, recording, result, recording.view, along=0, bar_um=5)
        panels.outline(xy, recording)
        xz = sheet.axes(left, HEAD_IN + sheet.tall_in + GAP_IN, LARGE_IN, sheet.flat_in)
        panels.projection(xz, recording, result, recording.rows, along=1, bar_um=5)
    sheet.text(
        MARGIN_IN,
        sheet.height_in - 0.32,
        "Maximum projections: xy over all planes, xz over the rows of the frame, "
        f"the closer look over {panels.depth_um(recording):.1f} µm in z. "
        f"Every panel runs from 0 (the camera's offset) to its own {panels.BRIGHTEST:g}th percentile, "
        f"gamma {panels.GAMMA:g}.",
        fontsize=8.5,
        color="#8b94a3",
    )


def _side(sheet: Sheet, recording: Recording, results: Sequence[Result]) -> None:
    """Fill the right-hand column: a closer look above, three graphs below it."""
    left = MARGIN_IN + 2 * LARGE_IN + GAP_IN + 0.45
    small = (SIDE_IN - (len(results) - 1) * GAP_IN) / len(results)
    row_um = panels.liveliest_row_um(recording, results[0])
    for index, result in enumerate(results):
        axes = sheet.axes(left + index * (small + GAP_IN), HEAD_IN, small, small)
        panels.projection(axes, recording, result, recording.zoom, along=0, bar_um=2)
        panels.mark_row(axes, row_um)
        axes.set_title(result.name, fontsize=10, color=panels.COLOURS[index], pad=5)
    top = HEAD_IN + small + 0.5
    each = (sheet.height_in - top - 0.55 - 2 * 0.75) / 3
    graphs = panels.profiles, panels.spot_widths, panels.correlations
    for index, graph in enumerate(graphs):
        graph(sheet.axes(left + 0.45, top + index * (each + 0.75), SIDE_IN - 0.45, each), recording, results)
