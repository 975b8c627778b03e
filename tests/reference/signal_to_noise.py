"""How far an image's structures stand out of its noise, naive and in double precision."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def upper_median(values):
    return np.sort(values, axis=None)[values.size // 2]


def signal_to_noise(image, planes=8, voxels=2**15):
    """S / N: half of the light above the median is at least S above it, and N is the noise there."""
    image = np.maximum(np.asarray(image, dtype=np.float64), 0)
    depth, height, width = image.shape
    count, rows = min(depth, planes), min(height, max(3, voxels // width))
    first = (height - rows) // 2
    sample = np.stack([image[(2 * i + 1) * depth // (2 * count), first : first + rows] for i in range(count)])
    size = [1 if n < 3 else 3 for n in sample.shape[1:]]
    windows = sliding_window_view(sample, size, (1, 2))
    weights = np.outer(*([1.0] if n == 1 else [1.0, -2.0, 1.0] for n in size))
    brightness = windows.mean(axis=(-2, -1)).ravel()
    difference = np.abs((windows * weights).sum(axis=(-2, -1))).ravel() / np.sqrt((weights**2).sum())
    above = brightness - upper_median(brightness)
    light = np.sort(above[above > 1.4826 * upper_median(difference)])
    if light.size == 0:
        return 0.0
    signal = light[np.searchsorted(np.cumsum(light), 0.5 * light.sum())]
    noise = 1.4826 * upper_median(difference[above >= signal])
    return min(signal / noise, 1000.0) if noise > 0 else 1000.0
