"""bundle/check with programs that fail, crash, hang or tell of cards: its reports, and that it goes on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

BUNDLE = Path(__file__).parents[2] / "bundle"
PASSES = """
[ RUN      ] On/A.Works/cpu
noise without an end[       OK ] On/A.Works/cpu (3 ms)
"""
SKIPS = """
[ RUN      ] On/A.Works/cuda
tests/common/machines.hpp:25: Skipped
The device "cuda" cannot be used: no NVIDIA driver is installed.

[  SKIPPED ] On/A.Works/cuda (0 ms)
"""
FAILS = """
[ RUN      ] On/A.Fails/cpu
a.cpp:1: Failure
  1 is not 2
[  FAILED  ] On/A.Fails/cpu, where GetParam() = "cpu" (1 ms)
"""
CRASHES = "[ RUN      ] On/A.Crashes/cpu\n"


class Bundle:
    """A bundle whose programs are what a test makes of them; its path has a space."""

    def __init__(self, folder: Path) -> None:
        self.root, self.tools, self.out = folder / "a bundle", folder / "tools", folder / "out"
        shutil.copytree(
            BUNDLE / "checking", self.root / "checking", ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copy(BUNDLE / "check", self.root)
        self.contains()
        self._script(self.tools / "nvidia-smi", "", "exit 9")  # whatever this machine has

    def contains(self, **facts: object) -> None:
        known = {"planapo": "9.9", "revision": "r", "glibc": "2.2", "cuda_libraries": [], "libraries": []}
        (self.root / "contents.json").write_text(json.dumps(known | facts))

    def program(self, name: str, text: str = "", then: str = "") -> None:
        """A program of the bundle that prints `text` and does `then`."""
        self._script(self.root / "bin" / name, text, then)

    def tool(self, name: str, text: str) -> None:
        """A program of the machine."""
        self._script(self.tools / name, text, "")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        environment = {"PATH": f"{self.tools}:/usr/bin:/bin", "PYTHON": sys.executable}
        command = [str(self.root / "check"), "--out", str(self.out), *arguments]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def check(self, *arguments: str) -> tuple[int, dict]:
        process = self.start(*arguments)
        process.communicate()
        return process.returncode, self.report()

    def report(self) -> dict:
        assert (self.out / "report.md").read_text().startswith("# planapo 9.9")
        return json.loads((self.out / "report.json").read_text())

    def _script(self, path: Path, text: str, then: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/bash\ncat <<'TEXT'\n{text}\nTEXT\n{then}\n")
        path.chmod(0o755)


@pytest.fixture
def bundle(tmp_path) -> Bundle:
    return Bundle(tmp_path)


def test_what_passes_and_what_is_skipped(bundle):
    bundle.program("algorithm_tests", PASSES)
    bundle.program("conformance_tests", SKIPS)
    code, report = bundle.check("--part", "algorithm on cpu", "--part", "conformance on cuda")
    assert (code, report["passed"], report["failed"]) == (0, 1, 0)
    reason = 'The device "cuda" cannot be used: no NVIDIA driver is installed.'
    assert report["skipped"] == [{"name": "conformance on cuda: 1 tests", "reason": reason, "count": 1}]
    assert report["card"] is None and report["versions"]["planapo"] == "9.9"


def test_what_fails_is_told_with_its_text(bundle):
    bundle.program("algorithm_tests", PASSES + FAILS, "exit 1")
    code, report = bundle.check("--part", "algorithm on cpu")
    assert (code, report["passed"], report["failed"]) == (1, 1, 1)
    assert report["failures"][0]["name"] == "algorithm on cpu: On/A.Fails/cpu"
    assert (
        "1 is not 2" in report["failures"][0]["text"]
        and "1 is not 2" in (bundle.out / "report.md").read_text()
    )


def test_after_a_crash_the_other_tests_run(bundle):
    bundle.program("algorithm_tests", "", f"""
case "$1" in
*-*Crashes*) echo '{PASSES}' ;;
*) echo '{CRASHES}'; kill -SEGV $$ ;;
esac""")  # fmt: skip
    code, report = bundle.check("--part", "algorithm on cpu")
    assert (code, report["passed"], report["failed"]) == (1, 1, 1)
    assert "SIGSEGV" in report["failures"][0]["text"]


def test_what_hangs_is_cut_off_with_its_children(bundle):
    mark = f"3{os.getpid()}.5"
    bundle.program("conformance_tests", CRASHES, f"sleep {mark} & sleep {mark}")
    bundle.program("algorithm_tests", PASSES)
    began = time.monotonic()
    code, report = bundle.check("--limit", "1", "--part", "on cpu")
    assert code == 1 and time.monotonic() - began < 30
    assert "cut off at its limit of 1 s" in report["failures"][0]["text"]
    assert report["passed"] == 1  # the next part ran
    assert subprocess.run(["pgrep", "-f", f"sleep {mark}"], check=False).returncode == 1


def test_programs_that_are_not_there_and_ones_that_say_nothing(bundle):
    bundle.program("algorithm_tests")
    code, report = bundle.check("--part", "conformance on cpu", "--part", "algorithm on cpu")
    assert code == 1 and report["failed"] == 2
    assert "No such file" in report["failures"][0]["text"]


def test_a_stopped_check_leaves_its_report(bundle):
    bundle.program("conformance_tests", PASSES)
    bundle.program("algorithm_tests", CRASHES, "sleep 60")
    process = bundle.start("--part", "conformance on cpu", "--part", "algorithm on cpu", "--part", "memcheck")
    while not (bundle.out / "logs" / "algorithm_cpu.log").exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate()
    report = bundle.report()
    assert process.returncode == 130 and report["stopped"] and report["passed"] == 1
    assert [skip["name"] for skip in report["skipped"]] == ["algorithm on cpu", "memcheck"]


def test_a_card_that_is_not_used_is_a_failure(bundle):
    bundle.contains(libraries=["libplanapo_cuda.so"])
    bundle.tool("nvidia-smi", "Some Card, 1.2.3, 100 MiB")
    bundle.program("conformance_tests", SKIPS)
    code, report = bundle.check("--part", "conformance on cuda")
    assert code == 1 and (report["card"], report["driver"]) == ("Some Card", "1.2.3")
    assert "There is a card" in report["failures"][0]["text"]


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("========= ERROR SUMMARY: 0 errors", "passed"),
        ("========= Invalid __global__ read\n========= ERROR SUMMARY: 1 error", "failed"),
        ("========= RACECHECK SUMMARY: 2 hazards displayed (2 errors, 0 warnings)", "failed"),
        ("========= Error: Device not supported. Please refer to the documentation", "skipped"),
        ("no summary", "failed"),
    ],
)
def test_the_sanitizer(bundle, words, outcome):
    bundle.tool("nvidia-smi", "Some Card, 1.2.3, 100 MiB")
    bundle.tool("compute-sanitizer", words)
    code, report = bundle.check("--part", "memcheck")
    counts = {"passed": report["passed"], "failed": report["failed"], "skipped": len(report["skipped"])}
    assert counts == {"passed": 0, "failed": 0, "skipped": 0} | {outcome: 1}
    assert code == (outcome == "failed")


def test_figures_of_benchmarks_that_were_cut_off(bundle):
    entry = {
        "name": "update/cpu/resident/2x2x2/iterations:25/manual_time", "bytes": 96, "minimum_ms": 0.5,
        "median_ms": 0.6, "GB_per_s": 1, "possible_GB_per_s": 2, "achieved_of_possible": 0.5,
    }  # fmt: skip
    text = json.dumps({"context": {}, "benchmarks": [entry]}, indent=1)[: -len("\n ]\n}")] + ",\n"
    out = "${2#--benchmark_out=}"
    bundle.program("benchmarks", "", f"cat > \"{out}\" <<'TEXT'\n{text}\nTEXT\nsleep 60")
    code, report = bundle.check("--part", "benchmarks on cpu", "--limit", "2")
    assert code == 1 and "cut off" in report["failures"][0]["text"]
    (kernel,) = report["kernels"]
    assert {key: kernel[key] for key in ("name", "bytes", "ms", "fraction")} == {
        "name": "update/cpu/2x2x2", "bytes": 96, "ms": 0.5, "fraction": 0.5,
    }  # fmt: skip


def test_a_benchmark_that_this_machine_cannot_do(bundle):
    bundle.tool("nvidia-smi", "Some Card, 1.2.3, 100 MiB")
    name = "iteration_matched_callbacks/cuda:0/resident/2x2x2/iterations:2/manual_time"
    entry = {"name": name, "error_occurred": True, "error_message": "There is no libnvJitLink."}
    text = json.dumps({"context": {}, "benchmarks": [entry]})
    bundle.program("benchmarks", "", f"cat > \"${{2#--benchmark_out=}}\" <<'TEXT'\n{text}\nTEXT")
    code, report = bundle.check("--part", "benchmarks on cuda")
    assert code == 0 and report["kernels"] == [] and report["passed"] == 0
    (skipped,) = report["skipped"]
    assert skipped["name"] == "iteration_matched_callbacks/cuda:0/2x2x2"
    assert skipped["reason"] == "There is no libnvJitLink."


COSTS = {
    "device": "cuda:0", "description": "Some Card, compute capability 12.0", "date": "2026-01-02",
    "median_miss": 0.021, "worst_miss": 0.06, "gain": 1.03, "costs": [], "trials": [],
}  # fmt: skip


def test_fft_costs_are_left_beside_the_report(bundle):
    bundle.tool("nvidia-smi", "Some Card, 1.2.3, 100 MiB")
    bundle.program("measure_fft_costs", "", f"cat > \"$2\" <<'TEXT'\n{json.dumps(COSTS)}\nTEXT")
    code, report = bundle.check("--part", "FFT costs on cuda")
    assert (code, report["passed"]) == (0, 1)
    assert report["fft_costs"]["file"] == "fft_costs_sm_120.json" and report["fft_costs"]["gain"] == 1.03
    assert json.loads((bundle.out / "fft_costs_sm_120.json").read_text()) == {"driver": "1.2.3", **COSTS}
    assert "2.1 % in the median and 6.0 % at worst" in (bundle.out / "report.md").read_text()


def test_fft_costs_without_a_card_with_quick_and_without_a_result(bundle):
    bundle.program("measure_fft_costs", "no memory", "exit 1")
    code, report = bundle.check("--part", "FFT costs on cuda")
    assert code == 0 and report["skipped"][0]["reason"] == "there is no card"
    bundle.tool("nvidia-smi", "Some Card, 1.2.3, 100 MiB")
    code, report = bundle.check("--part", "FFT costs on cuda", "--quick")
    assert code == 0 and report["skipped"][0]["reason"] == "--quick leaves it out"
    code, report = bundle.check("--part", "FFT costs on cuda")
    assert code == 1 and "no memory" in report["failures"][0]["text"] and report["fft_costs"] == {}


def test_a_machine_that_is_too_old(bundle):
    bundle.contains(glibc="99.1")
    code, report = bundle.check()
    assert code == 1 and "needs glibc 99.1" in report["failures"][0]["text"]
