"""An array that knows what its file said: voxel size, axes, channels, time step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import same_voxels, voxel_triple
from planapo._core import InvalidArgument
from planapo._options import number
from planapo._provenance import Provenance, SourceFile, as_facts, as_text
from planapo._words import counted


@dataclass(frozen=True)
class Facts:
    """What is known about an image besides its voxels."""

    axes: str
    voxel_um: tuple[float, float, float] | None = None
    time_step_s: float | None = None
    channel_names: tuple[str, ...] = ()
    source: _core.ImageInfo = field(default_factory=_core.ImageInfo, compare=False)
    file: SourceFile | None = None  # where the voxels, or what they were sliced from, can be read again
    provenance: Provenance = ""


# What travels to another process; the file's own description stays behind.
_PICKLED = ("axes", "voxel_um", "time_step_s", "channel_names", "file", "provenance")


class Image(np.ndarray):
    """A NumPy array with what an image file says about it. Made by `imread`.

    It behaves as an array in every respect. Slicing keeps what stays true: ``image[:, ::2, ::2]`` has voxels
    twice as large, ``image[1]`` of a (c, z, y, x) image has one channel's name less, `astype` keeps
    everything. Arithmetic, in place too, and assignment to elements keep all but `provenance`, which would
    describe other voxels; what two Images disagree on is forgotten. What planapo cannot follow (reshaping,
    transposing, fancy indexing, projections) gives an Image that knows nothing, never one that knows
    something false.

    Attributes
    ----------
    voxel_um : tuple of float or None
        Edges of a voxel in micrometres, z, y, x, whichever axes the array has. May be assigned.
    axes : str or None
        One letter an axis: some of ``"TCZYX"``.
    channel_names : tuple of str
        Empty where the file names none.
    time_step_s : float or None
        Seconds between time points.
    ome_xml : str
        The OME-XML as read; empty where there is none.
    provenance : str
        How planapo made these voxels, or those that they were sliced from, as JSON; empty where it did not.
        `imwrite` keeps it in the file. Asking for it may hash the files that went in.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> image = pa.Image(np.zeros((10, 64, 64), np.uint16), voxel_um=(0.3, 0.1, 0.1))
    >>> image[::2].voxel_um
    (0.6, 0.1, 0.1)
    >>> (image[4] - 100).axes
    'YX'
    """

    _known: tuple[tuple[int, ...], Facts] | None

    def __new__(
        cls,
        array: Any,
        *,
        voxel_um: float | Sequence[float] | None = None,
        axes: str | None = None,
        channel_names: Sequence[str] = (),
        time_step_s: float | None = None,
    ) -> Image:
        image = np.asarray(array).view(cls)
        letters = checked_axes(image.ndim, axes)
        voxel = None if voxel_um is None else voxel_triple("voxel_um", voxel_um, letters)
        step = None if time_step_s is None else checked_step(time_step_s)
        channels = image.shape[letters.index("C")] if "C" in letters else 1
        image._facts = Facts(letters, voxel, step, checked_names(channel_names, channels))
        return image

    def __array_finalize__(self, source: Any) -> None:
        # Called for every new view, transposed ones too, before its shape is final: nothing can be known yet.
        self._known = None

    @property
    def _facts(self) -> Facts | None:
        """What is known; nothing once another shape has been assigned."""
        return self._known[1] if self._known is not None and self._known[0] == self.shape else None

    @_facts.setter
    def _facts(self, facts: Facts | None) -> None:
        self._known = None if facts is None else (self.shape, facts)

    @property
    def axes(self) -> str | None:
        return self._facts.axes if self._facts else None

    @property
    def voxel_um(self) -> tuple[float, float, float] | None:
        return self._facts.voxel_um if self._facts else None

    @voxel_um.setter
    def voxel_um(self, value: float | Sequence[float]) -> None:
        facts = self._facts or Facts(checked_axes(self.ndim, None))
        self._facts = replace(facts, voxel_um=voxel_triple("voxel_um", value, facts.axes))

    @property
    def channel_names(self) -> tuple[str, ...]:
        return self._facts.channel_names if self._facts else ()

    @property
    def time_step_s(self) -> float | None:
        return self._facts.time_step_s if self._facts else None

    @property
    def ome_xml(self) -> str:
        return self._facts.source.ome_xml if self._facts else ""

    @property
    def provenance(self) -> str:
        return as_text(self._facts.provenance) if self._facts else ""

    def __getitem__(self, index: Any) -> Any:
        part = super().__getitem__(index)
        if isinstance(part, Image) and self._facts is not None:
            part._facts = sliced(self._facts, index, self.ndim)
        return part

    def __setitem__(self, index: Any, values: Any) -> None:
        super().__setitem__(index, values)
        if self._facts is not None:
            self._facts = other_voxels(self._facts)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        if return_scalar:
            return array[()]
        result = array if isinstance(array, Image) else np.asarray(array).view(Image)
        if context is None or context[0].signature is not None:
            result._facts = None
            return result
        inputs = [each for each in context[1][: context[0].nin] if isinstance(each, Image)]
        result._facts = combined(inputs or [self], result.shape)
        return result

    def astype(self, dtype: Any, *args: Any, **options: Any) -> Any:
        """As `numpy.ndarray.astype`; keeps what is known."""
        return with_facts(super().astype(dtype, *args, **options), self)

    def copy(self, order: Any = "C") -> Image:
        """As `numpy.ndarray.copy`; keeps what is known."""
        return with_facts(super().copy(order), self)

    def __copy__(self) -> Image:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Image:
        return self.copy()

    def __repr__(self) -> str:
        if self._facts is None:
            return super().__repr__()
        return f"{super().__repr__()[:-1]}, axes={self.axes!r}, voxel_um={self.voxel_um})"

    def __reduce__(self) -> Any:
        rebuild, arguments, state = super().__reduce__()  # type: ignore[misc,str-unpack]
        facts = self._facts
        known = None if facts is None else {name: getattr(facts, name) for name in _PICKLED}
        return rebuild, arguments, (state, known)

    def __setstate__(self, state: Any) -> None:
        values, known = state
        super().__setstate__(values)
        self._facts = None if known is None else Facts(**known)


def with_facts(result: Any, source: Image) -> Any:
    """Give `result`, of the same shape as `source`, what is known about `source`."""
    if isinstance(result, Image) and result.shape == source.shape:
        result._facts = source._facts
    return result


def origin_of(array: Any) -> dict[str, Any]:
    """Return where an array's voxels come from, as far as is known: the file, or how they were made."""
    facts = array._facts if isinstance(array, Image) else None
    told: dict[str, Any] = {"shape": [int(n) for n in array.shape]} if hasattr(array, "shape") else {}
    if facts is not None and facts.voxel_um is not None:
        told["voxel_um"] = facts.voxel_um
    if facts is not None and isinstance(facts.provenance, dict):
        told.update(facts.provenance.get("psf", {"made": facts.provenance}))
    return told if facts is None or facts.file is None else {"file": facts.file, **told}


def is_prepared(array: Any) -> bool:
    """Whether `array` is a PSF as planapo prepared or computed it, whole, perhaps read from a file."""
    facts = array._facts if isinstance(array, Image) else None
    told = {} if facts is None else as_facts(facts.provenance)
    psf = {} if "input" in told else told.get("psf", {})
    shape = {"prepared": psf.get("shape_after"), "computed": psf.get("shape")}.get(psf.get("taken", ""))
    return shape is not None and tuple(shape)[-array.ndim :] == array.shape


def other_voxels(facts: Facts) -> Facts:
    """Return what is still true of an image whose voxels have other values now."""
    return replace(facts, file=None, provenance="")


def combined(images: Sequence[Image], shape: tuple[int, ...]) -> Facts | None:
    """Return what is true of an array of `shape` that was computed from `images` element by element."""
    whole = [image._facts for image in images if image.shape == shape and image._facts is not None]
    if not whole:
        return None
    facts = other_voxels(whole[0])
    for other in (image._facts for image in images if image._facts is not None):
        if not facts.axes.endswith(other.axes):
            return None
        facts = _agreed(facts, other)
    return facts


def _agreed(facts: Facts, other: Facts) -> Facts:
    """Return `facts` without what `other`, of the same or of the last axes, contradicts."""
    edges = ["ZYX".index(axis) for axis in other.axes if axis in "ZYX"]
    if facts.voxel_um is not None and other.voxel_um is not None:
        if not same_voxels([facts.voxel_um[i] for i in edges], [other.voxel_um[i] for i in edges]):
            # The file's own description states the voxel size too.
            facts = replace(facts, voxel_um=None, source=_core.ImageInfo())
    if other.channel_names and "C" in other.axes and facts.channel_names != other.channel_names:
        facts = replace(facts, channel_names=())
    if other.time_step_s is not None and "T" in other.axes and facts.time_step_s != other.time_step_s:
        facts = replace(facts, time_step_s=None)
    return facts


def checked_axes(rank: int, axes: str | None) -> str:
    """Return the letters of an array's axes; where none are given two are YX and three ZYX."""
    if axes is None:
        if rank not in (2, 3):
            raise InvalidArgument(
                f'An array of {rank} axes needs their names: give axes=, for instance "CZYX" or "TZYX".'
            )
        return "ZYX"[-rank:]
    letters = str(axes).upper()
    if len(letters) != rank or len(set(letters)) != rank or not set("YX") <= set(letters) <= set("TCZYX"):
        raise InvalidArgument(
            f'axes is "{axes}" for an array of {rank} axes: give one letter an axis out of TCZYX, '
            "with Y and X among them."
        )
    return letters


def checked_names(names: Sequence[str], channels: int) -> tuple[str, ...]:
    """Return the channels' names, one each, or none."""
    try:
        texts = tuple(str(name) for name in names)
    except TypeError:
        raise InvalidArgument(f"channel_names is {names!r}: it must be a sequence of names.") from None
    if len(texts) not in (0, channels):
        raise InvalidArgument(
            f"channel_names holds {counted(len(texts), 'name')} for {counted(channels, 'channel')}."
        )
    return texts


def checked_step(time_step_s: float) -> float:
    """Return the seconds between time points."""
    step = number("time_step_s", time_step_s)
    if not 0 < step < math.inf:
        raise InvalidArgument(f"time_step_s is {time_step_s!r}: it must be finite and above 0.")
    return step


def sliced(facts: Facts, index: Any, rank: int) -> Facts | None:
    """Return what is still true after ``array[index]``; None where that is unknown."""
    entries = _one_entry_an_axis(index, rank)
    if entries is None:
        return None
    kept = "".join(axis for axis, entry in zip(facts.axes, entries) if isinstance(entry, slice))
    if not set("YX") <= set(kept):
        return None
    entry_of = dict(zip(facts.axes, entries))
    steps = {
        axis: abs(entry.step or 1) if isinstance(entry, slice) else 1 for axis, entry in entry_of.items()
    }
    names = facts.channel_names
    if names and "C" in entry_of:
        entry = entry_of["C"]
        names = names[entry] if isinstance(entry, slice) else (names[entry],)
    voxel = facts.voxel_um
    if voxel is not None:
        voxel = (voxel[0] * steps.get("Z", 1), voxel[1] * steps["Y"], voxel[2] * steps["X"])
    step = None if facts.time_step_s is None else facts.time_step_s * steps.get("T", 1)
    return replace(facts, axes=kept, voxel_um=voxel, time_step_s=step, channel_names=names)


def _one_entry_an_axis(index: Any, rank: int) -> list[Any] | None:
    """One integer or slice an axis; None for new axes, masks and lists of indices."""
    entries = list(index) if isinstance(index, tuple) else [index]
    if sum(entry is Ellipsis for entry in entries) > 1:
        return None
    if any(entry is Ellipsis for entry in entries):
        place = next(i for i, entry in enumerate(entries) if entry is Ellipsis)
        entries[place : place + 1] = [slice(None)] * (rank - len(entries) + 1)
    entries += [slice(None)] * (rank - len(entries))
    simple = all(isinstance(e, (slice, int, np.integer)) and not isinstance(e, bool) for e in entries)
    return entries if simple and len(entries) == rank else None
