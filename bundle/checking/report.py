"""What was tried, as report.json for programs and report.md for people."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from checking.tables import facts, section, table


@dataclass
class Report:
    """Counts and texts; every part adds to it."""

    card: str | None = None
    driver: str | None = None
    versions: dict[str, str] = field(default_factory=dict)
    passed: int = 0
    failures: list[dict] = field(default_factory=list)
    skipped: list[dict] = field(default_factory=list)
    kernels: list[dict] = field(default_factory=list)
    comparison: dict = field(default_factory=dict)
    fft_costs: dict = field(default_factory=dict)
    parts: list[dict] = field(default_factory=list)
    stopped: bool = False

    def fail(self, name: str, text: str) -> None:
        self.failures.append({"name": name, "text": text.strip()})

    def skip(self, name: str, reason: str, count: int = 1) -> None:
        self.skipped.append({"name": name, "reason": reason, "count": count})

    def counts(self) -> tuple[int, int, int]:
        return self.passed, len(self.failures), sum(one["count"] for one in self.skipped)

    def as_dict(self) -> dict:
        return {
            "card": self.card,
            "driver": self.driver,
            "versions": self.versions,
            "passed": self.passed,
            "failed": len(self.failures),
            "skipped": self.skipped,
            "kernels": self.kernels,
            "failures": self.failures,
            "comparison": self.comparison,
            "fft_costs": self.fft_costs,
            "parts": self.parts,
            "stopped": self.stopped,
        }

    def write(self, folder: Path) -> None:
        """Both files, each whole or not at all."""
        for name, text in (
            ("report.json", json.dumps(self.as_dict(), indent=1) + "\n"),
            ("report.md", self.as_text()),
        ):
            (folder / (name + ".new")).write_text(text, encoding="utf-8")
            (folder / (name + ".new")).replace(folder / name)

    def verdict(self) -> str:
        passed, failed, skipped = self.counts()
        end = " It was stopped before its end." if self.stopped else ""
        return f"{passed} passed, {failed} failed, {skipped} skipped.{end}"

    def as_text(self) -> str:
        return "\n".join(
            [
                f"# planapo {self.versions.get('planapo', '')} on {self.card or 'no card'}\n",
                self.verdict() + "\n",
                *self._failures(),
                *section("Skipped", table(self.skipped, {"name": "what", "reason": "why"})),
                *section("Kernels and iterations", self._kernels()),
                *section("Beside other libraries", self._comparison()),
                *section("FFT sizes", self._fft_costs()),
                *section("Parts", table(self.parts, {"name": "part", "outcome": "outcome", "seconds": "s"})),
                *section("Machine", facts({"card": self.card, "driver": self.driver, **self.versions})),
            ]
        )

    def _failures(self) -> list[str]:
        blocks = [f"### {one['name']}\n\n```\n{one['text']}\n```\n" for one in self.failures]
        return ["## Failed\n", *blocks] if blocks else []

    def _kernels(self) -> list[str]:
        rows = [
            {
                "name": kernel["name"],
                "MB": f"{1e-6 * kernel['bytes']:.1f}",
                "ms": f"{kernel['ms']:.3f}",
                "fraction": f"{kernel['fraction']:.2f}",
            }
            for kernel in self.kernels
        ]
        columns = {"name": "name", "MB": "MB at least", "ms": "ms", "fraction": "of a copy's bandwidth"}
        return table(rows, columns)

    def _fft_costs(self) -> list[str]:
        costs = self.fft_costs
        if not costs:
            return []
        return [
            f"{costs['file']}: mixed grids are predicted to {100 * costs['median_miss']:.1f} % in the median "
            f"and {100 * costs['worst_miss']:.1f} % at worst; the grids that this chooses are "
            f"{costs['gain']:.3f} times as fast as the smallest ones.\n"
        ]

    def _comparison(self) -> list[str]:
        if not self.comparison:
            return []
        rows = [
            {
                "name": name,
                "ms": f"{tool['iteration_minimum_ms']:.2f}",
                "ratio": f"{tool['ratio']:.2f}" if "ratio" in tool else "-",
                "difference": f"{tool['difference']:.0e}" if "difference" in tool else "-",
            }
            for name, tool in self.comparison["tools"].items()
        ]
        side = self.comparison["size"]
        columns = {"name": "tool", "ms": "ms", "ratio": "x planapo's", "difference": "differs by"}
        return [f"One matched iteration on a periodic grid of {side}x{side}x{side}:\n", *table(rows, columns)]
