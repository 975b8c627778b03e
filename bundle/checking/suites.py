"""Runs a suite of GoogleTests on one machine; a test that crashes or hangs does not stop those behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checking import contents
from checking.running import Run

SILENCE_S = 120  # the longest that one test may take
_LONGEST_TEXT = 4000
_BEGIN = re.compile(r"^.*?\[ RUN      \] (\S+)\n", re.M)
_END = re.compile(r"\[ +(OK|FAILED|SKIPPED) +\] \S+(?:, where .*)? \(\d+ ms\)$", re.M)


@dataclass(frozen=True)
class Test:
    """What became of a test: OK, FAILED, SKIPPED, or nothing if the program ended inside it."""

    outcome: str
    text: str


def read(words: str) -> dict[str, Test]:
    """The tests in what a program of GoogleTests printed."""
    _, *pieces = _BEGIN.split(words)
    tests = {}
    for name, body in zip(pieces[::2], pieces[1::2]):
        end = _END.search(body)
        text = body[: end.start()] if end else body
        tests[name] = Test(end.group(1) if end else "", text.strip()[-_LONGEST_TEXT:])
    return tests


def suite(run: Run, name: str, machine: str) -> None:
    """Every test of a suite on `machine`, into the report."""
    tests: dict[str, Test] = {}
    while True:
        log = f"{name}_{machine}" + (f"_{len(tests)}" if tests else "")
        command = [program_of(name), f"--gtest_filter={pattern(machine, run.quick, list(tests))}"]
        command += [f"--gtest_output=json:{run.out / 'logs' / log}.json", "--gtest_color=no"]
        ended = run.program(command, log, silence=SILENCE_S)
        fresh = read(ended.text)
        inside = next((test for test, became in fresh.items() if not became.outcome), None)
        if inside:
            fresh[inside] = Test("FAILED", f"{fresh[inside].text}\n{ended.words()}")
        tests.update(fresh)
        blamed = [test for test, became in fresh.items() if became.outcome == "FAILED"]
        if not tests or ended.cut and not inside or ended.code != 0 and not blamed:
            run.report.fail(f"{name} on {machine}", ended.last_words())
        if not inside or run.left() == 0:
            break
    _note(run, name, machine, tests)


def program_of(name: str) -> str:
    return str(contents.PROGRAMS / f"{name}_tests")


def pattern(machine: str, quick: bool, without: list[str]) -> str:
    """GoogleTest's filter: a machine's tests, without some."""
    without = (["*Soak*"] if quick else []) + without
    return f"*/{machine}*" + ("-" + ":".join(without) if without else "")


def _note(run: Run, name: str, machine: str, tests: dict[str, Test]) -> None:
    title = f"{name} on {machine}"
    reasons: dict[str, int] = {}
    failed = {test: became.text for test, became in tests.items() if became.outcome == "FAILED"}
    for test in tests.values():
        if test.outcome == "OK":
            run.report.passed += 1
        elif test.outcome == "SKIPPED":
            found = re.search(r": Skipped\n(.+)", test.text)
            reason = found.group(1).strip() if found else "it gave no reason"
            reasons[reason] = reasons.get(reason, 0) + 1
    for test, text in failed.items():
        alone = _alone(run, program_of(name), test) if len(failed) > 1 else ""
        run.report.fail(f"{title}: {test}", text + alone)
    for reason, count in reasons.items():
        if reason.startswith('The device "cuda"') and run.report.card and contents.has_plugin():
            run.report.fail(f"{title}: {count} tests", f"There is a card, but it was not used. {reason}")
        else:
            run.report.skip(f"{title}: {count} tests", reason, count)


def _alone(run: Run, program: str, name: str) -> str:
    """Whether a test that failed among others fails alone: a card may be unusable after the first error."""
    if run.left() == 0:
        return ""
    log = "alone_" + re.sub(r"\W+", "_", name)
    ended = run.program([program, f"--gtest_filter={name}"], log, silence=SILENCE_S)
    return "\nAlone, it passes." if ended.code == 0 and not ended.cut else "\nAlone, it fails too."
