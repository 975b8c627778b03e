"""`planapo devices`: the table of devices."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

import planapo as pa
from planapo.command_line.screen import stdout


def show() -> None:
    """Print every device, available or not, with the reason."""
    table = Table(
        title=f"planapo {pa.__version__}",
        title_justify="left",
        title_style="bold",
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("device", style="bold", no_wrap=True)
    table.add_column("available")
    table.add_column("memory", justify="right", no_wrap=True)
    table.add_column("what it is", overflow="fold")
    table.add_column("remark", overflow="fold")
    for device in pa.devices():
        memory = f"{device.memory_bytes / 2**30:.0f} GiB" if device.memory_bytes else ""
        available = Text("yes", "green") if device.available else Text("no", "yellow")
        table.add_row(device.name, available, memory, Text(device.description), Text(device.remark))
    stdout().print(table)
