"""What every part works with: the report, the folder, the time that is left."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from checking import contents, programs
from checking.report import Report


@dataclass
class Run:
    """One run of ./check."""

    out: Path
    quick: bool = False
    report: Report = field(default_factory=Report)
    environment: dict[str, str] = field(default_factory=contents.environment)
    deadline: float = 0.0  # of the part that runs now
    python: str | None = None  # why the Python package cannot be used; None until that was tried

    def left(self) -> float:
        """Seconds that the part may still take."""
        return max(0.0, self.deadline - time.monotonic())

    def program(
        self,
        command: list[str],
        log: str,
        *,
        environment: dict[str, str] | None = None,
        silence: float | None = None,
    ) -> programs.Ended:
        """Run a program in the time that is left; its words go to logs/<log>.log."""
        path = self.out / "logs" / f"{log}.log"
        return programs.run(command, path, self.left(), environment or self.environment, silence)
