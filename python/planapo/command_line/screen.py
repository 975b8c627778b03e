"""What is shown while working and at the end."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from planapo._words import shown

_PATIENCE_S = 2.0  # what is done sooner needs no bar
_WIDTH_OF_A_PIPE = 160


def stdout() -> Console:
    """Console for results: as wide as the terminal, wider where the text goes into a pipe."""
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if known else _WIDTH_OF_A_PIPE, highlight=False)


def say(sentence: str) -> None:
    """One line for a person, on stderr, above any bar."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(f"planapo: {shown(sentence)}"))


class Bar:
    """Progress over several volumes with the time left, shown once the work takes longer than two seconds."""

    def __init__(self, volumes: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(),
            TimeRemainingColumn(), TextColumn("left"), console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=volumes)
        self._began = time.monotonic()
        self._done = 0
        self._shown = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._progress.stop()

    def describe(self, text: str) -> None:
        """Say what is worked on."""
        self._progress.update(self._task, description=shown(text))

    def within_volume(self, done: float, total: float) -> None:
        """Progress inside the present volume."""
        if not self._shown and time.monotonic() - self._began > _PATIENCE_S:
            self._progress.start()
            self._shown = True
        self._progress.update(self._task, completed=self._done + done / max(total, 1))

    def of_file(self, volumes: int) -> None:
        """The only file turns out to hold so many volumes."""
        task = self._progress.tasks[0]
        self._progress.update(self._task, total=max(task.total or 1, self._done + volumes))

    def volume_done(self) -> None:
        """One volume more is done."""
        self.skip_to(self._done + 1)

    def skip_to(self, volumes: int) -> None:
        """So many volumes are done, or given up."""
        self._done = volumes
        self._progress.update(self._task, completed=self._done)


def results_table(rows: list[dict[str, str]]) -> Table:
    """The table at the end: one line a file, the same columns in each. What files are called is no markup."""
    table = Table(show_edge=False, pad_edge=False)
    for column in rows[0]:
        numeric = column in ("volumes", "iterations", "seconds", "clipped")
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row.values()))
    return table
