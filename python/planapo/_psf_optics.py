"""What a computed PSF is made for: the optics, and the voxels that it is wanted on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planapo import _core
from planapo._arrays import extents, voxel_triple
from planapo._core import InvalidArgument
from planapo._image import Image
from planapo._options import number
from planapo._provenance import computation

Layers = Mapping[str, "float | None"]

_LAYERS = (
    "immersion_index",
    "specimen_index",
    "depth_um",
    "coverslip_index",
    "coverslip_um",
    "working_distance_um",
    "design_immersion_index",
    "design_coverslip_index",
    "design_coverslip_um",
)


def optics_of(na: float, wavelength_um: float, layers: Layers, model: str = "") -> _core.Optics:
    """Return the optics; what `layers` leaves out, or gives as None, is as in `planapo.psf.gibson_lanni`."""
    optics = _core.Optics()
    optics.na = number("na", na)
    optics.wavelength_um = number("wavelength_um", wavelength_um)
    for name, value in layers.items():
        if name not in _LAYERS:
            raise TypeError(f"'{name}' is no keyword of a PSF: the layers' are {', '.join(_LAYERS)}.")
        if value is None:
            continue
        if model == "born_wolf" and name != "immersion_index":
            raise InvalidArgument(
                f'{name} is given, but "born_wolf" knows one medium only: use "gibson_lanni".'
            )
        setattr(optics, name, number(name, value))
    return optics


@dataclass(frozen=True)
class Frame:
    """The voxels that a PSF is wanted on."""

    axes: str
    voxel_um: tuple[float, float, float]
    core: _core.PsfFrame

    @classmethod
    def of(
        cls,
        voxel_um: float | Sequence[float],
        shape: Sequence[int] | None,
        energy: float,
        centre: str,
        defocus: str = "exact",
    ) -> Frame:
        """As users give it: two numbers for the voxels, or two extents, mean one plane."""
        axes = "YX" if 2 in (np.size(voxel_um), 0 if shape is None else np.size(shape)) else "ZYX"
        voxel = voxel_triple("voxel_um", voxel_um, axes)
        wanted = (0,) * len(axes) if shape is None else extents("shape", shape, len(axes))
        box = (1, *wanted)[-3:]
        return cls(
            axes, voxel, _core.PsfFrame(voxel, box, number("energy", energy), str(centre), str(defocus))
        )

    def computed(
        self,
        model: str,
        parameters: dict[str, Any],
        compute: Callable[[_core.PsfFrame], tuple[np.ndarray, float]],
    ) -> Image:
        """Return the PSF that `compute` makes for this frame, with how it was made."""
        values, focus_um = compute(self.core)
        psf = Image(values[0] if self.axes == "YX" else values, voxel_um=self.voxel_um)
        assert psf._facts is not None
        made = computation(model, parameters, shape=psf.shape, voxel_um=self.voxel_um, focus_um=focus_um)
        psf._facts = replace(psf._facts, provenance=made)
        return psf
