"""One file: every volume of it restored and written, time point after time point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import planapo as pa
from planapo import _core
from planapo._provenance import SourceFile, as_text, restoration
from planapo._words import counted, percent, said_once
from planapo.command_line.options import Voxel, Wishes
from planapo.command_line.plans import Plans
from planapo.command_line.screen import Bar
from planapo.command_line.signals import signals_held

_MANY_CLIPPED = 0.01  # the share from which a sentence says what the table tells too
_REMEDY = "free some space or choose another folder"


@dataclass
class Restored:
    """What is told about a file afterwards. `after` is its first volume."""

    after: np.ndarray
    voxel_um: Voxel | None
    device: str
    volumes: int
    iterations: list[int]
    clipped_share: float | None = None
    sentences: list[str] = field(default_factory=list)


class Job:
    """Restores `source` into `target`.

    As one series: while one volume is restored, others are read and written, and what "auto" means is decided
    on the first time point of each channel and kept for the rest. `restored` is there as soon as `target` is.
    """

    def __init__(self, source: Path, target: Path, plans: Plans, wishes: Wishes, bar: Bar) -> None:
        self._source, self._target, self._plans, self._wishes, self._bar = source, target, plans, wishes, bar
        self._file, self._origin = _core.ImageFile(source, wishes.series or 0), SourceFile.of(source)
        self._info = self._file.info
        self._voxel_um: Voxel | None = wishes.voxel_um or self._info.voxel_um
        self._check_ranks()
        self._plan = plans.plan_for(self._voxel_um)
        self._reports: list[pa.DeconvolveReport] = []
        self._writer: _core.ImageWriter | None = None
        self._frame: list[np.ndarray] = []
        self._first: np.ndarray | None = None
        self._names_its_file: Exception | None = None
        self.restored: Restored | None = None

    def run(self) -> None:
        """Restore and write everything; nothing is left under the target's name if that fails."""
        times, channels, *shape = self._info.size
        self._bar.of_file(times * channels)
        self._new_writer("").abandon()  # an unwritable output is said before the work
        plan = self._plan
        dtype = "uint16" if self._info.dtype == "uint16" else "float32"
        try:
            _core.run_series(
                plan._core, shape, times * channels, channels, dtype, self._read, self._write, self._progress
            )
            with signals_held():
                self.restored = self._finish()
        except (pa.InvalidArgument, pa.OutOfMemory) as error:
            if error is self._names_its_file:
                raise
            raise type(error)(f"{self._source}: {error}") from error
        finally:
            if self._writer is not None:
                self._writer.abandon()

    def first_volume(self) -> np.ndarray:
        """The first volume as it was."""
        return self._file.read_volume(0, 0)

    def _finish(self) -> Restored:
        assert self._writer is not None and self._first is not None
        with self._what_to_do():
            written = self._writer.finish()
        times, channels = self._info.size[:2]
        return Restored(
            after=self._first,
            voxel_um=self._voxel_um,
            device=self._plan.device,
            volumes=times * channels,
            iterations=[report.iterations for report in self._reports[:channels]],
            clipped_share=written.clipped_share if self._wishes.dtype else None,
            sentences=self._sentences(written),
        )

    def _check_ranks(self) -> None:
        """One plane is an image of two axes, as pa.imread has it."""
        shape, psf = self._info.size[2:], self._plans.psf_shape
        times = f"{self._info.size[0]} time points, each " if self._info.size[0] > 1 else ""
        image, psf_is = f"{self._source}: The image is", f"voxels, but the PSF {self._wishes.psf}"
        if shape[0] == 1 and len(psf) == 3:
            raise pa.InvalidArgument(
                f"{image} {times}one plane of {_by(shape[1:])} {psf_is} a volume of {_by(psf)}: "
                "give the stack that the plane is from, or a PSF of one plane."
            )
        if shape[0] > 1 and len(psf) == 2:
            raise pa.InvalidArgument(
                f"{image} {times}a volume of {_by(shape)} {psf_is} one plane of {_by(psf)}: "
                "give a PSF that was recorded as a stack, or the planes one by one."
            )

    def _read(self, index: int, into: np.ndarray) -> None:
        try:
            self._file.read_volume_into(*divmod(index, self._info.size[1]), into)
        except pa.InvalidArgument as error:
            self._names_its_file = error
            raise

    @contextmanager
    def _what_to_do(self) -> Iterator[None]:
        """What goes wrong inside is about the target, and says what to do."""
        try:
            yield
        except pa.InvalidArgument as error:
            self._names_its_file = error
            if _REMEDY in str(error) or not str(error).startswith("Cannot write"):
                raise
            self._names_its_file = pa.InvalidArgument(f"{str(error).rstrip('.')}; {_REMEDY}.")
            raise self._names_its_file from error

    def _write(self, index: int, result: np.ndarray, report: _core.DeconvolveReport) -> None:
        """Keep the channels of a time point until there are all of them; only then there is a writer."""
        time, channel = divmod(index, self._info.size[1])
        self._reports.append(self._plan._reported(report, 0))
        self._frame.append(result.copy())
        if channel + 1 < self._info.size[1]:
            return
        with self._what_to_do():
            if self._writer is None:
                self._writer, self._first = self._new_writer(self._provenance()), self._frame[0]
            self._writer.append(self._frame)
        self._frame = []

    def _progress(self, done: float, _: float) -> None:
        self._bar.within_file(done)

    def _new_writer(self, provenance: str) -> _core.ImageWriter:
        info = _core.ImageInfo(self._info)
        info.dtype = "float32"
        if self._voxel_um is not None:
            info.voxel_um = self._voxel_um
        options = _core.WriteOptions(self._wishes.dtype, self._wishes.compression, provenance)
        return _core.ImageWriter(self._target, info, options)

    def _provenance(self) -> str:
        made = restoration(
            self._reports,
            device=_core.device_description(self._plan.device),
            parameters={**self._wishes.options, "dtype": self._wishes.dtype or "float32"},
            iterations=[report.iterations for report in self._reports],
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
        warned = [each for report in self._reports for each in report.warnings]
        return said_once(
            sentence
            for sentence in [*self._about_the_file(written), *warned]
            if sentence not in self._plans.said
        )


def _by(extents: Sequence[int]) -> str:
    return " x ".join(str(n) for n in extents)
