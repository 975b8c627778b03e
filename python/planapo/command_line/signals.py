"""Signals that end the program, put off where half a step would leave a lie."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_held() -> Iterator[None]:
    """Ctrl-C, and what else ends the program as it does, comes after the block."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals go elsewhere
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in _ENDING}
    held = [number for number, handler in before.items() if callable(handler)]
    try:
        for number in held:
            signal.signal(number, lambda number, _: came.append(number))
        yield
    finally:
        for number in held:
            signal.signal(number, before[number])
        if came:
            signal.raise_signal(came[0])
