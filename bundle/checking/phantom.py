"""Restores a small phantom with the package and with the command line: `-m checking.phantom DEVICE FOLDER`.

Needs NumPy and planapo, and runs in a process of its own. A line of JSON for each thing that was tried.
"""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

BACKGROUND, ITERATIONS = 10.0, 10
OPTIONS = {"method": "matched", "iterations": ITERATIONS, "background": BACKGROUND}
VOXEL_UM = (0.2, 0.1, 0.1)


class Phantom:
    """Beads, blurred and counted in photons, and what is expected of their restoration."""

    def __init__(self, device: str, folder: Path) -> None:
        import numpy as np
        import planapo as pa

        self.np, self.pa, self.device, self.folder = np, pa, device, folder
        self.psf = np.asarray(pa.psf.gaussian((4, 3, 3), shape=(13, 11, 11)), np.float32)
        self.truth = 400 * pa.phantoms.beads((16, 64, 64), radius_um=2.0, count=12, seed=1)
        self.image = pa.phantoms.noise(pa.phantoms.blur(self.truth, self.psf) + BACKGROUND, seed=2)
        self.restored = pa.deconvolve(self.image, self.psf, device=device, **OPTIONS)

    def package_restores(self) -> str:
        before = self.pa.metrics.nrmse(self.image - BACKGROUND, self.truth)
        after = self.pa.metrics.nrmse(self.restored, self.truth)
        return "" if after < 0.8 * before else f"the error to the truth went from {before:.3f} to {after:.3f}"

    def agrees_with_cpu(self) -> str:
        return self._differs(self.pa.deconvolve(self.image, self.psf, device="cpu", **OPTIONS), 1e-4)

    def stays_on_the_device(self) -> str:
        on_device = self.pa.deconvolve(self.pa.to_device(self.image, self.device), self.psf, **OPTIONS)
        return self._differs(on_device.numpy(), 1e-6)

    def exchanges_with_torch(self) -> str:
        import torch

        image = torch.from_numpy(self.image).to(self.device)
        back = torch.from_dlpack(self.pa.deconvolve(image, self.psf, **OPTIONS))
        return self._differs(back.cpu().numpy(), 1e-6)

    def exchanges_with_cupy(self) -> str:
        import cupy

        back = cupy.from_dlpack(self.pa.deconvolve(cupy.asarray(self.image), self.psf, **OPTIONS))
        return self._differs(back.get(), 1e-6)

    def command_line_restores(self) -> str:
        files = {
            name: str(self.folder / f"{name}_{self.device}.tif") for name in ("image", "psf", "restored")
        }
        self.pa.imwrite(files["image"], self.image, voxel_um=VOXEL_UM)
        self.pa.imwrite(files["psf"], self.psf, voxel_um=VOXEL_UM)
        command = [sys.executable, "-B", "-m", "planapo", "deconvolve", files["image"], "--psf", files["psf"]]
        command += ["--psf-as-is", "-o", files["restored"], "--device", self.device]
        command += [word for name, value in OPTIONS.items() for word in (f"--{name}", str(value))]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return done.stdout + done.stderr
        return self._differs(self.np.asarray(self.pa.imread(files["restored"])), 1e-6)

    def _differs(self, other, tolerance: float) -> str:
        """Float32 sums in another order, relative to the peak; the CPU and a GPU agree within 1e-4."""
        largest = float(self.np.abs(other - self.restored).max() / self.np.abs(self.restored).max())
        return (
            "" if largest <= tolerance else f"differs by {largest:.1e} of the peak, more than {tolerance:g}"
        )


def attempts(phantom: Phantom) -> dict[str, Callable[[], str]]:
    """What is tried on this device, by name."""
    wanted = {
        "the Python package restores a phantom": phantom.package_restores,
        "the command line restores a phantom": phantom.command_line_restores,
    }
    if phantom.device != "cpu":
        wanted["its result is the CPU's"] = phantom.agrees_with_cpu
        wanted["an image on the card stays there"] = phantom.stays_on_the_device
        for library, attempt in (
            ("torch", phantom.exchanges_with_torch),
            ("cupy", phantom.exchanges_with_cupy),
        ):
            if find_spec(library):
                wanted[f"arrays go to {library} and back"] = attempt
    return wanted


def main(device: str, folder: Path) -> None:
    for name, attempt in attempts(Phantom(device, folder)).items():
        try:
            problem = attempt()
        except Exception:
            problem = traceback.format_exc()
        print(json.dumps({"name": name, "problem": problem}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
