"""Richardson-Lucy with unmatched back projectors, naive, in double precision: what planapo is tested on.

Iteration: x <- max(x ((y / max(x * f + background, floor)) * b), floor) with * for convolution. Where the
boundary is zero, the estimate is 0 outside and the ratio 1: nothing recorded there could correct anything.
Sources: Richardson (1972), https://doi.org/10.1364/JOSA.62.000055;
Lucy (1974), https://doi.org/10.1086/111605; Guo et al. (2020), https://doi.org/10.1038/s41587-020-0560-x
"""

import numpy as np
from projectors import back_projector, place


def reach(psf, image_shape, boundary):
    """The PSF without the offsets beyond n - 1, which cannot reach the image; all reach a periodic image."""
    if boundary == "wrap":
        return psf
    keep = [slice(max(0, n // 2 - (size - 1)), n // 2 + size) for n, size in zip(psf.shape, image_shape)]
    return psf[tuple(keep)]


class Blur:
    """Convolution of images of one shape with a kernel (odd shape, origin in the middle)."""

    def __init__(self, kernel, image_shape, boundary):
        self.radius = [n // 2 for n in kernel.shape]
        self.shape, self.boundary = image_shape, boundary
        margin = 0 if boundary == "wrap" else 2
        self.grid = [n + margin * r for n, r in zip(image_shape, self.radius)]
        self.otf = np.fft.rfftn(place(kernel, self.grid))

    def __call__(self, image, outside=0.0):
        around = [(r, r) for r in self.radius]
        if self.boundary == "mirror":
            image = np.pad(image, around, mode="symmetric")
        elif self.boundary == "zero":
            image = np.pad(image, around, constant_values=outside)
        blurred = np.fft.irfftn(np.fft.rfftn(image) * self.otf, self.grid, axes=(0, 1, 2))
        start = [0 if self.boundary == "wrap" else r for r in self.radius]
        return blurred[tuple(slice(s, s + n) for s, n in zip(start, self.shape))]


def i_divergence(observed, predicted):
    """Csiszar's I-divergence, sum(y log(y / p) - y + p): matched Richardson-Lucy never raises it."""
    seen = observed > 0
    log_ratio = np.log(observed[seen] / predicted[seen])
    return np.sum(observed[seen] * log_ratio) - observed.sum() + predicted.sum()


def estimates(
    image,
    psf,
    *,
    method="wiener-butterworth",
    background=0.0,
    boundary="mirror",
    start="image",
    floor=None,
    **projector_options,
):
    """Yield (estimate, I-divergence) for iteration 0 (the start), 1, 2, ... without end.

    For unmatched projectors the divergence is that of the estimate scaled to the image's flux: they overshoot
    it for some iterations while the shape already improves, which the plain divergence would call worse.
    """
    observed = np.maximum(np.asarray(image, dtype=np.float64), 0)
    signal = np.maximum(observed - background, 0)
    floor = max(1e-6 * signal.mean(), 1e-30) if floor is None else floor
    psf = reach(np.asarray(psf, dtype=np.float64), observed.shape, boundary)
    psf = psf / psf.sum()
    backward = back_projector(psf, method, **projector_options)
    forward = back_projector(psf, "matched")[::-1, ::-1, ::-1]
    blur, project_back = (Blur(kernel, observed.shape, boundary) for kernel in (forward, backward))
    estimate = np.maximum(signal if start == "image" else np.full_like(signal, signal.mean()), floor)
    flux = observed.sum() - background * observed.size
    while True:
        blurred = blur(estimate)
        scale = 1 if method == "matched" or flux <= 0 else flux / blurred.sum()
        yield estimate, i_divergence(observed, np.maximum(scale * blurred + background, floor))
        ratio = observed / np.maximum(blurred + background, floor)
        estimate = np.maximum(estimate * project_back(ratio, outside=1.0), floor)


def richardson_lucy(image, psf, iterations, **options):
    """The estimate after so many iterations; options as in `estimates`."""
    for iteration, (estimate, _) in enumerate(estimates(image, psf, **options)):
        if iteration == iterations:
            return estimate


def automatic(image, psf, *, most, tolerance=2e-3, **options):
    """(estimate, iteration) where the I-divergence falls by less than `tolerance`; if it rises, the last."""
    before = None
    for iteration, (estimate, divergence) in enumerate(estimates(image, psf, **options)):
        if before is not None:
            if divergence > before[1] and iteration > 1:
                return before[0], iteration - 1
            if before[1] - divergence <= tolerance * before[1] or iteration == most:
                return estimate, iteration
        before = estimate, divergence
