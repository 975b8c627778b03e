"""Runs the program `benchmarks` on one device: what its kernels move, beside what a copy moves just then."""

from __future__ import annotations

import json
import tempfile

from checking import contents, node
from checking.running import Run

_QUICK = r"(forward|iteration_matched(_callbacks)?)/{device}.*/(64|96)x"


def benchmarks(run: Run, device: str) -> None:
    """Every benchmark's figures into the report."""
    title = f"benchmarks on {device}"
    if device != "cpu" and run.report.card is None:
        return run.report.skip(title, "there is no card")
    wanted = _QUICK.format(device=device) if run.quick else f"/{device}"
    figures = run.out / "logs" / f"benchmarks_{device}.json"
    command = [str(contents.PROGRAMS / "benchmarks"), f"--benchmark_filter={wanted}"]
    command += [f"--benchmark_out={figures}", "--benchmark_out_format=json"]
    with tempfile.TemporaryDirectory() as cache:  # plans are timed now, not remembered from a busy day
        environment = run.environment | {
            "XDG_CACHE_HOME": cache, "OMP_NUM_THREADS": str(node.cores()), "OMP_WAIT_POLICY": "passive",
        }  # fmt: skip
        ended = run.program(command, f"benchmarks_{device}", environment=environment)
    entries = read(figures.read_text(errors="replace") if figures.exists() else "")
    run.report.kernels += [kernel(entry) for entry in entries if "minimum_ms" in entry]
    left_out = [entry for entry in entries if "error_message" in entry]
    for entry in left_out:
        run.report.skip(short_name(entry), entry["error_message"])
    run.report.passed += len(entries) - len(left_out)
    if ended.cut or ended.code != 0 or not entries:
        run.report.fail(title, ended.last_words())


def read(text: str) -> list[dict]:
    """What was measured; a program that was ended leaves a file without an end."""
    whole = text.rstrip().rstrip(",")
    for end in ("", "]}", "}]}"):
        try:
            return json.loads(whole + end)["benchmarks"]
        except (ValueError, KeyError):
            continue
    return []


def short_name(entry: dict) -> str:
    """Without the harness's additions."""
    return entry["name"].split("/iterations:")[0].replace("/resident", "")


def kernel(entry: dict) -> dict:
    """The figures that planapo's own code counted: time is the best of several."""
    return {
        "name": short_name(entry),
        "bytes": int(entry["bytes"]),
        "ms": entry["minimum_ms"],
        "fraction": entry["achieved_of_possible"],
        "median_ms": entry["median_ms"],
        "GB_per_s": entry["GB_per_s"],
        "copy_GB_per_s": entry["possible_GB_per_s"],
    }
