"""The main job: the recording restored by one method, timed and judged."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import planapo as pa
from rich.console import Console

from demo_parts.judging import Judge, Judgement
from demo_parts.recordings import Recording
from demo_parts.steps import step

NAMES = {"wiener-butterworth": "Wiener–Butterworth", "matched": "Richardson–Lucy"}


@dataclass(frozen=True)
class Result:
    """An image of the recording, and how it came about.

    Attributes
    ----------
    name : str
    image : (Z, Y, X) ndarray of float32
        Light above the camera's offset.
    judgement : Judgement
    iterations, seconds, device
        Of the restoration; None for the recording itself.
    """

    name: str
    image: np.ndarray
    judgement: Judgement
    iterations: int | None = None
    seconds: float | None = None
    device: str | None = None


def recorded(recording: Recording, judge: Judge, console: Console) -> Result:
    """Judge the recording as it is."""
    with step(console, "Measuring the resolution as recorded"):
        light = np.asarray(recording.image, dtype=np.float32) - np.float32(recording.camera_offset)
        return Result("as recorded", light, judge.judge(light))


def restored(recording: Recording, psf: pa.Image, method: str, judge: Judge, console: Console) -> Result:
    """Restore the recording; `method` decides itself when to stop."""
    with step(console, f"Restoring with {NAMES[method]}") as progress:
        started = time.perf_counter()
        restore = pa.Deconvolver(psf, method=method, background=recording.camera_offset)
        image = restore(recording.image, progress=progress)
        seconds = time.perf_counter() - started
        iterations = restore.report.iterations
    with step(console, f"Measuring the resolution after {NAMES[method]}"):
        # As many iterations for the halves: what is judged is what was done to the whole.
        same = pa.Deconvolver(psf, method=method, background=recording.camera_offset, iterations=iterations)
        judgement = judge.judge(image, same)
    return Result(NAMES[method], np.asarray(image), judgement, iterations, seconds, restore.device)
