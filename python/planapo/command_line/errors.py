"""Which errors are answers to what was asked, and need no traceback."""

from __future__ import annotations

import planapo as pa


class Failed(Exception):
    """Some files of several could not be restored; each has had its own sentence."""


EXPECTED = (
    Failed,
    pa.InvalidArgument,
    pa.DeviceUnavailable,
    pa.DeviceError,
    pa.OutOfMemory,
    pa.Cancelled,
    OSError,
)
