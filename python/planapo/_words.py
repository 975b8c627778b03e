"""Words for people: names of files, shares, sizes of voxels."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence


def shown(text: str | os.PathLike[str]) -> str:
    """Return a file's name, or a sentence with names in it, so that it can be printed.

    Bytes that are not UTF-8 are escaped.
    """
    return os.fspath(text).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def shortened(text: str, most: int) -> str:
    """Return `text` of at most so many characters; what is too long loses its middle."""
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


def percent(share: float) -> str:
    """Return a share as src/message.hpp writes it: "0.037 %", "4.2 %", "100 %"."""
    value = 100 * share
    return f"{value:.2g} %" if value < 9.95 else f"{value:.0f} %"


def voxels_in_words(voxel_um: Sequence[float]) -> str:
    """Return "0.2 x 0.1 x 0.1 um"."""
    return " x ".join(f"{edge:.4g}" for edge in voxel_um) + " um"


def counted(n: int, noun: str) -> str:
    """Return "1 voxel", "3 voxels"."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def said_once(sentences: Iterable[str]) -> list[str]:
    """Return every sentence once; those that differ in their numbers only count as one."""
    alike: dict[str, list[str]] = {}
    for sentence in sentences:
        alike.setdefault(re.sub(r"[-+]?\d[\d.,e+-]*", "#", sentence), []).append(sentence)
    return [
        group[0]
        if len(set(group)) == 1
        else f"{group[0]} (Something like it in {counted(len(group) - 1, 'more volume')}.)"
        for group in alike.values()
    ]
