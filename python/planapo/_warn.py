"""Warnings that point at the caller's line, not into planapo."""

from __future__ import annotations

import sys
import warnings


class PlanapoWarning(UserWarning):
    """Something about the data that the result depends on, in one sentence with the numbers in it."""


def warn(sentence: str) -> None:
    """Warn with `sentence` at the innermost line outside this package."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "planapo":
        level, frame = level + 1, frame.f_back
    warnings.warn(sentence, PlanapoWarning, stacklevel=level)
