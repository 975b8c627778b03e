"""`planapo devices`: what work can run on."""

from __future__ import annotations

import textwrap

import planapo as pa
from planapo.command_line.screen import emit, table, width


def show() -> None:
    """Print every device, available or not, with the reason."""
    devices = pa.devices()
    first, *rows = table([_row(device) for device in devices])
    lines = [f"planapo {pa.__version__}", "", first]
    for device, row in zip(devices, rows):
        lines.append(f"{row.rstrip()}  {device.description}")
        if device.remark:
            lines += _wrapped(device.remark)
    emit(lines)


def _wrapped(sentence: str) -> list[str]:
    """Between words only: names of files stay whole."""
    columns = width()
    if columns is None:
        return [f"  {sentence}"]
    indent = "  "
    return textwrap.wrap(
        sentence, columns, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def _row(device: pa.DeviceInfo) -> dict[str, str]:
    return {
        "device": device.name,
        "available": "yes" if device.available else "no",
        "memory": f"{device.memory_bytes / 2**30:.0f} GiB" if device.memory_bytes else "",
    }
