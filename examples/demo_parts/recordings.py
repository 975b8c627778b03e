"""What the demo restores: a real recording of a cell, or, without a network, a phantom of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import planapo as pa

Box = tuple[slice, slice, slice]

STEP_UM, TILT_DEG, PIXEL_UM = 0.3, 31.5, 0.1  # of the stage, of the stage to the light sheet, of the camera
CELL_VOXEL_UM = (STEP_UM * float(np.sin(np.radians(TILT_DEG))), PIXEL_UM, PIXEL_UM)


@dataclass(frozen=True)
class Recording:
    """A recorded volume, the bead that tells the blur, and what is known about the camera.

    Attributes
    ----------
    title : str
    image : (Z, Y, X) Image
        What is restored; knows its voxel size.
    bead : (Z, Y, X) Image
        A recorded bead; knows its voxel size.
    camera_offset : float
        What the camera gives without light.
    read_noise : float
        Of the camera, standard deviation in photo-electrons.
    valid : (Z, Y, X) ndarray of bool
        Where `image` holds data.
    raw : (z, y, x) ndarray
        As the camera recorded it, noise of neighbours independent.
    to_image : callable
        Makes of `raw`, or of a half of its photons, what `image` is.
    inside : tuple of slice
        A box of `image` that lies within `valid`.
    view, zoom : tuple of slice
        What the picture shows from above; and what it shows larger, of which the rows are seen from the side.
    truth : (Z, Y, X) ndarray, optional
        What there is to see, where that is known.
    remarks : tuple of str
        What was done to the data before.
    """

    title: str
    image: pa.Image
    bead: pa.Image
    camera_offset: float
    read_noise: float
    valid: np.ndarray
    raw: np.ndarray
    to_image: Callable[[np.ndarray], np.ndarray]
    inside: Box
    view: Box
    zoom: Box
    truth: np.ndarray | None = None
    remarks: tuple[str, ...] = ()

    @property
    def rows(self) -> Box:
        """The part of the view that is seen from the side: the rows of the closer look."""
        return (self.view[0], self.zoom[1], self.view[2])


def cell(folder: Path) -> Recording:
    """Return the cell that `published.CELL` brings, recorded in a lattice light-sheet microscope."""
    offset = 98.0  # what the microscope's own program filled up with where nothing was recorded
    # The first plane is dark, as if the light came on during its exposure: it would ring into the others.
    image = pa.Image(pa.imread(folder / "test_data" / "im_deskewed.tif")[1:], voxel_um=CELL_VOXEL_UM)
    raw = np.asarray(pa.imread(folder / "test_data" / "im_raw.tif")[1:])
    return Recording(
        title="A cell in a lattice light-sheet microscope",
        image=image,
        bead=pa.Image(pa.imread(folder / "test_data" / "psf.tif"), voxel_um=0.1),
        camera_offset=offset,
        read_noise=1.6,  # photo-electrons, usual for the scientific CMOS cameras of these microscopes
        valid=pa.metrics.data_mask(image),
        raw=raw,
        to_image=lambda planes: deskewed(planes, width=image.shape[2], fill=offset),
        inside=np.s_[24:74, 64:320, 192:320],
        view=np.s_[:, :, 36:376],
        zoom=np.s_[40:62, 165:265, 205:305],
        remarks=("its dark first plane was left out",),
    )


def deskewed(planes: np.ndarray, *, width: int, fill: float) -> np.ndarray:
    """Shift each plane of a stack that was recorded along a tilted stage to where it belongs.

    From plane to plane it moves along x by its step times cos(tilt); between pixels, linear interpolation.
    """
    result = np.full((*planes.shape[:2], width), fill, np.float32)
    shift_px = STEP_UM * np.cos(np.radians(TILT_DEG)) / PIXEL_UM
    margin_px = (width - planes.shape[2] - shift_px * len(planes)) / 2  # the sheared stack lies in the middle
    for index, (plane, into) in enumerate(zip(planes, result)):
        position = np.arange(width) - margin_px - shift_px * (index + 0.5)
        recorded = (position >= 0) & (position < planes.shape[2] - 1)
        left = position[recorded].astype(int)
        share = (position[recorded] - left).astype(np.float32)
        into[:, recorded] = plane[:, left] * (1 - share) + plane[:, left + 1] * share
    return result


def phantom(shape: tuple[int, int, int] = (64, 224, 224)) -> Recording:
    """Return a cell of known shape: vesicles, filaments and an envelope, blurred and recorded with noise."""
    voxel_um, offset = (0.2, 0.1, 0.1), 100.0
    extent = np.multiply(shape, voxel_um)
    draw = {"shape": shape, "voxel_um": voxel_um}
    envelope = pa.phantoms.shells(
        radius_um=0.35 * extent[0], thickness_um=0.15, intensity=2, centres_um=[extent / 2], **draw
    )
    vesicles = pa.phantoms.beads(radius_um=0.12, count=90, distance_um=1.6, intensity=12, seed=1, **draw)
    threads = pa.phantoms.filaments(radius_um=0.08, count=25, intensity=6, seed=2, **draw)
    truth = envelope + vesicles + threads
    psf = pa.psf.gaussian((0.8, 0.3, 0.3), voxel_um=voxel_um)
    camera = {"read_noise": 1.6, "gain": 2.2, "offset": offset}
    raw = pa.phantoms.noise(pa.phantoms.blur(truth, psf), photons=200, background=2, **camera)
    everything = tuple(slice(0, n) for n in shape)
    middle = slice(shape[1] // 2 - 45, shape[1] // 2 + 45)
    return Recording(
        title="A phantom of a cell, blurred and recorded with noise by a computer",
        image=pa.Image(raw, voxel_um=voxel_um),
        bead=pa.Image(pa.phantoms.noise(psf, photons=50000, seed=3, **camera), voxel_um=voxel_um),
        camera_offset=offset,
        read_noise=camera["read_noise"],
        valid=np.ones(shape, bool),
        raw=raw,
        to_image=lambda planes: planes,
        inside=everything,
        view=everything,
        zoom=(slice(24, 40), middle, middle),
        truth=truth,
    )
