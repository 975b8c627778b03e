"""The PSF of a run, and the plans built for it: one a voxel size, kept from file to file."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

import planapo as pa
from planapo import _core
from planapo._provenance import SourceFile, preparation
from planapo.command_line.options import Voxel, Wishes


class Plans:
    """Builds and keeps Deconvolvers."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._measured, self._file_voxel_um = _read_psf(Path(wishes.psf))
        self._file = SourceFile.of(wishes.psf)
        self._built: dict[tuple[Voxel | None, int | str | None], pa.Deconvolver] = {}
        self._prepared: dict[Voxel | None, tuple[np.ndarray, dict[str, Any]]] = {}
        # The device and the options are wrong now or never: said before any image is read. A bead that has
        # yet to be prepared need be no PSF.
        psf = self._measured if wishes.psf_as_is else np.ones((1, 1, 1), np.float32)
        self._deconvolver(psf, wishes.options.get("iterations"))

    def plan_for(self, voxel_um: Voxel | None, iterations: int | str | None) -> pa.Deconvolver:
        """The plan for images of this voxel size and count of iterations."""
        key = (voxel_um, iterations)
        if key not in self._built:
            psf, _ = self.psf_for(voxel_um)
            # Of plans for other voxels only the PSFs are kept: their buffers are memory that this one needs.
            self._built = {other: plan for other, plan in self._built.items() if other[0] == voxel_um}
            self._built[key] = self._deconvolver(psf, iterations)
        return self._built[key]

    def forget(self, voxel_um: Voxel | None, iterations: int | str | None) -> None:
        """Give back the memory of a plan that will not be used again."""
        self._built.pop((voxel_um, iterations), None)

    def psf_for(self, voxel_um: Voxel | None) -> tuple[np.ndarray, dict[str, Any]]:
        """The PSF for images of this voxel size, and what was done to it."""
        if voxel_um not in self._prepared:
            self._prepared[voxel_um] = self._prepare(voxel_um)
        return self._prepared[voxel_um]

    def _prepare(self, voxel_um: Voxel | None) -> tuple[np.ndarray, dict[str, Any]]:
        known = self._wishes.psf_voxel_um or self._file_voxel_um
        if self._wishes.psf_as_is:
            told = {"file": self._file, "voxel_um": known, "taken": "as it is", "warnings": []}
            return self._measured, told
        if self._wishes.psf_voxel_um is not None and voxel_um is None:
            raise pa.InvalidArgument(
                "--psf-voxel is given, but the image does not state its own voxel size: give --voxel too."
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pa.PlanapoWarning)  # said from the report, once a file
            psf, report = pa.psf.prepare(self._measured, psf_voxel_um=known, voxel_um=voxel_um)
        facts: dict[str, Any] = preparation(report, {"file": self._file}, known)["psf"]
        facts["warnings"] = [*report.warnings, *self._assumptions(known, voxel_um)]
        return np.asarray(psf), facts

    def _assumptions(self, psf_voxel_um: Voxel | None, voxel_um: Voxel | None) -> list[str]:
        if psf_voxel_um is None and voxel_um is not None:
            return [
                f"{self._wishes.psf} does not state its voxel size: it is taken to be the image's "
                "(--psf-voxel says otherwise)."
            ]
        if psf_voxel_um is not None and voxel_um is None:
            return [
                "The image does not state its voxel size: it is taken to be the PSF's "
                "(--voxel says otherwise)."
            ]
        return []

    def _deconvolver(self, psf: np.ndarray, iterations: int | str | None) -> pa.Deconvolver:
        options = {**self._wishes.options, "iterations": iterations}
        return pa.Deconvolver(psf, device=self._wishes.device, **options)  # type: ignore[arg-type]


def _read_psf(path: Path) -> tuple[np.ndarray, Voxel | None]:
    file = _core.ImageFile(path)
    if file.info.images != 1:
        raise pa.InvalidArgument(f"{path} holds {file.info.images} series: a PSF is one volume.")
    times, channels = file.info.size[:2]
    if times * channels != 1:
        raise pa.InvalidArgument(
            f"{path} holds {times * channels} volumes ({times} time points, {channels} channels): "
            "a PSF is one volume."
        )
    return file.read_volume(0, 0), file.info.voxel_um
