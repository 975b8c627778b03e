"""Draws boundaries.png: bright beads at and beyond the border, restored with each boundary."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import planapo as pa

SHAPE, OUTSIDE = (96, 128), 16


def scene():
    """Beads on a larger field; what a camera sees of it, and what was there."""
    random = np.random.default_rng(3)
    field = np.zeros((SHAPE[0] + 2 * OUTSIDE, SHAPE[1] + 2 * OUTSIDE), np.float32)
    for y, x in random.integers(OUTSIDE + 8, np.array(field.shape) - OUTSIDE - 8, (25, 2)):
        field[y, x] = 4e3
    for y, x in ((OUTSIDE - 2, 60), (OUTSIDE + 50, OUTSIDE), (OUTSIDE + 20, field.shape[1] - OUTSIDE + 2)):
        field[y, x] = 4e4  # 2 px outside, on the border, 2 px outside
    psf = pa.psf.gaussian((8, 8))
    recorded = random.poisson(pa.blur(field, psf, boundary="wrap", device="cpu") + 10).astype(np.float32)
    inside = (slice(OUTSIDE, -OUTSIDE),) * 2
    return recorded[inside], field[inside], psf


def main():
    """One panel for each boundary, at one scale, and the background's standard deviation."""
    image, truth, psf = scene()
    dark = pa.blur(truth, pa.psf.gaussian((4, 4)), device="cpu") < 1
    figure, axes = plt.subplots(1, 5, figsize=(15, 2.6), layout="constrained")
    axes[0].imshow(image**0.5, cmap="magma")
    axes[0].set(title="recorded", xticks=[], yticks=[])
    for axis, boundary in zip(axes[1:], ("zero", "wrap", "mirror", "unknown")):
        options = dict(method="matched", iterations=100, background=10, boundary=boundary, device="cpu")
        restored = pa.deconvolve(image, psf, **options)
        wrong = float(np.sqrt(np.mean(restored[dark] ** 2)))
        axis.imshow(restored**0.5, cmap="magma", vmax=40)
        axis.set(title=f'"{boundary}": {wrong:.1f} where it is dark', xticks=[], yticks=[])
        print(f"{boundary:8} RMS where nothing is: {wrong:.2f}")
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=70)


if __name__ == "__main__":
    main()
