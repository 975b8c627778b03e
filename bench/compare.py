"""Restores one job with planapo and with the tools that users would pick instead, side by side.

Every tool runs in processes of its own, turn by turn with the others, on the same image, PSF, number of
iterations and cores; nothing is typed by hand: the figures go to bench/results.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import job
import record

from tools import TOOLS, Tool

HERE = Path(__file__).resolve().parent
TARGETS = {"planapo, MKL": 0.25, "planapo, FFTW": 0.4}  # of the fastest other tool's time
ONE_OFF_S = 1.0
VOLUMES = 8  # of the padded size, held by planapo's own allocator
HEAD = (
    "tool                       n   min ms   median   x time  first s  peak MB  x peak  NRMSE  inner"
    "  at the borders"
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2, help="how often every tool has its turn")
    parser.add_argument("--repeats", type=int, default=2, help="warm runs in a turn, after the first")
    parser.add_argument(
        "--tool", action="append", help="only tools whose name contains this; may be repeated"
    )
    parser.add_argument("--no-save", action="store_true")
    chosen = parser.parse_args()
    load = os.getloadavg()
    tools = [tool for tool in TOOLS if not chosen.tool or any(part in tool.name for part in chosen.tool)]
    if not tools:
        parser.error(f"no tool's name contains {' or '.join(chosen.tool)}")
    results, absent = run_all(tools, chosen.iterations, chosen.rounds, chosen.repeats)
    print(table(results))
    for sentence in verdicts(results) + absent + [record.load_sentence(load)]:
        print(sentence)
    if not chosen.no_save:
        measured = {"job": description(chosen.iterations), "tools": results, "absent": absent}
        print("Written to", record.save("compare", measured, load_before=load).relative_to(record.ROOT))


def run_all(
    tools: list[Tool], iterations: int, rounds: int, repeats: int
) -> tuple[dict[str, dict], list[str]]:
    """What every tool measured, and who could not take part, with the reason."""
    results: dict[str, dict] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.npz"
        job.make().save(path)
        reasons = {tool.name: missing(tool) for tool in tools}
        for turn in range(rounds):
            for tool in (tool for tool in tools if not reasons[tool.name]):
                print(f"  turn {turn + 1} of {rounds}: {tool.name} ...", file=sys.stderr, flush=True)
                measured = one(tool, path, iterations, repeats)
                if isinstance(measured, str):
                    reasons[tool.name] = f"it failed ({measured})"
                    results.pop(tool.name, None)
                else:
                    merge(results.setdefault(tool.name, {"border": tool.border}), measured)
    return results, [f"{name} took no part: {reason}." for name, reason in reasons.items() if reason]


def missing(tool: Tool) -> str:
    """Why `tool` cannot run here; empty if it can."""
    if tool.name == "deconwolf" and not os.environ.get("PLANAPO_DECONWOLF"):
        return "it is in no package index, and PLANAPO_DECONWOLF names no program"
    for package in tool.packages:
        try:
            metadata.version(package)
        except metadata.PackageNotFoundError:
            return f"{package} is not installed"
    return ""


def one(tool: Tool, path: Path, iterations: int, repeats: int) -> dict | str:
    """One turn of `tool`, in a fresh process without remembered plans; the last words of one that failed."""
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | tool.environment | {
            "XDG_CACHE_HOME": cache, "OMP_NUM_THREADS": str(record.cores()), "OMP_WAIT_POLICY": "passive",
        }  # fmt: skip
        command = [sys.executable, HERE / "one_tool.py", tool.name, path]
        command += ["--iterations", str(iterations), "--repeats", str(repeats)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return json.loads(done.stdout)


def merge(result: dict, turn: dict) -> None:
    """Add a turn to what is known of a tool; all times are kept."""
    times, first = result.get("again_s", []) + turn["again_s"], result.get("first_s", []) + [turn["first_s"]]
    result.update(turn)
    result["again_s"], result["first_s"] = times, first
    result["iteration_minimum_s"] = min(times) / turn["iterations"]
    result["iteration_median_s"] = statistics.median(times) / turn["iterations"]


def is_planapo(name: str) -> bool:
    return name.startswith("planapo")


def fastest_other(results: dict[str, dict]) -> str | None:
    others = [name for name in results if not is_planapo(name)]
    return min(others, key=lambda name: results[name]["iteration_minimum_s"], default=None)


def table(results: dict[str, dict]) -> str:
    """The comparison for people; ratios are to planapo with MKL, else to the first tool."""
    base = results.get("planapo, MKL") or next(iter(results.values()))
    lines = [
        "",
        "Milliseconds are per iteration, of warm runs; NRMSE is to the truth, inner: without the rim.",
        HEAD,
        "-" * len(HEAD),
    ]
    for name, result in results.items():
        minimum, median = result["iteration_minimum_s"], result["iteration_median_s"]
        lines.append(
            f"{name:24} {result['iterations']:3} {1e3 * minimum:8.1f} {1e3 * median:8.1f}"
            f" {minimum / base['iteration_minimum_s']:8.2f} {min(result['first_s']):8.2f}"
            f" {1e-6 * result['peak_bytes']:8.0f} {result['peak_bytes'] / base['peak_bytes']:7.2f}"
            f" {result['nrmse']:6.3f} {result['nrmse_inner']:6.3f}  {result['border']}"
        )
    return "\n".join(lines) + "\n"


def verdicts(results: dict[str, dict]) -> list[str]:
    """What was aimed at and what was reached."""
    sentences = []
    rival = fastest_other(results)
    for name, target in TARGETS.items():
        if rival and name in results:
            minimum, median = (
                results[name][key] / results[rival][key]
                for key in ("iteration_minimum_s", "iteration_median_s")
            )
            sentences.append(
                f"{name}: {minimum:.2f} of the time of {rival}, the fastest other, by minima, "
                f"{median:.2f} by medians (aim: under {target})."
            )
    for name, result in results.items():
        if "one-off" in name:
            first = min(result["first_s"])
            sentences.append(
                f"{name}: the first result came {first:.2f} s after the call (aim: within {ONE_OFF_S:g} s)."
            )
    held = [result["planapo_peak_volumes"] for name, result in results.items() if is_planapo(name)]
    if held:
        sentences.append(
            f"planapo's own allocator held {max(held):.1f} padded volumes at most (aim: under {VOLUMES})."
        )
    return sentences


def description(iterations: int) -> dict:
    return {
        "image": job.SHAPE,
        "psf": [job.PSF_WIDTH] * 3,
        "iterations": iterations,
        "voxels": "float32",
        "cores": record.cores(),
    }


if __name__ == "__main__":
    main()
