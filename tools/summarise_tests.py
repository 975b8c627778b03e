"""Tells from ctest's JUnit file how many tests ran on which machine, and how many were skipped and why."""

import collections
import re
import sys
import xml.etree.ElementTree as ElementTree

machines = ("cpu", "simulated", "cuda")


def machine_of(case):
    """The machine among the test's labels; tests of the source tree have none."""
    labels = [
        label
        for entry in case.iter("property")
        if entry.get("name") == "cmake_labels"
        for label in entry.get("value").split(";")
    ]
    return next((machine for machine in machines if machine in labels), "no machine")


def reason_of(case):
    """What a skipped test printed as its reason: after GoogleTest's file and line, or after 'skipped: '."""
    output = case.findtext("system-out") or ""
    found = re.search(r": Skipped\n(.+)", output) or re.search(r"skipped: (.+)", output)
    return found.group(1).strip() if found else "gave no reason"


def main():
    counts = collections.defaultdict(collections.Counter)
    reasons = collections.Counter()
    for case in ElementTree.parse(sys.argv[1]).iter("testcase"):
        outcome = {"run": "passed", "fail": "failed"}.get(case.get("status"), "skipped")
        counts[machine_of(case)][outcome] += 1
        if outcome == "skipped":
            reasons[machine_of(case), reason_of(case)] += 1

    print(f"\n{'tests on':<12}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for machine in (*machines, "no machine"):
        count = counts[machine]
        print(f"{machine:<12}{count['passed']:>8}{count['failed']:>8}{count['skipped']:>9}")
    for (machine, reason), count in sorted(reasons.items()):
        print(f"skipped on {machine}, {count}: {reason}")


if __name__ == "__main__":
    main()
