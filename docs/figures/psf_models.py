"""Draws docs/figures/psf_models.png: sections of every computed PSF. Needs matplotlib."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
import planapo as pa
from matplotlib.axes import Axes

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402

VOXEL_UM = 0.04
SHAPE = (171, 101, 101)
OIL = dict(na=1.4, wavelength_um=0.52, voxel_um=VOXEL_UM, shape=SHAPE)
MODELS = {
    "Born–Wolf\noil, NA 1.4": pa.psf.born_wolf(**OIL),
    "Vectorial\nthe same": pa.psf.vectorial(**OIL),
    "Gibson–Lanni\n5 µm deep in water": pa.psf.gibson_lanni(**OIL, specimen_index=1.33, depth_um=5),
    "Vectorial\n5 µm deep in water": pa.psf.vectorial(**OIL, specimen_index=1.33, depth_um=5),
    "Confocal\npinhole 1 Airy": pa.psf.confocal(**OIL, excitation_um=0.488, model="vectorial"),
    "Light sheet\n1 µm thick": pa.psf.light_sheet(**OIL, sheet_fwhm_um=1, model="vectorial"),
}
STYLE = {"figure.facecolor": "#07090c", "text.color": "#e8ebf0", "font.family": "DejaVu Sans", "font.size": 9}


def section(axes: Axes, plane: np.ndarray, brightest: float) -> None:
    """A section; the square root of the light, so that the rings show."""
    axes.imshow(np.sqrt(plane / brightest), cmap="magma", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()


def main() -> None:
    plt.rcParams.update(STYLE)
    figure, rows = plt.subplots(
        2, len(MODELS), figsize=(10.2, 5.3), height_ratios=[SHAPE[0], SHAPE[1]], layout="constrained"
    )
    for column, (name, psf) in zip(rows.T, MODELS.items()):
        voxels = np.asarray(psf)
        z, y, _ = (n // 2 for n in voxels.shape)
        section(column[0], voxels[:, y, :], voxels.max())
        section(column[1], voxels[z], voxels.max())
        axial, _, lateral = pa.psf.fwhm(psf)
        column[0].set_title(name, fontsize=9)
        column[1].set_title(f"FWHM {axial:.2f} µm, {lateral:.2f} µm", fontsize=8, y=-0.16)
    bar = rows[1, 0]
    bar.plot([6, 6 + 1 / VOXEL_UM], [94, 94], color="white", lw=2)
    bar.text(6, 90, "1 µm", color="white", fontsize=8)
    rows[0, 0].text(4, 10, "xz", color="white", fontsize=9)
    bar.text(4, 10, "xy", color="white", fontsize=9)
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=110, pil_kwargs={"optimize": True})


if __name__ == "__main__":
    main()
