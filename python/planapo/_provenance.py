"""How an image was made, as JSON that is kept inside its file."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

import numpy as np

from planapo import _core
from planapo._reports import DeconvolveReport, PsfReport
from planapo._words import shown

Provenance = str | dict[str, Any]  # as read from a file, or as made here: see `as_text`


@dataclass(frozen=True)
class SourceFile:
    """A file as it was when it was read.

    It is hashed where what became of it is written: a GPU restores faster than a processor hashes.
    """

    path: str
    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: str | bytes | os.PathLike[Any]) -> SourceFile:
        state = os.stat(path)
        return cls(os.path.abspath(os.fsdecode(path)), state.st_size, state.st_mtime_ns)

    def facts(self) -> dict[str, Any]:
        """Name, size and hash; no hash if the file is gone, or has changed since."""
        return {"file": shown(os.path.basename(self.path)), "bytes": self.size, "sha256": _hash_of(self)}


def restoration(
    reports: Sequence[DeconvolveReport],
    *,
    device: str,
    parameters: dict[str, Any],
    iterations: Sequence[int],
    image: dict[str, Any],
    psf: dict[str, Any],
    voxel_um: Sequence[float] | None,
) -> dict[str, Any]:
    """Gather how an image was restored; `reports` are those of its first time point, one a channel.

    `image` and `psf` may name a `SourceFile`; `device` is the device in words.
    """
    return {
        "planapo": _core.__version__,
        "date": now(),
        "device": {"name": reports[0].device, "description": device},
        "input": image,
        "psf": psf,
        "voxel_um": voxel_um,
        "parameters": parameters,
        "iterations": list(iterations),
        "first_time_point": [
            {
                "divergence": [float(f"{value:.6g}") for value in report.divergence],
                "momentum": [float(f"{factor:.9g}") for factor in report.momentum],
                **({"stop": report.stop} if report.stop else {}),
                **(
                    {"photons_per_unit": report.photons_per_unit, "dark": report.dark}
                    if report.stop in ("held-out", "consensus")
                    else {}
                ),
                "floor": report.floor,
                "alpha": report.alpha,
                "beta": report.beta,
                "signal_to_noise": report.signal_to_noise,
                "negative_voxels": report.negative_voxels,
                "psf_share_out_of_reach": report.psf_share_out_of_reach,
            }
            for report in reports
        ],
    }


def preparation(
    report: PsfReport, source: dict[str, Any], voxel_um: Sequence[float] | None
) -> dict[str, Any]:
    """Gather how a PSF was prepared; `voxel_um` are those of the measured one."""
    psf = {**source, "voxel_um": voxel_um, "taken": "prepared", **asdict(report)}
    return {"planapo": _core.__version__, "date": now(), "psf": psf}


def computation(
    model: str,
    parameters: dict[str, Any],
    *,
    shape: Sequence[int],
    voxel_um: Sequence[float],
    focus_um: float,
) -> dict[str, Any]:
    """Gather how a PSF was computed."""
    psf = {"taken": "computed", "model": model, "parameters": parameters, "focus_um": focus_um}
    return {"planapo": _core.__version__, "date": now(), "psf": {**psf, "shape": shape, "voxel_um": voxel_um}}


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def as_text(provenance: Provenance) -> str:
    """Return the JSON text. Files are hashed here."""
    if isinstance(provenance, str):
        return provenance
    return json.dumps(_plain(provenance), ensure_ascii=False, allow_nan=False)


def as_facts(provenance: Provenance) -> dict[str, Any]:
    """Return what `provenance` tells; nothing where it is not planapo's."""
    if isinstance(provenance, dict):
        return provenance
    try:
        told = json.loads(provenance or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) and "planapo" in told else {}


def _plain(value: Any) -> Any:
    """What JSON knows. It has no infinity: a PSF without noise has an infinite signal to noise."""
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if isinstance(value, dict):
        plain: dict[str, Any] = {}
        for key, each in value.items():
            plain.update(each.facts() if isinstance(each, SourceFile) else {key: _plain(each)})
        return plain
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


@functools.lru_cache(maxsize=64)  # the PSF of a hundred images is hashed once
def _hash_of(source: SourceFile) -> str | None:
    try:
        if SourceFile.of(source.path) != source:
            return None
        with open(source.path, "rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 22):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()
