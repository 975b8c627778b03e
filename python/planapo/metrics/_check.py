"""Checks that metrics and phantoms make on their input: full sentences, with the numbers in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planapo._core import InvalidArgument


def same_shape(name_a: str, a: np.ndarray, name_b: str, b: np.ndarray) -> None:
    """Raise InvalidArgument unless `a` and `b` have one shape."""
    if a.shape != b.shape:
        raise InvalidArgument(
            f"{name_a} and {name_b} must have the same shape, but have {a.shape} and {b.shape}."
        )


def per_axis(name: str, value: float | Sequence[float] | None, rank: int) -> tuple[float, ...]:
    """Return one positive number per axis from a scalar, a sequence, or None (which means 1)."""
    numbers = np.atleast_1d(np.asarray(1.0 if value is None else value, dtype=np.float64))
    if numbers.size == 1:
        numbers = np.repeat(numbers, rank)
    if numbers.shape != (rank,) or not np.isfinite(numbers).all() or (numbers <= 0).any():
        raise InvalidArgument(f"{name} must be one positive number or {rank} of them, but is {value!r}.")
    return tuple(float(number) for number in numbers)


def at_least(name: str, value: float, minimum: float) -> float:
    """Return `value` as a float; InvalidArgument if it is not finite or below `minimum`."""
    if not np.isfinite(value) or value < minimum:
        raise InvalidArgument(f"{name} must be finite and at least {minimum:g}, but is {value!r}.")
    return float(value)


def positive(name: str, value: float) -> float:
    """Return `value` as a float; InvalidArgument if it is not finite or not above zero."""
    if not np.isfinite(value) or value <= 0:
        raise InvalidArgument(f"{name} must be finite and above 0, but is {value!r}.")
    return float(value)
