"""`planapo deconvolve`: the files one after the other."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import planapo as pa
from planapo import _core
from planapo._words import percent, voxels_in_words
from planapo.command_line import preview as pictures
from planapo.command_line.errors import Failed, Stopped
from planapo.command_line.files import (
    folders_for,
    forbid_overwriting,
    inputs_of,
    outputs_for,
    require_writable,
)
from planapo.command_line.job import Job, Restored
from planapo.command_line.options import Wishes
from planapo.command_line.plans import Plans
from planapo.command_line.screen import Bar, emit, indented, say, table


@dataclass
class _Tally:
    """What became of the files."""

    rows: list[dict[str, str]] = field(default_factory=list)
    failures: int = 0
    undrawn: list[str] = field(default_factory=list)  # a sentence for each picture


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
    pictured = [picture for picture in shown if picture is not None]
    with folders_for(outputs, wanted), folders_for(pictured, wishes.preview or ""):
        for picture in pictured:
            pictures.check_name(picture)
        _restore_and_tell(list(zip(inputs, outputs, shown)), plans, wishes)


def _restore_and_tell(files: list[tuple[Path, Path, Path | None]], plans: Plans, wishes: Wishes) -> None:
    tally = _Tally()
    try:
        _restore_all(files, plans, wishes, tally)
    finally:
        if tally.rows:
            emit([*_about_the_psf(plans, wishes), *table(tally.rows)])
    lacking = f"{len(tally.undrawn)} of {len(files)} previews could not be drawn"
    if tally.failures:
        also = f"; {lacking}" if tally.undrawn else ""
        raise Failed(f"{tally.failures} of {len(files)} files could not be restored{also}.")
    if tally.undrawn:
        raise Failed(f"{lacking}." if len(files) > 1 else tally.undrawn[0])


def _restore_all(
    files: list[tuple[Path, Path, Path | None]], plans: Plans, wishes: Wishes, tally: _Tally
) -> None:
    """Fill the tally. A single file's error is the caller's."""
    volumes = [_volumes_of(source, wishes.series or 0) if len(files) > 1 else 1 for source, _, _ in files]
    with Bar(sum(volumes)) as bar:
        make = functools.partial(Job, plans=plans, wishes=wishes, bar=bar)
        for number, (source, target, picture) in enumerate(files):
            bar.describe(f"{source.name}" + (f" ({number + 1} of {len(files)})" if len(files) > 1 else ""))
            undrawn = len(tally.undrawn)
            try:
                _restore_one(source, target, picture, make, tally)
            except (pa.InvalidArgument, pa.OutOfMemory, OSError) as error:
                if len(files) == 1:
                    raise
                tally.failures += 1
                say(f"{error}")
            if len(files) > 1:
                for sentence in tally.undrawn[undrawn:]:
                    say(sentence)
            bar.skip_to(sum(volumes[: number + 1]))


def _restore_one(
    source: Path, target: Path, picture: Path | None, make: Callable[[Path, Path], Job], tally: _Tally
) -> None:
    """Restore, and draw. Once the target is written it is in the table, whatever happens next."""
    began, job = time.perf_counter(), None
    try:
        job = make(source, target)
        job.run()
        assert job.restored is not None
        for sentence in job.restored.sentences:
            say(f"{source}: {sentence}")
        if picture is not None:
            _draw(picture, source, target, job, tally)
    except KeyboardInterrupt:
        written = job is not None and job.restored is not None
        raise Stopped(f"Stopped; {target} was {'' if written else 'not '}written.") from None
    finally:
        if job is not None and job.restored is not None:
            tally.rows.append(_row(target, job.restored, time.perf_counter() - began))


def _draw(picture: Path, source: Path, target: Path, job: Job, tally: _Tally) -> None:
    assert job.restored is not None
    try:
        restored = job.restored
        pictures.draw(picture, job.first_volume(), restored.after, restored.voxel_um, source.name)
    except Exception as error:  # whatever matplotlib may say: the result is there
        reason = getattr(error, "strerror", None) or " ".join(str(error).split()).rstrip(".")
        tally.undrawn.append(f"{picture} could not be drawn: {reason}. {target} was written.")


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
