"""The demo: restores a real recording of a cell, measures what that brought, and draws it.

Run by `make demo`. The recording comes from a published package and is kept in ~/.cache/planapo/demo;
without a network a phantom takes its place. Everything that is printed or drawn is computed here and now.
"""

from __future__ import annotations

from pathlib import Path

import planapo as pa
from demo_parts import picture, published, recordings, restoring, table
from demo_parts.judging import Judge
from demo_parts.known import KnownAnswers, known_answers
from demo_parts.steps import step
from rich.console import Console

RESULTS = Path(__file__).parents[1] / "build" / "demo"


def main(folder: Path = RESULTS) -> None:
    console = Console()
    recording = obtain(console)
    with step(console, "Making the point-spread function from the recorded bead"):
        psf, psf_report = pa.psf.prepare(recording.bead, voxel_um=recording.image.voxel_um)
    with step(console, "Finding isolated spots, dividing the photons"):
        judge = Judge(recording, psf)
    results = [restoring.recorded(recording, judge, console)]
    for method in restoring.NAMES:
        results.append(restoring.restored(recording, psf, method, judge, console))
    known = bars_and_bead(console) if recording.truth is None else None  # a phantom stands for: no network
    with step(console, "Drawing"):
        drawn = picture.draw(recording, results, folder / "before_after.png")
        written = folder / "restored.ome.tif"
        pa.imwrite(written, results[1].image, voxel_um=recording.image.voxel_um)
    table.show(console, recording, psf_report, results, known)
    console.print(f"\nPicture: {drawn}\nRestored volume: {written}", soft_wrap=True)


def obtain(console: Console) -> recordings.Recording:
    """Return the real recording, or say why not and return a phantom."""
    try:
        with step(console, f"Fetching a real recording ({published.CELL.megabytes} MB, the first time only)"):
            folder = published.fetch(published.CELL)
        with step(console, "Reading it"):
            return recordings.cell(folder)
    except published.Unreachable as reason:
        console.print(f"The real recording is out of reach, so a phantom takes its place: {reason}")
        with step(console, "Making a phantom"):
            return recordings.phantom()


def bars_and_bead(console: Console) -> KnownAnswers | None:
    """Return the results on data whose answer is known, or None where they cannot be fetched."""
    try:
        size = f"{published.BARS.megabytes} MB, the first time only"
        with step(console, f"Fetching bars with their truth ({size})"):
            folder = published.fetch(published.BARS)
    except published.Unreachable as reason:
        console.print(f"The check against a known answer is left out: {reason}")
        return None
    with step(console, "Restoring them, and a real bead"):
        return known_answers(folder)


if __name__ == "__main__":
    main()
