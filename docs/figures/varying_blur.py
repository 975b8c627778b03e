"""Draws varying_blur.png: beads under a PSF that grows with depth, restored with one PSF and with all."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import planapo as pa

SHAPE = (96, 64, 160)


def recorded_beads(psf):
    """Beads all over a volume, blurred, with photon noise."""
    random = np.random.default_rng(7)
    truth = np.zeros(SHAPE, np.float32)
    for z, y, x in random.integers((8, 8, 8), np.array(SHAPE) - 8, (90, 3)):
        truth[z, y, x] = 3e4
    return random.poisson(pa.blur(truth, psf, device="cpu") + 10).astype(np.float32)


def main():
    """Section through the beads, widths over depth."""
    psf = pa.VaryingPsf([pa.psf.gaussian((5, 3, 3)), pa.psf.gaussian((13, 6, 6))])
    image = recorded_beads(psf)
    options = dict(method="matched", iterations=60, background=10, device="cpu")
    middle = psf.at((SHAPE[0] // 2, 0, 0), SHAPE)
    panels = {
        "recorded": image,
        "restored with the PSF of the middle": pa.deconvolve(image, middle, **options),
        "restored with the PSF that varies": pa.deconvolve(image, psf, **options),
    }
    figure, axes = plt.subplots(1, 3, figsize=(12, 2.8), layout="constrained")
    for axis, (title, volume) in zip(axes, panels.items()):
        section = volume.max(axis=1)
        axis.imshow(section**0.5, cmap="magma", vmax=np.percentile(section, 99.8) ** 0.5)
        axis.set(title=title, xlabel="x (px)", ylabel="depth z (px)")
    figure.savefig(Path(__file__).with_suffix(".png"), dpi=80)


if __name__ == "__main__":
    main()
