"""The Python package and the command line on a small phantom; planapo beside loops over other libraries."""

from __future__ import annotations

import json
import sys

from checking import contents, python_module
from checking.running import Run


def package(run: Run, device: str) -> None:
    """What checking.phantom tries on `device`, into the report."""
    title = f"Python package and command line on {device}"
    obstacle = (
        "there is no card" if device != "cpu" and run.report.card is None else python_module.prepare(run)
    )
    if obstacle:
        return run.report.skip(title, obstacle)
    folder = run.out / "phantom"
    folder.mkdir(exist_ok=True)
    environment = contents.environment([contents.ROOT, *python_module.python_path()])
    command = [sys.executable, "-B", "-m", "checking.phantom", device, str(folder)]
    ended = run.program(command, f"phantom_{device}", environment=environment)
    for line in (line for line in ended.text.splitlines() if line.startswith('{"name"')):
        attempt = json.loads(line)
        if attempt["problem"]:
            run.report.fail(f"on {device}, {attempt['name']}", attempt["problem"])
        else:
            run.report.passed += 1
    if ended.code != 0 or ended.cut:
        run.report.fail(title, ended.last_words())


def comparison(run: Run) -> None:
    """bench/gpu.py, into the report: who takes no part is skipped."""
    title = "planapo beside CuPy and PyTorch"
    obstacle = "there is no card" if run.report.card is None else python_module.prepare(run)
    if obstacle:
        return run.report.skip(title, obstacle)
    figures = run.out / "logs" / "comparison.json"
    command = [sys.executable, "-B", str(contents.ROOT / "bench" / "gpu.py"), "--json", str(figures)]
    command += ["--size", "256", "--iterations", "10"] if run.quick else []
    ended = run.program(command, "comparison", environment=contents.environment(python_module.python_path()))
    if ended.code != 0 or ended.cut:
        return run.report.fail(title, ended.last_words())
    run.report.comparison = json.loads(figures.read_text(encoding="utf-8"))
    for one in run.report.comparison["absent"]:
        run.report.skip(f"{title}: {one['name']}", one["reason"])
    for name, tool in run.report.comparison["tools"].items():
        if tool.get("difference", 0) > 1e-4:
            run.report.fail(f"{title}: {name}", f"its result differs by {tool['difference']:.1e} of the peak")
        else:
            run.report.passed += 1
