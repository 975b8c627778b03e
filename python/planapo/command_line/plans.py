"""The PSF of a run, and the plans built for it: one a voxel size, kept from file to file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import planapo as pa
from planapo import _core
from planapo._arrays import as_planes, finite_array, same_voxels
from planapo._image import is_prepared, origin_of
from planapo._words import voxels_in_words
from planapo.command_line.options import Voxel, Wishes
from planapo.command_line.screen import say


class Plans:
    """Builds and keeps Deconvolvers. What is to be said about the PSF is said once a run."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._measured = _read_psf(wishes.psf)
        if wishes.psf_voxel_um is not None:
            self._measured.voxel_um = wishes.psf_voxel_um
        self._built: dict[Voxel | None, pa.Deconvolver] = {}
        self._psfs: dict[Voxel | None, pa.Image] = {}
        self.reports: dict[Voxel | None, pa.PsfReport] = {}
        self.said: set[str] = set()
        # The device and the options are wrong now or never: said before any image is read.
        self._deconvolver(np.ones((1, 1, 1), np.float32))
        if wishes.psf_as_is:
            with self._named():
                self._deconvolver(self._measured)

    @property
    def psf_shape(self) -> tuple[int, ...]:
        """Of the PSF as it was measured."""
        return self._measured.shape

    def plan_for(self, voxel_um: Voxel | None) -> pa.Deconvolver:
        """The plan for images of this voxel size."""
        if voxel_um not in self._built:
            psf = self.psf_for(voxel_um)
            # Of plans for other voxels only the PSFs are kept: their buffers are memory that this one needs.
            self._built = {voxel_um: self._deconvolver(psf)}
        return self._built[voxel_um]

    def origin_for(self, voxel_um: Voxel | None) -> dict[str, Any]:
        """Where the PSF for images of this voxel size comes from, and what was done to it."""
        taken = {"taken": "as it is"} if self._wishes.psf_as_is else {}
        return {**origin_of(self.psf_for(voxel_um)), **taken}

    def psf_for(self, voxel_um: Voxel | None) -> pa.Image:
        """The PSF for images of this voxel size."""
        if self._wishes.psf_voxel_um is not None and voxel_um is None:
            raise pa.InvalidArgument(
                "--psf-voxel is given, but the image does not state its own voxel size: give --voxel too."
            )
        if voxel_um not in self._psfs:
            with self._named():
                as_it_is = self._wishes.psf_as_is or self._is_ready(voxel_um)
                make = self._as_it_is if as_it_is else self._prepared
                self._psfs[voxel_um] = make(voxel_um)
        return self._psfs[voxel_um]

    def _is_ready(self, voxel_um: Voxel | None) -> bool:
        """Whether it was prepared, or computed, for voxels of this size."""
        known = self._measured.voxel_um
        fits = known is None or voxel_um is None or same_voxels(known, voxel_um)
        return is_prepared(self._measured) and fits

    def _as_it_is(self, voxel_um: Voxel | None) -> pa.Image:
        psf = self._measured
        if not is_prepared(psf):
            self._say(_core.psf_warnings(as_planes(np.asarray(psf, np.float32))))
        if psf.voxel_um and voxel_um and not same_voxels(psf.voxel_um[-psf.ndim :], voxel_um[-psf.ndim :]):
            both = f"{voxels_in_words(psf.voxel_um)}, the image's {voxels_in_words(voxel_um)}"
            self._say([f"Its voxels are {both}: without --psf-as-is it would be resampled."])
        return psf

    def _prepared(self, voxel_um: Voxel | None) -> pa.Image:
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always", pa.PlanapoWarning)
            psf, self.reports[voxel_um] = pa.psf.prepare(self._measured, voxel_um=voxel_um)
        self._say([str(warning.message) for warning in given])
        return psf

    def _say(self, sentences: list[str]) -> None:
        for sentence in sentences:
            if sentence not in self.said:
                say(f"{self._wishes.psf}: {sentence}")
        self.said.update(sentences)

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except pa.InvalidArgument as error:
            raise pa.InvalidArgument(f"{self._wishes.psf}: {error}") from error

    def _deconvolver(self, psf: np.ndarray) -> pa.Deconvolver:
        return pa.Deconvolver(psf, device=self._wishes.device, **self._wishes.options)


def _read_psf(path: str) -> pa.Image:
    if not path:
        raise pa.InvalidArgument(
            "The name given as --psf is empty: name a TIFF of the point-spread function."
        )
    info = _core.ImageFile(path).info
    if info.images != 1:
        raise pa.InvalidArgument(f"{path} holds {info.images} series: a PSF is one volume.")
    times, channels = info.size[:2]
    if times * channels != 1:
        raise pa.InvalidArgument(
            f"{path} holds {times * channels} volumes ({times} time points, {channels} channels): "
            "a PSF is one volume."
        )
    psf = pa.imread(path)
    finite_array(path, psf)  # wrong for every image: said once, before the first
    return psf
