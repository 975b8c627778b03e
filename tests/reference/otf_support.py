"""Where an OTF passes anything, naive and in double precision: what planapo's method "omw" is tested against.

The frequencies that count are followed from zero through the periodic spectrum, and a polytope with faces in
fixed directions is laid round them. After the OTF masks of Ruan et al., Nature Methods 21, 2342 (2024),
https://doi.org/10.1038/s41592-024-02475-4
"""

import itertools

import numpy as np

AROUND = np.array(list(itertools.product((-1, 0, 1), repeat=3)))


def threshold(gain, share=0.9):
    """The gain above which `share` of all gain lies; 0.0025 to 0.5 of the gain at zero."""
    falling = np.sort(gain, axis=None)[::-1]
    passed = np.cumsum(falling)
    least = falling[np.searchsorted(passed, share * passed[-1])]
    return np.clip(least, 0.0025 * gain[0, 0, 0], 0.5 * gain[0, 0, 0])


def counting(gain):
    """What lies above the threshold together with a third of its periodic 3 x 3 x 3 neighbourhood."""
    above = gain >= threshold(gain)
    return above & (sum(np.roll(above.astype(int), step, (0, 1, 2)) for step in AROUND) >= 9)


def reached_from_zero(counts):
    """Indices, going on beyond Nyquist's, of what can be reached from 0 by neighbours in the fewest steps."""
    shape = np.array(counts.shape)
    steps_to = np.full(counts.shape, np.inf)
    steps_to[0, 0, 0] = 0
    reached = front = np.zeros((1, 3), int)
    for steps in itertools.count(1):
        near = np.unique((front[:, None] + AROUND).reshape(-1, 3), axis=0)
        near = near[((near >= -(shape // 2) - shape) & (near < 2 * shape - shape // 2)).all(axis=1)]
        at = tuple((near % shape).T)
        front = near[counts[at] & (steps_to[at] >= steps)]
        if len(front) == 0:
            return reached
        steps_to[tuple((front % shape).T)] = steps
        reached = np.concatenate([reached, front])


def faces(reached, shape, steps=16):
    """Normals of the polytope, such that the largest |normal . frequency| is 1 at its edge, and its box."""
    cells, half = reached / shape, 0.5 / np.array(shape)
    box = np.abs(cells).max(axis=0) + half
    across = np.arange(-steps, steps + 1) / steps
    u, v = (each.ravel() for each in np.meshgrid(across, across, indexing="ij"))
    one = np.ones_like(u)
    directions = np.concatenate([np.stack(face, 1) for face in ((one, u, v), (u, one, v), (u, v, one))]) / box
    edge = np.array([np.abs(cells @ each).max() for each in directions]) + np.abs(directions) @ half
    return directions / edge[:, None], box


def distance(gain):
    """How far each frequency or its nearest alias lies from zero, 1 being the edge of the OTF's support."""
    normals, box = faces(reached_from_zero(counting(gain)), gain.shape)
    axes = np.meshgrid(*map(np.fft.fftfreq, gain.shape), indexing="ij")
    frequency = np.stack([axis.ravel() for axis in axes], 1)
    nearest = np.full(len(frequency), np.inf)
    for alias in AROUND:
        inside = np.flatnonzero((np.abs(frequency + alias) <= box).all(axis=1))
        for some in np.array_split(inside, 1 + len(inside) // 4096):
            if len(some):
                farthest = np.abs((frequency[some] + alias) @ normals.T).max(axis=1)
                nearest[some] = np.minimum(nearest[some], farthest)
    return nearest.reshape(gain.shape)
