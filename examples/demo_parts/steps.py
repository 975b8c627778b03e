"""Says on the screen what the demo is at, and how far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def step(console: Console, what: str) -> Iterator[Callable[[float, float], None]]:
    """Show `what` and the time it takes; gives a callable that takes (done, total), as planapo calls it."""
    columns = SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), BarColumn(20)
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task(what, total=None)
        try:
            yield lambda done, total: progress.update(task, completed=done, total=total)
        except BaseException:
            progress.update(task, visible=False)
            raise
        progress.update(task, total=1, completed=1)
