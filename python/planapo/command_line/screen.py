"""What is shown while working and at the end."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import textwrap
import time
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from planapo._words import shortened, shown

_PATIENCE_S = 2.0  # what is done sooner needs no bar
_LEAST_NAME = 16  # characters that are left of a name, however narrow the terminal is


def width() -> int | None:
    """Columns of the terminal; None where the text goes elsewhere and lines may be as long as they are."""
    known = "COLUMNS" in os.environ or (sys.stdout is not None and sys.stdout.isatty())
    return shutil.get_terminal_size().columns if known else None


def emit(lines: list[str]) -> None:
    """Print results, here and now: a full disk is an error while there is somebody to say so."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "it is closed")
    text = "".join(shown(line.rstrip()) + "\n" for line in lines)
    encoding = sys.stdout.encoding  # may know fewer characters than names have
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def indented(sentence: str) -> list[str]:
    """Lines of a sentence; on a terminal broken between words only, so that names stay whole."""
    options: dict[str, Any] = {"initial_indent": "  ", "subsequent_indent": "  ", "break_long_words": False}
    return textwrap.wrap(shown(sentence), width() or 10**6, break_on_hyphens=False, **options)


def say(sentence: str) -> None:
    """One line for a person, on stderr, above any bar."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(f"planapo: {shown(sentence)}"))


def table(rows: list[dict[str, str]]) -> list[str]:
    """Aligned lines below their titles, without boxes.

    Numbers stand on the right. On a terminal the first column, of names, is shortened in the middle to fit.
    """
    titles = list(rows[0])
    cells = [titles, *([shown(cell) for cell in row.values()] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(titles))]
    columns = width()
    if columns is not None:
        others = sum(widths[1:]) + 2 * (len(widths) - 1)
        widths[0] = min(widths[0], max(columns - others, _LEAST_NAME))
    numeric = [all(row[column][:1].isdigit() for row in cells[1:]) for column in range(len(titles))]
    return ["  ".join(_placed(row, widths, numeric)) for row in cells]


def _placed(row: list[str], widths: list[int], numeric: list[bool]) -> list[str]:
    cells = [shortened(cell, size) for cell, size in zip(row, widths)]
    return [
        cell.rjust(size) if number else cell.ljust(size) for cell, size, number in zip(cells, widths, numeric)
    ]


class Bar:
    """Progress over several volumes with the time left, on a terminal, once it takes two seconds."""

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

    def within_file(self, done: float) -> None:
        """So many of the present file's volumes are done."""
        patient = time.monotonic() - self._began <= _PATIENCE_S
        if not self._shown and not patient and self._progress.console.is_terminal:
            self._progress.start()
            self._shown = True
        self._progress.update(self._task, completed=self._done + done)

    def of_file(self, volumes: int) -> None:
        """The only file turns out to hold so many volumes."""
        task = self._progress.tasks[0]
        self._progress.update(self._task, total=max(task.total or 1, self._done + volumes))

    def skip_to(self, volumes: int) -> None:
        """So many volumes are done, or given up."""
        self._done = volumes
        self._progress.update(self._task, completed=self._done)
