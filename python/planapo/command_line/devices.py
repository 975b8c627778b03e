"""`planapo devices`: what work can run on."""

from __future__ import annotations

import planapo as pa
from planapo.command_line.screen import emit, indented, table, width


def show() -> None:
    """Print every device, available or not, with the reason."""
    devices = pa.devices()
    first, *rows = table([_row(device) for device in devices])
    lines = [f"planapo {pa.__version__}", "", first]
    for device, row in zip(devices, rows):
        line = f"{row.rstrip()}  {device.description}"
        fits = len(line) <= (width() or len(line))
        lines += [line] if fits else [row, *indented(device.description)]
        lines += indented(device.remark)
    emit(lines)


def _row(device: pa.DeviceInfo) -> dict[str, str]:
    return {
        "device": device.name,
        "available": "yes" if device.available else "no",
        "memory": f"{device.memory_bytes / 2**30:.0f} GiB" if device.memory_bytes else "",
    }
