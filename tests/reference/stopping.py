"""When to stop Richardson-Lucy, naive and in double precision: held-out photons and gradient consensus.

Both split the photons at random; who splits them is the caller's choice. `dark` is what is recorded where no
photon is; `taken` and what `split` returns are photons alone, and `kept` is like the image with less light:
image - taken - share dark. Gradient consensus: Manton and York, https://doi.org/10.5281/zenodo.10278919
"""

from itertools import islice

import numpy as np
from projectors import back_projector
from richardson_lucy import Blur, estimates, i_divergence, reach


def held_out_divergences(
    kept, taken, psf, *, share, most, background=0.0, dark=0.0, boundary="mirror", method="matched", **options
):
    """I-divergence of the photons taken away from what estimates of the kept ones predict, 0 to `most`."""
    kept_background = (1 - share) * background
    run = estimates(kept, psf, method=method, background=kept_background, boundary=boundary, **options)
    blur = Blur(
        back_projector(reach(psf, kept.shape, boundary), "matched")[::-1, ::-1, ::-1], kept.shape, boundary
    )
    flux = np.maximum(kept, 0).sum() - kept_background * kept.size
    divergences = []
    for estimate, _ in islice(run, most + 1):
        blurred = blur(estimate)
        scale = 1 if method == "matched" or flux <= 0 else flux / blurred.sum()
        predicted = share / (1 - share) * scale * blurred + share * (background - dark)
        divergences.append(i_divergence(taken, np.maximum(predicted, 1e-6 * taken.mean())))
    return np.array(divergences)


def first_minimum(values, patience):
    """Where `values` is smallest before it has not become smaller for `patience` entries."""
    best = 0
    for i, value in enumerate(values):
        if value < values[best]:
            best = i
        elif i - best >= patience:
            break
    return best


def consensus(
    image,
    psf,
    split,
    *,
    background=0.0,
    dark=0.0,
    boundary="mirror",
    start="image",
    method="matched",
    floor=None,
):
    """Yield (estimate, divergences of the two halves, share of voxels that the update before changed).

    `split(i)` gives the half of the photons that is taken away from the image in iteration i. A voxel is
    updated only where the halves' gradients, multiplied and blurred by H^T H, are not below 0: they agree.
    """
    observed = np.maximum(np.asarray(image, dtype=np.float64), 0)
    psf = reach(np.asarray(psf, dtype=np.float64), observed.shape, boundary)
    signal = np.maximum(observed - background, 0)
    floor = max(1e-6 * signal.mean(), 1e-30) if floor is None else floor
    forward = back_projector(psf, "matched")[::-1, ::-1, ::-1]
    blur, project_back = (
        Blur(kernel, observed.shape, boundary) for kernel in (forward, back_projector(psf, method))
    )
    adjoint = Blur(forward[::-1, ::-1, ::-1], observed.shape, boundary)
    estimate = np.maximum(signal if start == "image" else np.full_like(signal, signal.mean()), floor)
    agreeing, draw = 1.0, 0
    while True:
        blurred = blur(estimate)
        taken = split(draw)
        halves = taken, np.maximum(image - taken - dark, 0)
        model = np.maximum(blurred / 2 + (background - dark) / 2, floor)
        yield estimate, [i_divergence(half, model) for half in halves], agreeing
        first, second = (project_back(half / model, outside=1.0) for half in halves)
        agree = adjoint(blur((first - 1) * (second - 1))) >= 0
        estimate = np.where(agree, np.maximum(estimate * (first + second) / 2, floor), estimate)
        agreeing, draw = agree.mean(), draw + 1
