"""The parts of a check, one after the other, each with its own limit of time."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from checking.benchmarks import benchmarks
from checking.fft_costs import fft_costs
from checking.package import comparison, package
from checking.running import Run
from checking.sanitizer import sanitizer
from checking.suites import suite


@dataclass(frozen=True)
class Part:
    """What is done, and for how many seconds at most; 0: not with --quick."""

    name: str
    do: Callable[[Run], None]
    limit: int
    quick_limit: int


PARTS = [
    Part("conformance on cuda", partial(suite, name="conformance", machine="cuda"), 600, 120),
    Part("algorithm on cuda", partial(suite, name="algorithm", machine="cuda"), 600, 120),
    Part("conformance on cpu", partial(suite, name="conformance", machine="cpu"), 600, 300),
    Part("algorithm on cpu", partial(suite, name="algorithm", machine="cpu"), 600, 300),
    Part("memcheck", partial(sanitizer, tool="memcheck"), 600, 0),
    Part("racecheck", partial(sanitizer, tool="racecheck"), 900, 0),
    Part("package on cpu", partial(package, device="cpu"), 600, 600),
    Part("package on cuda", partial(package, device="cuda"), 300, 300),
    Part("comparison", comparison, 600, 120),
    Part("benchmarks on cuda", partial(benchmarks, device="cuda"), 600, 60),
    Part("FFT costs on cuda", fft_costs, 300, 0),
    Part("benchmarks on cpu", partial(benchmarks, device="cpu"), 600, 300),
]


def run_parts(run: Run, wanted: list[str], most_seconds: float | None) -> None:
    """Run every wanted part; the report is written after each, so that even a killed run leaves one."""
    parts = [part for part in PARTS if not wanted or any(word in part.name for word in wanted)]
    for number, part in enumerate(parts, 1):
        print(f"{number:3}/{len(parts)}  {part.name:20}", end="", flush=True)
        if run.report.stopped:
            run.report.skip(part.name, "the check was stopped")
            print("  not reached: the check was stopped")
            continue
        _run_part(run, part, most_seconds)
        print(f"  {run.report.parts[-1]['outcome']}", flush=True)
        run.report.write(run.out)
    run.report.write(run.out)


def _run_part(run: Run, part: Part, most_seconds: float | None) -> None:
    report = run.report
    limit = part.quick_limit if run.quick else part.limit
    limit = limit if most_seconds is None else min(limit, most_seconds)
    before, began = report.counts(), time.monotonic()
    run.deadline = began + limit
    try:
        if limit == 0:
            report.skip(part.name, "--quick leaves it out")
        else:
            part.do(run)
    except KeyboardInterrupt:
        report.stopped = True
        report.skip(part.name, "the check was stopped while this ran")
    except Exception:
        report.fail(part.name, f"This should not have happened:\n{traceback.format_exc()}")
    seconds = time.monotonic() - began
    words = ("passed", "failed", "skipped")
    added = [f"{now - old} {word}" for now, old, word in zip(report.counts(), before, words) if now > old]
    outcome = ", ".join(added) or "nothing to do"
    report.parts.append({"name": part.name, "seconds": round(seconds, 1), "limit": limit, "outcome": outcome})
