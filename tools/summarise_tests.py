"""Tells how many tests ran on which machine, and how many were skipped and why.

`summarise_tests.py LIST RESULTS`: what ctest prints for --show-only=json-v1 and writes for --output-junit.
"""

import collections
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

machines = ("cpu", "simulated", "cuda")
of_the_sources = "no machine"  # tests of the source tree's shape, and of what the compiler made of it


def machines_of_tests(listing):
    """The machine of every test, by name, from its labels; the CPU where they name none."""
    found = {}
    for test in listing["tests"]:
        properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
        labels = properties.get("LABELS", [])
        default = of_the_sources if {"structure", "kernels"} & set(labels) else "cpu"
        found[test["name"]] = next((machine for machine in machines if machine in labels), default)
    return found


def reason_of(case):
    """What a skipped test gave as its reason: below GoogleTest's ": Skipped", or behind "skipped: "."""
    output = case.findtext("system-out") or ""
    found = re.search(r": Skipped\n(.+)", output) or re.search(r"skipped: (.+)", output)
    return found.group(1).strip() if found else "gave no reason"


def skipped_by_pytest(case):
    """Pairs (how many, reason) of the tests that pytest skipped within one of ctest's tests."""
    found = re.findall(r"^SKIPPED \[(\d+)\] [^ ]+ (.+)$", case.findtext("system-out") or "", re.M)
    return [(int(number), reason) for number, reason in found]


def main():
    machine_of = machines_of_tests(json.loads(Path(sys.argv[1]).read_text()))
    counts = collections.Counter()
    reasons = collections.Counter()
    for case in ElementTree.parse(sys.argv[2]).iter("testcase"):
        machine = machine_of.get(case.get("name"), of_the_sources)
        outcome = {"run": "passed", "fail": "failed"}.get(case.get("status"), "skipped")
        counts[machine, outcome] += 1
        if outcome == "skipped":
            reasons[machine, reason_of(case)] += 1
        for number, reason in skipped_by_pytest(case):
            reasons["in Python files", reason] += number

    print(f"\n{'tests on':<12}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for machine in (*machines, of_the_sources):
        passed, failed, skipped = (counts[machine, outcome] for outcome in ("passed", "failed", "skipped"))
        print(f"{machine:<12}{passed:>8}{failed:>8}{skipped:>9}")
    for (machine, reason), count in sorted(reasons.items()):
        print(f"skipped, {machine}: {count} because: {reason}")


if __name__ == "__main__":
    main()
