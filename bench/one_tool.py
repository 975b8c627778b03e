"""Runs one tool on the job and prints what was measured as JSON: compare.py calls it, a process a tool."""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import time
from pathlib import Path

import numpy as np
import planapo as pa
from job import Job

from tools import TOOLS, Restore, Tool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool", choices=[tool.name for tool in TOOLS])
    parser.add_argument("job", type=Path)
    parser.add_argument("--iterations", type=int, required=True)
    parser.add_argument("--repeats", type=int, required=True)
    chosen = parser.parse_args()
    tool = next(tool for tool in TOOLS if tool.name == chosen.tool)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # tools that print do not disturb the answer
    json.dump(
        measure(tool, Job.load(chosen.job), tool.iterations or chosen.iterations, chosen.repeats), answers
    )


def measure(tool: Tool, job: Job, iterations: int, repeats: int) -> dict:
    """Time, memory and error of `tool`."""
    restore = tool.prepare(
        job.image, job.psf, iterations
    )  # its modules are imported, nothing is restored yet
    before = reset_peak()
    pa.reset_peak_bytes("cpu")
    first, result = timed(restore)
    peak = peak_resident() - before
    again = [timed(restore)[0] for _ in range(repeats)]
    result = np.asarray(result, np.float64)
    return {
        "iterations": iterations,
        "first_s": first,
        "again_s": again,
        "peak_bytes": max(peak, children_peak()),
        "planapo_peak_volumes": pa.peak_bytes("cpu") / padded_bytes(job),
        "nrmse": pa.metrics.nrmse(result, job.truth),
        "nrmse_inner": pa.metrics.nrmse(inner(result), inner(job.truth)),
    }


def timed(restore: Restore) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    result = restore()
    return time.perf_counter() - start, result


def padded_bytes(job: Job) -> int:
    """A float volume of the size that planapo pads the image to."""
    return 4 * math.prod(pa.Deconvolver(job.psf, device="cpu").plan(job.image.shape).grid)


def inner(volume: np.ndarray) -> np.ndarray:
    """Without the rim, where tools differ by what they assume outside."""
    return volume[8:-8, 16:-16, 16:-16]


def reset_peak() -> int:
    """Start counting the peak of this process's memory anew; what it holds now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _status("VmRSS")


def peak_resident() -> int:
    return _status("VmHWM")


def children_peak() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def _status(key: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(key)


if __name__ == "__main__":
    main()
