"""What files are called, for people to read."""

from __future__ import annotations

import os


def shown(text: str | os.PathLike[str]) -> str:
    """Return a file's name, or a sentence with names in it, so that it can be printed.

    Bytes that are not UTF-8 are escaped.
    """
    return os.fspath(text).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
