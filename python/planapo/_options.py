"""The options of deconvolution: turned from what people write into what the library takes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, TypedDict

from planapo import _core
from planapo._core import InvalidArgument

Progress = Callable[[float, float], object]

_INT32 = 2**31 - 1
_MOST_THREADS = 4096
_PLANNING = ("estimate", "measure")


class Options(TypedDict, total=False):
    """What `Deconvolver` takes besides PSF, voxels and device; `deconvolve` takes all but `planning`."""

    method: str
    iterations: int | str | None
    stop: str
    photons_per_unit: float | None
    background: float
    boundary: str
    start: str
    alpha: float | str | None
    beta: float | str | None
    order: int
    floor: float | None
    acceleration: str
    momentum: Sequence[float] | None
    regularisation: str
    strength: float
    threads: int | None
    planning: str


def core_options(
    *,
    method: str,
    iterations: int | str | None,
    background: float,
    boundary: str,
    start: str,
    alpha: float | str | None,
    beta: float | str | None,
    order: int,
    floor: float | None,
    acceleration: str = "none",
    momentum: Sequence[float] | None = None,
    regularisation: str = "none",
    strength: float = 2e-3,
    stop: str = "divergence",
    photons_per_unit: float | None = None,
    threads: int | None = None,
    planning: str = "estimate",
) -> _core.DeconvolveOptions:
    """Gather the options; names and ranges are checked where they are used."""
    if planning not in _PLANNING:
        raise InvalidArgument(f'planning is "{planning}": use "estimate" or "measure".')
    options = _core.DeconvolveOptions()
    options.method, options.boundary, options.start = str(method), str(boundary), str(start)
    options.stop = str(stop)
    options.iterations = chosen_iterations(iterations)
    if photons_per_unit is not None:
        options.photons_per_unit = number("photons_per_unit", photons_per_unit)
    options.background = number("background", background)
    options.alpha, options.beta = number_or_auto("alpha", alpha), number_or_auto("beta", beta)
    options.order = whole("order", order)
    options.floor = None if floor is None else number("floor", floor)
    options.acceleration, options.penalty = str(acceleration), str(regularisation)
    options.momentum = [number("momentum", factor) for factor in _listed("momentum", momentum)]
    options.strength = number("strength", strength)
    options.threads = 0 if threads is None else chosen_threads(threads)
    options.measure_plans = planning == "measure"
    return options


def _listed(name: str, values: Any) -> list[Any]:
    try:
        return [] if values is None else list(values)
    except TypeError:
        raise InvalidArgument(f"{name} is {values!r}: it must be a sequence of numbers.") from None


def chosen_iterations(iterations: int | str | None) -> int | None:
    """Return a count, or None where the method decides."""
    if iterations is None or iterations == "auto":
        return None
    if isinstance(iterations, str):
        raise InvalidArgument(
            f'iterations is "{iterations}": it must be a whole number of at least 1, or "auto".'
        )
    return at_least_one("iterations", iterations)


def chosen_threads(threads: Any) -> int:
    """Return how many threads the CPU may use."""
    count = whole("threads", threads)
    if not 1 <= count <= _MOST_THREADS:
        raise InvalidArgument(f"threads is {count}: it must be 1 to {_MOST_THREADS}.")
    return count


def at_least_one(name: str, value: Any) -> int:
    """Return `value` as an int of at least 1."""
    count = whole(name, value)
    if count < 1:
        raise InvalidArgument(f"{name} is {count}: it must be at least 1.")
    return count


def callback(progress: Any) -> Progress | None:
    """Return what is told of progress."""
    if progress is not None and not callable(progress):
        raise InvalidArgument(f"progress is {progress!r}: it must be a function of (done, total).")
    return progress


def whole(name: str, value: Any) -> int:
    """Return `value` as an int that the library can hold."""
    try:
        count = operator.index(value)
    except TypeError:
        raise InvalidArgument(f"{name} is {value!r}: it must be a whole number.") from None
    if isinstance(value, bool) or abs(count) > _INT32:
        raise InvalidArgument(f"{name} is {value!r}: it must be a whole number below 2**31.")
    return count


def number_or_auto(name: str, value: Any) -> float | None:
    """Return `value` as a float, or None where the method decides."""
    return None if value is None or (isinstance(value, str) and value == "auto") else number(name, value)


def number(name: str, value: Any) -> float:
    """Return `value` as a float."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgument(f"{name} is {value!r}: it must be a number.") from None
