"""./check: tries planapo on this machine, and says in report.json and report.md what works and how fast."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from checking import contents, node
from checking.parts import PARTS, run_parts
from checking.running import Run


def main() -> int:
    """Exit status: 0 if nothing failed, 1 if something did, 130 if it was stopped."""
    chosen = arguments()
    chosen.out.mkdir(parents=True, exist_ok=True)
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # the end of a cluster's job is as tidy as Ctrl-C
    run = Run(out=chosen.out.resolve(), quick=chosen.quick)
    look(run)
    if fits(run):
        run_parts(run, chosen.part, chosen.limit)
    run.report.write(run.out)
    for failure in run.report.failures:
        print(f"\nFailed: {failure['name']}\n  " + failure["text"].replace("\n", "\n  "))
    for skip in run.report.skipped:
        print(f"Skipped: {skip['name']}: {skip['reason']}")
    print(f"\n{run.report.verdict()} {run.out / 'report.md'} has the rest.")
    return 130 if run.report.stopped else int(bool(run.report.failures))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="check", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="minutes: no long tests, sanitizers or large jobs"
    )
    parser.add_argument("--out", type=Path, default=Path("planapo-report"), help="folder of the report")
    parser.add_argument(
        "--part", action="append", default=[],
        help="only parts whose name contains this (may be repeated): " + ", ".join(one.name for one in PARTS),
    )  # fmt: skip
    parser.add_argument("--limit", type=float, help="seconds that any part may take at most")
    return parser.parse_args()


def look(run: Run) -> None:
    """What there is: into the report, and on the screen."""
    manifest, card = contents.manifest(), node.card()
    run.report.card, run.report.driver = card.get("card"), card.get("driver")
    run.report.versions = {
        "planapo": manifest["planapo"],
        "revision": manifest["revision"],
        "memory of the card": card.get("memory", ""),
        **node.versions(manifest["cuda_libraries"]),
    }
    where = f"{run.report.card}, driver {run.report.driver}" if card else "no card (nvidia-smi names none)"
    print(f"planapo {manifest['planapo']} ({manifest['revision']}): {where}", flush=True)


def fits(run: Run) -> bool:
    """Whether this machine's C library is as new as the programs want it."""
    needs, has = contents.manifest()["glibc"], run.report.versions.get("glibc", "")
    as_numbers = [[int(part) for part in version.split(".") if part.isdigit()] for version in (has, needs)]
    if has and as_numbers[0] < as_numbers[1]:
        run.report.fail("glibc", f"This bundle needs glibc {needs} or newer, and this machine has {has}.")
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
