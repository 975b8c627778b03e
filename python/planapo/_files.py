"""Image files in and out."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import real_array, voxel_triple
from planapo._core import InvalidArgument
from planapo._image import Facts, Image, checked_axes, checked_names, checked_step
from planapo._options import callback, whole
from planapo._provenance import SourceFile, as_text
from planapo._reports import WriteReport
from planapo._warn import warn
from planapo._words import counted, percent

_ORDER = "TCZYX"
_WRITABLE = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64")


def imread(
    path: str | bytes | os.PathLike[Any],
    *,
    series: int = 0,
    progress: Callable[[float, float], object] | None = None,
) -> Image:
    """Read an image: TIFF, BigTIFF, OME-TIFF or ImageJ's hyperstacks.

    Parameters
    ----------
    path : path-like
    series : int, default 0
        Which image of an OME-TIFF that holds several, counted from 0.
    progress : callable, optional
        Called with (done, total); answer False to stop.

    Returns
    -------
    Image
        In the file's dtype. Axes are those of t, c, z, y, x that are longer than one, and always y and x.
        `Image.voxel_um` and the rest say what the file states.

    Raises
    ------
    InvalidArgument
        If the file is missing, not a TIFF, truncated, or of a kind that is not read; the sentence says which.
    OutOfMemory, Cancelled

    Examples
    --------
    >>> import numpy as np, planapo as pa, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pa.imwrite(folder + "/cell.tif", np.ones((4, 8, 8), np.uint16), voxel_um=(0.3, 0.1, 0.1))
    ...     image = pa.imread(folder + "/cell.tif")
    >>> image.shape, image.dtype.name, image.axes, image.voxel_um
    ((4, 8, 8), 'uint16', 'ZYX', (0.3, 0.1, 0.1))
    """
    path = file_name(path)
    file = _core.ImageFile(path, whole("series", series))
    info = file.info
    axes = "".join(axis for axis, n in zip(_ORDER, info.size) if n > 1 or axis in "YX")
    image = (
        file.read(callback(progress))
        .reshape([n for axis, n in zip(_ORDER, info.size) if axis in axes])
        .view(Image)
    )
    names = tuple(info.channel_names)
    # An empty object is what `imwrite` leaves where a provenance was.
    provenance = "" if info.provenance == "{}" else info.provenance
    image._facts = Facts(axes, info.voxel_um, info.time_step_s, names, info, SourceFile.of(path), provenance)
    return image


def imwrite(
    path: str | bytes | os.PathLike[Any],
    image: Any,
    *,
    voxel_um: float | Sequence[float] | None = None,
    dtype: Any = None,
    axes: str | None = None,
    channel_names: Sequence[str] | None = None,
    time_step_s: float | None = None,
    compression: str = "none",
    progress: Callable[[float, float], object] | None = None,
) -> WriteReport:
    """Write an image as TIFF; as OME-TIFF where the name ends in ``.ome.tif``.

    The file appears under its name only when it is whole. An `Image` keeps what its file said: voxel size,
    channel names, time step, OME fields, and how planapo made it (`Image.provenance`).

    Parameters
    ----------
    path : path-like
        Ends in ``.tif`` or ``.tiff``.
    image : array_like of real
    voxel_um : float or sequence of float, optional
        Edges of a voxel, z, y, x, in micrometres. Default: what an `Image` knows.
    dtype : dtype, optional
        Integers are rounded to the nearest and saturated. Default: the image's own.
    axes : str, optional
        One letter an axis out of ``"TCZYX"``, in any order; needed for plain arrays of more than three axes.
    channel_names : sequence of str, optional
        One a channel.
    time_step_s : float, optional
        Seconds between time points.
    compression : {"none", "deflate", "zstd"}
    progress : callable, optional
        Called with (done, total); answer False to stop.

    Returns
    -------
    WriteReport
        What was written. Voxels outside the range of `dtype` were clipped; a warning says so unless there are
        none.

    Raises
    ------
    InvalidArgument
        If the image is empty or not real, its dtype cannot be written, or the file cannot be.
    Cancelled

    Examples
    --------
    >>> import numpy as np, planapo as pa, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pa.imwrite(folder + "/cell.tif", np.full((8, 8), 254.6), dtype="uint8").clipped_share
    0.0
    """
    path = file_name(path)
    values = real_array("image", image)
    facts = image._facts if isinstance(image, Image) and image._facts is not None and axes is None else None
    letters = facts.axes if facts else checked_axes(values.ndim, axes)
    target = None if dtype is None else _writable_name(dtype)
    info, data = _described(values, letters, facts, target)
    if voxel_um is not None:
        info.voxel_um = voxel_triple("voxel_um", voxel_um, letters)
    if channel_names is not None:
        info.channel_names = list(checked_names(channel_names, info.size[1]))
    if time_step_s is not None:
        info.time_step_s = checked_step(time_step_s)
    options = _core.WriteOptions(dtype=target, compression=str(compression))
    report = _core.write_image(path, info, data, options, callback(progress))
    if report.clipped_voxels:
        lay = f"{counted(report.clipped_voxels, 'voxel')} ({percent(report.clipped_share)})"
        warn(f"{lay} outside the range of {target}: clipped to it.")
    return WriteReport.of(report)


def file_name(path: str | bytes | os.PathLike[Any]) -> str:
    """Return the name of a file, as `os.fsdecode` has it."""
    try:
        name = os.fsdecode(path)
    except TypeError:
        raise InvalidArgument(f"The path is {path!r}: it must be a str, bytes or a path.") from None
    if "\0" in name:
        raise InvalidArgument(f"The path {name!r} holds a NUL character, which no file's name can.")
    return name


def _described(
    values: np.ndarray, axes: str, facts: Facts | None, target: str | None
) -> tuple[_core.ImageInfo, np.ndarray]:
    """The array as t, c, z, y, x in a dtype that files have, and its description."""
    ordered = values.transpose([axes.index(axis) for axis in _ORDER if axis in axes])
    extents = [values.shape[axes.index(axis)] if axis in axes else 1 for axis in _ORDER]
    name = values.dtype.name
    if name not in _WRITABLE:
        if target is None and name != "float16":
            raise InvalidArgument(f"A TIFF cannot hold {name}: give dtype=, one of {', '.join(_WRITABLE)}.")
        name = "float32" if name == "float16" else "float64"
    info = _core.ImageInfo() if facts is None else _core.ImageInfo(facts.source)
    info.dtype = name
    if facts is not None:
        _bring_up_to_date(info, facts, extents)
    info.size = extents
    return info, np.ascontiguousarray(ordered.reshape(extents), dtype=name)


def _bring_up_to_date(info: _core.ImageInfo, facts: Facts, extents: list[int]) -> None:
    if info.size != tuple(extents):
        info.plane_labels = []
    if facts.voxel_um is not None:
        info.voxel_um = facts.voxel_um
    info.time_step_s = facts.time_step_s
    info.channel_names = list(facts.channel_names)
    # An empty text would leave in place what the OME-XML says.
    info.provenance = as_text(facts.provenance) or ("{}" if facts.source.provenance else "")


def _writable_name(dtype: Any) -> str:
    try:
        name = np.dtype(dtype).name
    except TypeError:
        name = str(dtype)
    if name not in _WRITABLE:
        raise InvalidArgument(f"A TIFF cannot hold {name}: dtype must be one of {', '.join(_WRITABLE)}.")
    return name
