"""Times the Born-Wolf PSF beside the same integral as people write it in NumPy, with the error of each.

Errors are those of some voxels, in parts of the brightest, against SciPy's adaptive quadrature.
`psf_models.py [VOXELS AN AXIS]`
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import planapo as pa
from scipy.special import j0

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "reference"))
import psf_models as reference  # noqa: E402

OIL = dict(na=1.4, wavelength_um=0.52)
INDEX = 1.515
VOXEL_UM = (0.2, 0.065, 0.065)


def by_numpy(size: int, samples: int) -> np.ndarray:
    """A sum over 1000 rings of the pupil for radii of tenths of a pixel; looked up at points of pixels."""
    dz, dx = VOXEL_UM[0], VOXEL_UM[2]
    k = 2 * np.pi / OIL["wavelength_um"]
    rho = (np.arange(1000) + 0.5) / 1000
    radii = np.arange(0, size * dx, dx / 10)
    bessel = j0(k * OIL["na"] * np.outer(radii, rho)) * rho
    stage = (np.arange(size) - size // 2) * dz
    waves = np.exp(1j * k * np.outer(np.sqrt(INDEX**2 - (OIL["na"] * rho) ** 2), stage))
    profiles = abs(bessel @ waves) ** 2
    points = (np.arange(samples) + 0.5) / samples - 0.5
    edges = ((np.arange(size) - size // 2)[:, None] + points).ravel() * dx
    distance = np.hypot(edges[:, None], edges)
    psf = np.empty((size, size, size))
    for z in range(size):
        fine = np.interp(distance, radii, profiles[:, z])
        psf[z] = fine.reshape(size, samples, size, samples).mean(axis=(1, 3))
    return (psf / psf.sum()).astype(np.float32)


def error_of(psf: np.ndarray) -> float:
    rng = np.random.default_rng(0)
    origin = np.array(psf.shape) // 2
    index = origin + np.rint(rng.normal(0, 6, (40, 3))).astype(int)
    index[0] = origin
    places = (index - origin) * VOXEL_UM
    intensity = reference.scalar(reference.Optics(**OIL, immersion_index=INDEX))
    expected = reference.voxels(intensity, places, VOXEL_UM[2])
    found = psf[tuple(index.T)].astype(float)
    return abs(found / found[0] - expected / expected[0]).max()


def main(size: int) -> None:
    tools: dict[str, Callable[[], np.ndarray]] = {
        "planapo": lambda: np.asarray(
            pa.psf.born_wolf(**OIL, index=INDEX, voxel_um=VOXEL_UM, shape=(size, size, size))
        ),
        "NumPy, at the pixels' centres": lambda: by_numpy(size, 1),
        "NumPy, 5 x 5 points a pixel": lambda: by_numpy(size, 5),
    }
    print(f"Born-Wolf, {size} x {size} x {size} voxels")
    print(f"{'':32}{'s':>8}{'CPU s':>8}{'error':>10}")
    for name, compute in tools.items():
        runs = []
        for _ in range(3):
            wall, cpu = time.perf_counter(), time.process_time()
            psf = compute()
            runs.append((time.perf_counter() - wall, time.process_time() - cpu))
        wall, cpu = min(runs)
        print(f"{name:32}{wall:8.2f}{cpu:8.2f}{error_of(psf):10.1e}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 181)
