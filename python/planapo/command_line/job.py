"""One file: every volume of it restored and written, time point after time point."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import planapo as pa
from planapo import _core
from planapo._arrays import as_planes
from planapo._provenance import SourceFile, as_text, restoration
from planapo._words import counted, percent
from planapo.command_line.options import Voxel, Wishes
from planapo.command_line.plans import Plans
from planapo.command_line.screen import Bar

_MANY_CLIPPED = 0.01  # the share from which a sentence says what the table tells too


@dataclass
class Restored:
    """What is told about a file afterwards. `before` and `after` are its first volume."""

    before: np.ndarray
    after: np.ndarray
    voxel_um: Voxel | None
    device: str
    volumes: int
    iterations: list[int]
    clipped_share: float | None = None
    sentences: list[str] = field(default_factory=list)


class Job:
    """Restores `source` into `target`.

    How many iterations "auto" means is decided on the first time point of each channel and kept for the rest,
    so that a time series does not flicker.
    """

    def __init__(self, source: Path, target: Path, plans: Plans, wishes: Wishes, bar: Bar) -> None:
        self._source, self._target, self._plans, self._wishes, self._bar = source, target, plans, wishes, bar
        self._file, self._origin = _core.ImageFile(source, wishes.series or 0), SourceFile.of(source)
        self._info = self._file.info
        self._voxel_um: Voxel | None = wishes.voxel_um or self._info.voxel_um
        self._reports: list[pa.DeconvolveReport] = []

    def run(self) -> Restored:
        """Restore and write everything; nothing is left under the target's name if that fails."""
        times, channels = self._info.size[:2]
        self._bar.of_file(times * channels)
        self._new_writer("").abandon()  # an unwritable output is said before the work
        first = [
            self._restore(0, channel, self._wishes.options.get("iterations")) for channel in range(channels)
        ]
        counts = [report.iterations for report in self._reports]
        if times > 1 and self._wishes.options.get("iterations") in (None, "auto"):
            self._plans.forget(self._voxel_um, self._wishes.options.get("iterations"))
        writer = self._new_writer(self._provenance(counts))
        try:
            writer.append(first)
            self._restore_the_rest(writer, counts)
            written = writer.finish()
        finally:
            writer.abandon()
        return Restored(
            before=self._file.read_volume(0, 0) if self._wishes.preview else first[0],
            after=first[0],
            voxel_um=self._voxel_um,
            device=self._reports[0].device,
            volumes=times * channels,
            iterations=counts,
            clipped_share=written.clipped_share if self._wishes.dtype else None,
            sentences=self._sentences(written),
        )

    def _restore_the_rest(self, writer: _core.ImageWriter, counts: list[int]) -> None:
        """Every time point after the first; `counts` are the iterations of each channel."""
        for time in range(1, self._info.size[0]):
            writer.append([self._restore(time, channel, count) for channel, count in enumerate(counts)])

    def _restore(self, time: int, channel: int, iterations: int | str | None) -> np.ndarray:
        plan = self._plans.plan_for(self._voxel_um, iterations)
        image = self._file.read_volume(time, channel)
        if image.shape[0] == 1:  # as pa.imread has it
            image = image[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pa.PlanapoWarning)  # gathered from the reports, each said once
            try:
                restored = plan(image, progress=self._bar.within_volume)
            except (pa.InvalidArgument, pa.OutOfMemory) as error:
                raise type(error)(f"{self._source}{self._which(time, channel)}: {error}") from error
        assert plan.report is not None
        self._reports.append(plan.report)
        self._bar.volume_done()
        return as_planes(restored)

    def _which(self, time: int, channel: int) -> str:
        """Which volume of several, counted from 0."""
        times, channels = self._info.size[:2]
        parts = ([f"time {time}"] if times > 1 else []) + ([f"channel {channel}"] if channels > 1 else [])
        return f" ({', '.join(parts)})" if parts else ""

    def _new_writer(self, provenance: str) -> _core.ImageWriter:
        info = _core.ImageInfo(self._info)
        info.dtype = "float32"
        if self._voxel_um is not None:
            info.voxel_um = self._voxel_um
        options = _core.WriteOptions(self._wishes.dtype, self._wishes.compression, provenance)
        return _core.ImageWriter(self._target, info, options)

    def _provenance(self, counts: list[int]) -> str:
        made = restoration(
            self._reports,
            device=_core.device_description(self._reports[0].device),
            parameters={**self._wishes.options, "dtype": self._wishes.dtype or "float32"},
            iterations=counts,
            image={"file": self._origin, **({"series": self._info.image} if self._info.images > 1 else {})},
            psf=self._plans.origin_for(self._voxel_um),
            voxel_um=self._voxel_um,
        )
        return as_text(made)

    def _about_the_file(self, written: _core.WriteReport) -> list[str]:
        sentences = []
        if self._info.images > 1 and self._wishes.series is None:
            sentences.append(
                f"The file holds {self._info.images} series, of which the first was restored: --series N "
                f"chooses another, 0 to {self._info.images - 1}."
            )
        if written.clipped_share > _MANY_CLIPPED:
            sentences.append(
                f"{counted(written.clipped_voxels, 'voxel')} ({percent(written.clipped_share)}) lay outside "
                f"the range of {self._wishes.dtype}: clipped to it."
            )
        return sentences

    def _sentences(self, written: _core.WriteReport) -> list[str]:
        """Every warning once; those that differ in their numbers only count as one."""
        warned = [each for report in self._reports for each in report.warnings]
        alike: dict[str, list[str]] = {}
        for sentence in [*self._about_the_file(written), *warned]:
            if sentence not in self._plans.said:
                alike.setdefault(re.sub(r"[-+]?\d[\d.,e+-]*", "#", sentence), []).append(sentence)
        return [
            group[0]
            if len(set(group)) == 1
            else f"{group[0]} (Something like it in {counted(len(group) - 1, 'more volume')}.)"
            for group in alike.values()
        ]
