"""The check with a known answer: bars whose truth is published with them, and a real bead."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import planapo as pa

METHODS = ("wiener-butterworth", "matched")


@dataclass(frozen=True)
class KnownAnswers:
    """Errors and widths by method; the key "recorded" is before.

    Attributes
    ----------
    bars_nrmse : dict of str to float
        Error of the bars against their truth, at the best scale.
    bead_fwhm_px : dict of str to tuple of float
        Full widths at half maximum of the bead, z, y, x.
    iterations : dict of str to tuple of int
        That the method took, for bars and bead.
    """

    bars_nrmse: dict[str, float]
    bead_fwhm_px: dict[str, tuple[float, ...]]
    iterations: dict[str, tuple[int, int]]


def known_answers(folder: Path, device: str = "auto") -> KnownAnswers:
    """Restore the bars and the bead that `published.BARS` brings, with each method."""
    bars, bars_psf, truth = (_volume(folder / "bars-25pct", name) for name in ("data", "kernel", "actual"))
    bead, bead_psf = (_volume(folder / "bead-25pct", name) for name in ("data", "kernel"))
    nrmse = {"recorded": pa.metrics.nrmse(bars, truth)}
    width = {"recorded": pa.metrics.fwhm(bead)}
    iterations = {}
    for method in METHODS:
        for_bars = pa.Deconvolver(bars_psf, method=method, device=device)
        for_bead = pa.Deconvolver(bead_psf, method=method, device=device)
        with warnings.catch_warnings():
            # These PSFs are computed ones, whose tails are light, and which their windows do cut.
            warnings.filterwarnings("ignore", "(?s).*outermost voxels", pa.PlanapoWarning)
            nrmse[method] = pa.metrics.nrmse(for_bars(bars), truth)
            width[method] = pa.metrics.fwhm(for_bead(bead))
        iterations[method] = (for_bars.report.iterations, for_bead.report.iterations)
    return KnownAnswers(nrmse, width, iterations)


def _volume(folder: Path, name: str) -> np.ndarray:
    return np.asarray(pa.imread(folder / f"{name}.tif"))
