"""Runs the conformance suite on the card under one tool of NVIDIA's compute-sanitizer."""

from __future__ import annotations

import re

from checking import contents, node, suites
from checking.running import Run

_SUMMARY = re.compile(r"(?:ERROR|RACECHECK) SUMMARY: (\d+) .*")
_REFUSED = re.compile(r"={9} .*(Device not supported|not supported on this|Unable to find injection).*")
_MOST_LINES = 60


def sanitizer(run: Run, tool: str) -> None:
    """Every finding of `tool` into the report. The long tests are left out: they take hours under it."""
    program = node.find_program("compute-sanitizer")
    if run.report.card is None:
        return run.report.skip(tool, "there is no card")
    if program is None:
        return run.report.skip(tool, "compute-sanitizer is not here: it comes with the CUDA toolkit")
    # A test that asks for too much memory means it: errors of the runtime's functions are no findings.
    command = [program, "--tool", tool] + (["--report-api-errors", "no"] if tool == "memcheck" else [])
    command += [str(contents.PROGRAMS / "conformance_tests")]
    command += ["--gtest_filter=" + suites.pattern("cuda", True, [])]
    ended = run.program(command, tool)
    refused, summary = _REFUSED.search(ended.text), _SUMMARY.search(ended.text)
    if refused:
        return run.report.skip(tool, f"compute-sanitizer cannot work here: {refused.group(0).strip('= ')}")
    if ended.cut or not summary:
        return run.report.fail(tool, ended.last_words())
    if summary.group(1) != "0":
        return run.report.fail(tool, _findings(ended.text, summary.group(0)))
    failed = [name for name, test in suites.read(ended.text).items() if test.outcome == "FAILED"]
    if failed:
        return run.report.fail(tool, "found nothing, but under it these tests failed: " + ", ".join(failed))
    run.report.passed += 1


def _findings(text: str, summary: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("=========")]
    return "\n".join([summary, *lines[:_MOST_LINES]])
