"""The tools that restore the job, each as users would call it and only imported where it runs."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from record import cores

Restore = Callable[[], np.ndarray]  # restores the job once
Prepare = Callable[[np.ndarray, np.ndarray, int], Restore]  # image, psf, iterations


@dataclass(frozen=True)
class Tool:
    """A tool, what it does at the borders, and what must be there for it to run."""

    name: str
    prepare: Prepare
    border: str
    packages: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    iterations: int | None = None  # default: as many as the others


def planapo(image: np.ndarray, psf: np.ndarray, iterations: int, **options: str) -> Restore:
    import planapo as pa

    plan = pa.Deconvolver(psf, iterations=iterations, device="cpu", planning="measure", **options)
    out = np.empty_like(image)
    return lambda: plan(image, out=out)


def planapo_by_depth(image: np.ndarray, psf: np.ndarray, iterations: int) -> Restore:
    """With a PSF for the top and one for the bottom, which are the same here."""
    import planapo as pa

    plan = pa.Deconvolver(pa.VaryingPsf([psf, psf]), method="matched", iterations=iterations, device="cpu")
    return lambda: plan(image)


def planapo_two_views(image: np.ndarray, psf: np.ndarray, iterations: int) -> Restore:
    """The same view twice: what two views cost."""
    import planapo as pa

    plan = pa.ViewsDeconvolver([psf, psf], method="matched", iterations=iterations, device="cpu")
    return lambda: plan([image, image])


def planapo_one_off(image: np.ndarray, psf: np.ndarray, iterations: int) -> Restore:
    import planapo as pa

    return lambda: pa.deconvolve(image, psf, iterations=iterations, device="cpu")


def scikit_image(image: np.ndarray, psf: np.ndarray, iterations: int) -> Restore:
    from skimage.restoration import richardson_lucy

    return lambda: richardson_lucy(image, psf, num_iter=iterations, clip=False)


def redlionfish(image: np.ndarray, psf: np.ndarray, iterations: int) -> Restore:
    import RedLionfishDeconv

    run = RedLionfishDeconv.doRLDeconvolutionFromNpArrays
    return lambda: run(image, psf, niter=iterations, method="cpu")


def loop(image: np.ndarray, psf: np.ndarray, iterations: int, *, transforms: Callable[[], tuple]) -> Restore:
    """The dozen lines that people write themselves."""
    forward, inverse = transforms()

    def restore() -> np.ndarray:
        origin = tuple(-(n // 2) for n in psf.shape)
        kernel = np.zeros_like(image)
        kernel[tuple(slice(n) for n in psf.shape)] = psf / psf.sum()
        otf = forward(np.roll(kernel, origin, axis=(0, 1, 2)))
        estimate = np.maximum(image, np.float32(1e-6))
        for _ in range(iterations):
            expected = np.maximum(inverse(forward(estimate) * otf, image.shape), np.float32(1e-6))
            estimate = estimate * inverse(forward(image / expected) * otf.conj(), image.shape)
            np.maximum(estimate, np.float32(1e-6), out=estimate)
        return estimate

    return restore


def numpy_transforms() -> tuple:
    axes = (0, 1, 2)
    return np.fft.rfftn, lambda spectrum, shape: np.fft.irfftn(spectrum, shape, axes=axes)


def scipy_transforms() -> tuple:
    from scipy import fft

    workers = cores()
    return partial(fft.rfftn, workers=workers), lambda spectrum, shape: fft.irfftn(
        spectrum, shape, workers=workers
    )


def pyfftw_transforms() -> tuple:
    import pyfftw
    from pyfftw.interfaces import scipy_fft as fft

    pyfftw.interfaces.cache.enable()
    pyfftw.interfaces.cache.set_keepalive_time(60)
    workers = cores()
    return partial(fft.rfftn, workers=workers), lambda spectrum, shape: fft.irfftn(
        spectrum, shape, workers=workers
    )


def mkl_transforms() -> tuple:
    import mkl_fft

    return mkl_fft.rfftn, mkl_fft.irfftn


def deconwolf(image: np.ndarray, psf: np.ndarray, iterations: int) -> Restore:
    """The program that PLANAPO_DECONWOLF names: its time includes reading and writing files."""
    import tifffile

    folder = Path(tempfile.mkdtemp())
    tifffile.imwrite(folder / "image.tif", image)
    tifffile.imwrite(folder / "psf.tif", psf)
    command = [
        os.environ["PLANAPO_DECONWOLF"], "--method", "rl", "--iter", str(iterations),
        "--threads", str(cores()), "--float", "--overwrite", "--out", "out.tif", "image.tif", "psf.tif",
    ]  # fmt: skip

    def restore() -> np.ndarray:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return tifffile.imread(folder / "out.tif")

    return restore


def padded(prepare: Prepare, image: np.ndarray, psf: np.ndarray, iterations: int) -> Restore:
    """For a tool that wraps: the image is mirrored into a margin first, the result cropped afterwards."""
    before = [n // 2 for n in psf.shape]
    after = [_smooth(n + 2 * b) - n - b for n, b in zip(image.shape, before)]
    inner = tuple(slice(b, b + n) for b, n in zip(before, image.shape))
    restore = prepare(np.pad(image, list(zip(before, after)), mode="symmetric"), psf, iterations)
    return lambda: restore()[inner]


def _smooth(length: int) -> int:
    from scipy.fft import next_fast_len

    return next_fast_len(length, real=True)


MIRRORS = "mirrors into a margin, each convolution anew"
PADDED = "wraps; was given the image padded by mirroring"
WRAPS = "wraps"
UNKNOWN = "estimates what lies outside"
MKL, FFTW = {"PLANAPO_FFT_LIBRARY": "mkl"}, {"PLANAPO_FFT_LIBRARY": "fftw"}
_matched = partial(planapo, method="matched", boundary="mirror")
_unmatched = partial(planapo, method="wiener-butterworth", boundary="mirror")

TOOLS = [
    Tool("planapo, MKL", _matched, MIRRORS, ("mkl",), MKL),
    Tool("planapo, FFTW", _matched, MIRRORS, (), FFTW),
    Tool("planapo, MKL, unpadded", partial(planapo, method="matched", boundary="wrap"), WRAPS, ("mkl",), MKL),
    Tool("planapo WB, MKL", _unmatched, MIRRORS, ("mkl",), MKL, iterations=2),
    Tool("planapo WB, FFTW", _unmatched, MIRRORS, (), FFTW, iterations=2),
    Tool("planapo OMW", partial(planapo, method="omw"), MIRRORS, ("mkl",), MKL, iterations=2),
    Tool("planapo Wiener", partial(planapo, method="wiener"), MIRRORS, ("mkl",), MKL, iterations=2),
    Tool("planapo Biggs-Andrews", partial(_matched, acceleration="biggs-andrews"), MIRRORS, ("mkl",), MKL),
    Tool("planapo heavy ball", partial(_matched, acceleration="heavy-ball"), MIRRORS, ("mkl",), MKL),
    Tool("planapo total var.", partial(_matched, regularisation="total-variation"), MIRRORS, ("mkl",), MKL),
    Tool("planapo unknown", partial(planapo, method="matched", boundary="unknown"), UNKNOWN, ("mkl",), MKL),
    Tool("planapo two depths", planapo_by_depth, MIRRORS, ("mkl",), MKL),
    Tool("planapo two views", planapo_two_views, MIRRORS, ("mkl",), MKL),
    Tool("planapo one-off, MKL", planapo_one_off, MIRRORS, ("mkl",), MKL, iterations=1),
    Tool("planapo one-off, FFTW", planapo_one_off, MIRRORS, (), FFTW, iterations=1),
    Tool("RedLionfish, unpadded", redlionfish, WRAPS, ("RedLionfish",)),
    Tool("RedLionfish", partial(padded, redlionfish), PADDED, ("RedLionfish", "scipy")),
    Tool("scikit-image", scikit_image, "pads with zeros itself", ("scikit-image",)),
    Tool("deconwolf", deconwolf, "weighs what lies outside", ("tifffile",)),
    Tool(
        "loop over scipy.fft", partial(padded, partial(loop, transforms=scipy_transforms)), PADDED, ("scipy",)
    ),
    Tool(
        "loop over numpy.fft", partial(padded, partial(loop, transforms=numpy_transforms)), PADDED, ("scipy",)
    ),
    Tool(
        "loop over pyfftw",
        partial(padded, partial(loop, transforms=pyfftw_transforms)),
        PADDED,
        ("pyfftw", "scipy"),
    ),
    Tool(
        "loop over mkl_fft",
        partial(padded, partial(loop, transforms=mkl_transforms)),
        PADDED,
        ("mkl_fft", "scipy"),
    ),
]
