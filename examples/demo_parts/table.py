"""The table at the end of the demo: what was done, where, how long it took, what it brought."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import planapo as pa
from rich import box
from rich.console import Console, Group
from rich.table import Table

from demo_parts.judging import Judgement
from demo_parts.known import KnownAnswers
from demo_parts.recordings import Recording
from demo_parts.restoring import NAMES, Result


def show(
    console: Console,
    recording: Recording,
    psf: pa.PsfReport,
    results: Sequence[Result],
    known: KnownAnswers | None,
) -> None:
    """Print the tables and the sentences that say how their figures were come by."""
    parts = [_resolution(recording, results)]
    if known is not None:
        parts.append(_known(known))
    console.print(Group(*parts, *_sentences(recording, psf, results)))


def _resolution(recording: Recording, results: Sequence[Result]) -> Table:
    table = Table(title=recording.title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    table.add_column("", no_wrap=True)
    for result in results:
        table.add_column(result.name, justify="right", no_wrap=True)
    rows: dict[str, Callable[[Result], str]] = {
        "device": lambda r: r.device or "",
        "iterations (automatic)": lambda r: "" if r.iterations is None else str(r.iterations),
        "time": lambda r: "" if r.seconds is None else f"{r.seconds:.1f} s",
    }
    for index, axis in enumerate("zyx"):
        rows[f"width of spots, {axis} (µm)"] = lambda r, i=index: _width(r.judgement, i)
    rows["two halves, xy (µm)"] = lambda r: _length(r.judgement.lateral.resolution())
    rows["two halves, z (µm)"] = lambda r: _length(r.judgement.axial.resolution())
    if recording.truth is not None:
        rows["error to the truth"] = lambda r: f"{r.judgement.nrmse:.3f}"
    for what, of in rows.items():
        table.add_row(what, *map(of, results))
    return table


def _width(judgement: Judgement, axis: int) -> str:
    return f"{judgement.spots.median[axis]:.2f} ± {judgement.spots.spread[axis]:.2f}"


def _length(resolution_um: float) -> str:
    return f"{resolution_um:.2f}" if resolution_um < float("inf") else "nothing"


def _known(known: KnownAnswers) -> Table:
    table = Table(
        title="Where the answer is known", box=box.SIMPLE_HEAD, title_justify="left", title_style="bold"
    )
    table.add_column("", no_wrap=True)
    for key in known.bars_nrmse:
        table.add_column(NAMES.get(key, "as recorded"), justify="right", no_wrap=True)
    table.add_row("bars: error to truth", *(f"{e:.3f}" for e in known.bars_nrmse.values()))
    table.add_row("bead: width, z (px)", *(f"{w[0]:.2f}" for w in known.bead_fwhm_px.values()))
    table.add_row("iterations (bars, bead)", "", *(", ".join(map(str, n)) for n in known.iterations.values()))
    return table


def _sentences(recording: Recording, psf: pa.PsfReport, results: Sequence[Result]) -> list[str]:
    spots = results[0].judgement.spots
    shape = " × ".join(map(str, recording.image.shape))
    voxel = " × ".join(f"{v:.3g}" for v in recording.image.voxel_um)
    device = next(d for d in pa.devices() if d.name == results[-1].device)
    recorded = recording.valid.mean()
    narrow = " × ".join(f"{w:.2f}" for w in psf.fwhm_after_um)
    remarks = "".join(f"; {remark}" for remark in recording.remarks)
    return [
        f"  Image: {shape} voxels of {voxel} µm (z, y, x), {recorded:.0%} of them recorded{remarks}.",
        f"  PSF: a recorded bead of {narrow} µm. Device: {device.name}, {device.description}.",
        f"  Spots: the same {spots.count}, FWHM: median ± half the interquartile range.",
        "  Two halves: of the photons, each restored by itself; Fourier shell correlation, half-bit.",
    ]
