"""Checks that every metric makes on its input: full sentences, with the numbers in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def real_array(name: str, array: object, *, ranks: tuple[int, ...] | None = None) -> np.ndarray:
    """Return `array` as float64; ValueError if it is empty, not real, not finite or of a wrong rank."""
    values = np.asarray(array)
    if values.dtype.kind not in "buif":
        raise ValueError(f"{name} must hold real numbers, but its type is {values.dtype}.")
    if values.size == 0:
        raise ValueError(f"{name} is empty: its shape is {values.shape}.")
    if ranks is not None and values.ndim not in ranks:
        wanted = " or ".join(str(rank) for rank in ranks)
        raise ValueError(f"{name} must have {wanted} axes, but its shape is {values.shape}.")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        bad = ~np.isfinite(values)
        first = tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), values.shape))
        raise ValueError(
            f"{name} holds {int(bad.sum())} values that are NaN or infinite, the first at index {first}."
        )
    return values.astype(np.float64, copy=False)


def same_shape(name_a: str, a: np.ndarray, name_b: str, b: np.ndarray) -> None:
    """Raise ValueError unless `a` and `b` have one shape."""
    if a.shape != b.shape:
        raise ValueError(f"{name_a} and {name_b} must have the same shape, but have {a.shape} and {b.shape}.")


def per_axis(name: str, value: float | Sequence[float] | None, rank: int) -> tuple[float, ...]:
    """Return one positive number per axis from a scalar, a sequence, or None (which means 1)."""
    numbers = np.atleast_1d(np.asarray(1.0 if value is None else value, dtype=np.float64))
    if numbers.size == 1:
        numbers = np.repeat(numbers, rank)
    if numbers.shape != (rank,) or not np.isfinite(numbers).all() or (numbers <= 0).any():
        raise ValueError(f"{name} must be one positive number or {rank} of them, but is {value!r}.")
    return tuple(float(number) for number in numbers)


def at_least(name: str, value: float, minimum: float) -> float:
    """Return `value` as a float; ValueError if it is not finite or below `minimum`."""
    if not np.isfinite(value) or value < minimum:
        raise ValueError(f"{name} must be finite and at least {minimum:g}, but is {value!r}.")
    return float(value)


def positive(name: str, value: float) -> float:
    """Return `value` as a float; ValueError if it is not finite or not above zero."""
    if not np.isfinite(value) or value <= 0:
        raise ValueError(f"{name} must be finite and above 0, but is {value!r}.")
    return float(value)
