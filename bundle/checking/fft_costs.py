"""Measures what FFTs cost on the card by the lengths of their axes: a file for planapo's developers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from checking import contents
from checking.running import Run

_TITLE = "FFT costs on cuda"


def fft_costs(run: Run) -> None:
    """Leaves fft_costs_sm_XX.json in the report's folder, from which tools/adopt_fft_costs makes a table."""
    if run.report.card is None:
        return run.report.skip(_TITLE, "there is no card")
    raw = run.out / "logs" / "fft_costs.json"
    raw.unlink(missing_ok=True)
    ended = run.program([str(contents.PROGRAMS / "measure_fft_costs"), "cuda", str(raw)], "fft_costs")
    if ended.cut or ended.code != 0 or not raw.exists():
        return run.report.fail(_TITLE, ended.last_words())
    text = raw.read_text(encoding="utf-8")
    named = run.out / f"fft_costs_{_kind(text)}.json"
    named.write_text(text.replace("{", f'{{"driver": {json.dumps(run.report.driver)}, ', 1), encoding="utf-8")
    run.report.fft_costs = _summary(named)
    run.report.passed += 1


def _kind(text: str) -> str:
    found = re.search(r"compute capability (\d+)\.(\d+)", text)
    return f"sm_{found.group(1)}{found.group(2)}" if found else "unknown"


def _summary(file: Path) -> dict:
    """What tells whether the table is worth adopting."""
    measured = json.loads(file.read_text(encoding="utf-8"))
    return {"file": file.name, **{key: measured[key] for key in ("median_miss", "worst_miss", "gain")}}
