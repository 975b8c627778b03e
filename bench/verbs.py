"""Runs the program `benchmarks` once with each FFT library of the CPU, prints what it measured, and keeps it.

For every verb and device: time, voxels/s, GB/s of the bytes that the work must move, and that as a share of
what a copy or triad reached on the same device in the same run; for iterations the cost over four transforms.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

import record

AIMS = {"mkl": 1.7, "fftw": 1.4}  # one iteration over four bare transforms


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("program", type=Path)
    parser.add_argument("--filter", default=".", help="regular expression: only benchmarks that match")
    parser.add_argument("--no-save", action="store_true")
    chosen = parser.parse_args()
    load = os.getloadavg()
    runs = {}
    for library in AIMS:
        # The library makes a difference to the CPU alone.
        run = measured(chosen.program, library, "/cpu/" if runs and chosen.filter == "." else chosen.filter)
        if run is None:
            print(f"\n{library}: not here, so nothing was measured with it.")
            continue
        runs[library] = run
        print(table(library, run))
    print(record.load_sentence(load))
    if not chosen.no_save:
        print("Written to", record.save("verbs", {"runs": runs}, load_before=load).relative_to(record.ROOT))


def measured(program: Path, library: str, pattern: str) -> dict | None:
    """What the program says of itself and of each benchmark; None if the FFT library is not here."""
    with (
        tempfile.TemporaryDirectory() as cache
    ):  # plans are timed now, not remembered from a day when the machine was busy
        environment = os.environ | {
            "PLANAPO_FFT_LIBRARY": library, "XDG_CACHE_HOME": cache,
            "OMP_NUM_THREADS": str(record.cores()), "OMP_WAIT_POLICY": "passive",
        }  # fmt: skip
        command = [program, "--benchmark_format=json", f"--benchmark_filter={pattern}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        if "no FFT library" in done.stderr:
            return None
        raise SystemExit(f"{program} failed:\n{done.stderr}")
    answer = json.loads(done.stdout)
    return {"devices": answer["context"], "benchmarks": [facts(entry) for entry in answer["benchmarks"]]}


def facts(entry: dict) -> dict:
    """The name without the harness's additions, and the figures that planapo's own code counted."""
    harness = {
        "family_index",
        "per_family_instance_index",
        "run_name",
        "run_type",
        "repetitions",
        "repetition_index",
    }
    harness |= {"threads", "iterations", "real_time", "cpu_time", "time_unit"}
    return {key: value for key, value in entry.items() if key not in harness} | {
        "name": entry["name"].split("/iterations:")[0]
    }


def table(library: str, run: dict) -> str:
    """For people."""
    head = (
        f"{library:48} {'min ms':>8} {'median':>8} {'Mvoxel/s':>9} {'GB/s':>7} {'possible':>8} {'share':>6}"
    )
    lines = ["", head, "-" * len(head)]
    for entry in run["benchmarks"]:
        name = entry["name"].replace("/resident", "")  # every operand lies on the device
        if "error_message" in entry:
            lines.append(f"{name:48} {entry['error_message']}")
            continue
        megavoxels = 1e-6 * entry["voxels_per_s"]
        lines.append(
            f"{name:48} {entry['minimum_ms']:8.2f} {entry['median_ms']:8.2f} {megavoxels:9.0f} "
            f"{entry['GB_per_s']:7.1f} {entry['possible_GB_per_s']:8.1f} {entry['achieved_of_possible']:6.2f}"
        )
    for entry in run["benchmarks"]:
        if "median_over_four_transforms" in entry:
            lines.append(iteration_sentence(entry, AIMS[library]))
    return "\n".join(lines)


def iteration_sentence(entry: dict, aim: float) -> str:
    aimed = f" (aim: at most {aim})" if "/cpu/" in entry["name"] else ""
    return (
        f"{entry['name']}: {entry['minimum_over_four_transforms']:.2f} times four bare transforms by minima, "
        f"{entry['median_over_four_transforms']:.2f} by medians{aimed}; "
        f"{entry['peak_volumes']:.1f} padded volumes held."
    )


if __name__ == "__main__":
    main()
