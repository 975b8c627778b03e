"""Richardson-Lucy of several views, naive, in double precision: what planapo is tested on.

Iteration: x <- max(x (1 + gain B(w (y / max(F x + background, floor) - 1))), floor), F the convolution with
a view's PSF, B with its back projector, w its weights. The gain is 1 over what the weights see of a place,
F'(w), where weights are given or the surroundings are unknown, and 1 elsewhere; for unmatched projectors
times F'(w > 0) cubed. Sources:
Bertero and Boccacci (2005), https://doi.org/10.1051/0004-6361:20052717; Preibisch et al. (2014), https://doi.org/10.1038/nmeth.2929;
Guo et al. (2020), https://doi.org/10.1038/s41587-020-0560-x; Biggs and Andrews (1997),
https://doi.org/10.1364/AO.36.001766; Wang and Miller (2014), https://doi.org/10.1109/TIP.2013.2291324
"""

import numpy as np
from projectors import back_projector, padded_to_odd, place
from richardson_lucy import Blur, reach

LEAST_SEEN = 0.01  # of what is seen best; what is seen less becomes dark


class View:
    """One recording: what it makes of an estimate, and what it asks for."""

    def __init__(self, image, weights, background, psf, backward, margin, boundary):
        image = np.asarray(image, dtype=np.float64)
        self.weights = np.ones(image.shape) if weights is None else np.asarray(weights, dtype=np.float64)
        self.image = np.where(self.weights > 0, np.maximum(np.nan_to_num(image), 0), 0)
        self.background, self.margin = background, margin
        domain = [n + 2 * m for n, m in zip(image.shape, margin)]
        outside = "zero" if boundary == "unknown" else boundary
        matched = psf[::-1, ::-1, ::-1]
        self.blur, self.transpose, self.project_back = (
            Blur(kernel, domain, outside)
            for kernel in (psf, matched, matched if backward is None else backward)
        )

    def inside(self, domain):
        """The part of a volume that lies in the image."""
        return domain[tuple(slice(m, n - m) for m, n in zip(self.margin, domain.shape))]

    def around(self, image):
        """The image in the middle of nothing."""
        return np.pad(image, [(m, m) for m in self.margin])

    def residual(self, estimate, floor):
        expected = np.maximum(self.inside(self.blur(estimate)) + self.background, floor)
        return self.around(self.weights * (self.image / expected - 1))

    def mean(self):
        return np.average(np.maximum(self.image - self.background, 0), weights=self.weights)


def compound_projectors(psfs):
    """Of each PSF, mirrored: times (P_v' * P_w * P_w') of every other w, voxel by voxel; sums to 1."""
    size = [4 * max(n) for n in zip(*(psf.shape for psf in psfs))]
    otfs = [np.fft.fftn(place(psf, size)) for psf in psfs]
    projectors = []
    for v, psf in enumerate(psfs):
        kernel = psf[::-1, ::-1, ::-1]
        for w, other in enumerate(otfs):
            if w != v:
                seen = np.fft.ifftn(otfs[v].conj() * np.abs(other) ** 2).real
                kernel = kernel * seen[np.ix_(*(np.arange(n) - n // 2 for n in kernel.shape))]
        projectors.append(kernel / kernel.sum())
    return projectors


def penalty_of(estimate, penalty, strength, voxel, scale):
    """1 / (1 - strength div(g / |g|)) or 1 / (1 - 2 strength / scale laplacian), at most 10."""
    if penalty is None:
        return 1.0
    spacing = np.asarray(voxel, dtype=np.float64) / np.min(voxel)
    edges = [np.take(estimate, [-1], axis) for axis in range(3)]
    slopes = [np.diff(estimate, axis=a, append=edge) / s for a, (edge, s) in enumerate(zip(edges, spacing))]
    if penalty == "tv":
        length = np.sqrt(sum(slope**2 for slope in slopes) + (1e-3 * scale) ** 2)
        slopes, factor = [slope / length for slope in slopes], strength
    else:
        factor = 2 * strength / scale
    pull = sum(np.diff(slope, axis=a, prepend=0) / s for a, (slope, s) in enumerate(zip(slopes, spacing)))
    return 1 / np.maximum(1 - factor * pull, 0.1)


def momentum_after(iteration, rule, change, before):
    """How far beyond the estimate the next iteration starts."""
    if rule == "heavy-ball":
        return iteration / (iteration + 3)
    if rule is None or before is None or not np.any(before):
        return 0.0
    return float(np.clip(np.sum(change * before) / np.sum(before**2), 0, 1))


class Joint:
    """All views, and what they see of each place."""

    def __init__(self, images, psfs, *, weights, backgrounds, method, boundary, scheme, floor, projector):
        psfs = [reach(np.asarray(psf, dtype=np.float64), images[0].shape, boundary) for psf in psfs]
        psfs = [psf / psf.sum() for psf in psfs]
        backward = [None if method == "matched" else back_projector(p, method, **projector) for p in psfs]
        psfs = [padded_to_odd(psf) for psf in psfs]
        margin = [max(n) // 2 if boundary == "unknown" else 0 for n in zip(*(psf.shape for psf in psfs))]
        if scheme == "bayesian":
            backward = compound_projectors(psfs)
        parts = zip(images, weights, backgrounds, psfs, backward)
        self.views = [View(*part, margin, boundary) for part in parts]
        self.matched = method == "matched"
        self.scheme, self.floor, self.unknown = scheme, floor, boundary == "unknown"
        self.gained = self.unknown or any(weight is not None for weight in weights)
        self.mean = np.mean([view.mean() for view in self.views])
        self.gain = self.measured_gain() if self.gained else 1.0

    def measured_gain(self):
        largest = max(view.weights.max() for view in self.views)
        outside = 0.0 if self.unknown else largest
        seen = [view.transpose(view.around(view.weights), outside=outside) for view in self.views]
        seen = np.mean(seen, axis=0) if self.scheme == "additive" else np.max(seen, axis=0)
        gain = np.where(seen > LEAST_SEEN * largest, 1 / np.maximum(seen, 1e-30), 0)
        return gain if self.matched else gain * self.measured_sight() ** 3

    def measured_sight(self):
        """How much of the neighbourhood of a place is trusted at all."""
        outside = 0.0 if self.unknown else 1.0
        return np.max(
            [view.transpose(view.around(view.weights > 0), outside=outside) for view in self.views], axis=0
        )

    def start(self, kind):
        view = self.views[0]
        level = np.full_like(view.around(view.image), max(self.mean, self.floor))
        if kind == "image" and not self.gained:
            return np.mean([np.maximum(v.image - v.background, self.floor) for v in self.views], axis=0)
        if not self.gained:
            return level
        asked = 0
        if kind == "image":  # one matched iteration tells what there may be where nothing is recorded
            expected = [np.maximum(self.mean + v.background, self.floor) for v in self.views]
            ratios = [v.weights * (v.image / e - 1) for v, e in zip(self.views, expected)]
            asked = np.mean([v.transpose(v.around(r)) for v, r in zip(self.views, ratios)], axis=0)
        estimate = self.corrected(level, asked)
        starts = []
        for one in self.views if kind == "image" else []:
            starts.append(estimate.copy())
            part = one.inside(starts[-1])
            part[...] = np.where(one.weights > 0, np.maximum(one.image - one.background, self.floor), part)
        return np.mean(starts, axis=0) if starts else estimate

    def corrected(self, estimate, asked, penalty=1.0):
        moved = np.maximum(estimate * (1 + self.gain * asked) * penalty, self.floor)
        return np.where(self.gain > 0, moved, self.floor)

    def iterate(self, point, penalty):
        if self.scheme in ("alternating", "bayesian"):
            for view in self.views:
                point = self.corrected(point, view.project_back(view.residual(point, self.floor)), penalty)
                penalty = 1.0
            return point
        asked = [view.project_back(view.residual(point, self.floor)) for view in self.views]
        if self.scheme == "additive":
            return self.corrected(point, np.mean(asked, axis=0), penalty)
        factors = [np.maximum(1 + self.gain * one, 1e-3) for one in asked]
        return np.maximum(point * np.prod(factors, axis=0) ** (1 / len(self.views)) * penalty, self.floor)


def joint(
    images,
    psfs,
    iterations,
    *,
    weights=None,
    backgrounds=None,
    method="wiener-butterworth",
    boundary="mirror",
    scheme="alternating",
    start="image",
    floor=None,
    acceleration=None,
    penalty=None,
    strength=2e-3,
    voxel=(1, 1, 1),
    scale=None,
    **projector,
):
    """(The estimate after so many iterations, the momentum of every iteration after the first)."""
    weights = [None] * len(images) if weights is None else weights
    backgrounds = [0.0] * len(images) if backgrounds is None else backgrounds
    options = {"method": method, "boundary": boundary, "scheme": scheme, "projector": projector}
    all_views = Joint(images, psfs, weights=weights, backgrounds=backgrounds, floor=floor, **options)
    if floor is None:
        all_views.floor = max(1e-6 * all_views.mean, 1e-30)
    scale = all_views.mean if scale is None else scale
    estimate = point = all_views.start(start)
    change, momenta, view = None, [], all_views.views[0]
    for iteration in range(1, iterations + 1):
        before, last_change = estimate, change
        factor = np.ones_like(point)  # what lies outside is not held smooth
        view.inside(factor)[...] = penalty_of(view.inside(point), penalty, strength, voxel, scale)
        estimate = all_views.iterate(point, factor)
        change = estimate - point
        momenta.append(momentum_after(iteration, acceleration, change, last_change))
        point = np.maximum(estimate + momenta[-1] * (estimate - before), all_views.floor)
    return view.inside(estimate), momenta[:-1]
