"""Which errors are answers to what was asked, and need no traceback."""

from __future__ import annotations

import planapo as pa

STOPPED = 130  # what a shell reports for a program that Ctrl-C ended


class Failed(Exception):
    """Some files of several could not be restored; each has had its own sentence."""


class Stopped(Exception):
    """Ctrl-C, said in a sentence. Not a KeyboardInterrupt, which the parser would swallow."""


EXPECTED = (
    Failed,
    pa.InvalidArgument,
    pa.DeviceUnavailable,
    pa.DeviceError,
    pa.OutOfMemory,
    pa.Cancelled,
    OSError,
)
