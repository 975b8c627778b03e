"""`planapo deconvolve`: the files one after the other."""

from __future__ import annotations

import time
from pathlib import Path

import planapo as pa
from planapo import _core
from planapo._words import percent, voxels_in_words
from planapo.command_line import preview as pictures
from planapo.command_line.errors import Failed, Stopped
from planapo.command_line.files import (
    forbid_overwriting,
    inputs_of,
    make_folders,
    outputs_for,
    require_writable,
)
from planapo.command_line.job import Job, Restored
from planapo.command_line.options import Wishes
from planapo.command_line.plans import Plans
from planapo.command_line.screen import Bar, emit, indented, say, table


def restore_files(patterns: list[str], wanted: str, wishes: Wishes) -> None:
    """Restore every input, print the table, and fail at the end if one of several failed."""
    inputs = inputs_of(patterns)
    outputs = outputs_for(inputs, patterns, wanted)
    forbid_overwriting([*inputs, Path(wishes.psf)], outputs)
    require_writable(outputs)
    shown: list[Path | None] = [None] * len(inputs)
    if wishes.preview is not None:
        pictures.require_matplotlib()
        shown = [*outputs_for(inputs, patterns, wishes.preview, suffix=".png")]
    plans = Plans(wishes)
    make_folders(outputs, wanted)
    for picture in shown:
        if picture is not None and wishes.preview is not None:
            make_folders([picture], wishes.preview)
            pictures.check_name(picture)
    rows: list[dict[str, str]] = []
    try:
        failures = _restore_all(list(zip(inputs, outputs, shown)), plans, wishes, rows)
    finally:
        if rows:
            emit([*_about_the_psf(plans, wishes), *table(rows)])
    if failures:
        raise Failed(f"{failures} of {len(inputs)} files could not be restored.")


def _restore_all(
    files: list[tuple[Path, Path, Path | None]], plans: Plans, wishes: Wishes, rows: list[dict[str, str]]
) -> int:
    """Fill the rows of the table; return how many files failed. A single file's error is the caller's."""
    failures = 0
    volumes = [_volumes_of(source, wishes.series or 0) if len(files) > 1 else 1 for source, _, _ in files]
    with Bar(sum(volumes)) as bar:
        for number, (source, target, picture) in enumerate(files):
            bar.describe(f"{source.name}" + (f" ({number + 1} of {len(files)})" if len(files) > 1 else ""))
            try:
                rows.append(_restore_one(source, target, picture, plans, wishes, bar))
            except (pa.InvalidArgument, pa.OutOfMemory, OSError) as error:
                if len(files) == 1:
                    raise
                failures += 1
                say(f"{error}")
            bar.skip_to(sum(volumes[: number + 1]))
    return failures


def _restore_one(
    source: Path, target: Path, picture: Path | None, plans: Plans, wishes: Wishes, bar: Bar
) -> dict[str, str]:
    began = time.perf_counter()
    try:
        restored = Job(source, target, plans, wishes, bar).run()
    except KeyboardInterrupt:
        raise Stopped(f"Stopped; {target} was not written.") from None
    for sentence in restored.sentences:
        say(f"{source}: {sentence}")
    if picture is not None:
        _draw(picture, source, restored)
    return _row(target, restored, time.perf_counter() - began)


def _draw(picture: Path, source: Path, restored: Restored) -> None:
    try:
        pictures.draw(picture, restored.before, restored.after, restored.voxel_um, source.name)
    except Exception as error:  # whatever matplotlib may say: the result is there
        say(f"{picture} could not be drawn: {' '.join(str(error).split()).rstrip('.')}.")


def _about_the_psf(plans: Plans, wishes: Wishes) -> list[str]:
    """What was done to it, for each voxel size of the images."""
    lines = []
    for voxel_um, report in plans.reports.items():
        images = f" for voxels of {voxels_in_words(voxel_um)}" if voxel_um else ""
        lines += [f"{wishes.psf} was prepared{images}:"]
        lines += [line for step in report.steps for line in indented(step)]
        lines.append("")
    return lines


def _row(target: Path, restored: Restored, seconds: float) -> dict[str, str]:
    counts = sorted(set(restored.iterations))
    return {
        "restored": str(target),
        "volumes": str(restored.volumes),
        "device": restored.device,
        "iterations": ", ".join(str(count) for count in counts),
        "seconds": f"{seconds:.2f}",
        **({} if restored.clipped_share is None else {"clipped": percent(restored.clipped_share)}),
    }


def _volumes_of(source: Path, series: int) -> int:
    """How many volumes a file holds; 1 where it cannot be read, which its own turn will say."""
    try:
        size = _core.ImageFile(source, series).info.size
    except pa.InvalidArgument:
        return 1
    return size[0] * size[1]
