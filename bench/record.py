"""Results as files: what was measured, the date, the machine, the versions, and how busy the machine was."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import datetime
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
PACKAGES = (
    "planapo", "numpy", "scipy", "scikit-image", "RedLionfish", "pyfftw", "mkl_fft", "mkl",
    "cupy-cuda13x", "torch",
)  # fmt: skip


def save(name: str, measured: dict, *, load_before: tuple[float, float, float]) -> Path:
    """Write `measured` to results/YYYY-MM-DD_<name>.json; a later run on the same day replaces it."""
    now = datetime.now().astimezone()
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{now:%Y-%m-%d}_{name}.json"
    document = {
        "date": now.isoformat(timespec="seconds"),
        "revision": revision(),
        "machine": machine(),
        "versions": versions(),
        "load_average": {"before": load_before, "after": os.getloadavg()},
        **measured,
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def machine() -> dict:
    """What the machine is and has."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory_GiB": round(memory / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def versions() -> dict[str, str]:
    """Versions of the packages that are there."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def revision() -> str:
    """The commit, with "+" where files differ from it; empty outside of a repository."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    changes = _git("status", "--porcelain", "--", ".", ":!bench/results")
    return commit + ("+" if changes else "") if commit else ""


def load_sentence(before: tuple[float, float, float]) -> str:
    """How busy the machine was, for people."""
    return (
        f"Load average {before[0]:.1f} before and {os.getloadavg()[0]:.1f} after, on {cores()} cores: "
        "minima are what the machine can do, medians what one got."
    )


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()
