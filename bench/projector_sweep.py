"""How alpha and beta of unmatched back projectors should follow an image's signal to noise.

python bench/projector_sweep.py --figure docs/figures/projector_sweep.png   draws the sweep
python bench/projector_sweep.py --table                                     prints what few iterations reach

PLANAPO_TEST_DATA names the folder of `bars`, `bead` and a measured lattice light-sheet PSF.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import planapo as pa

PHOTONS = (10, 30, 100, 300, 1000, 10000)  # where the blurred object is brightest
ALPHAS = 10.0 ** np.arange(-4, -0.9, 0.25)
BETAS = (0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95)
MATCHED_ITERATIONS = 20


@dataclass(frozen=True, eq=False)
class Case:
    """An image, its PSF, and the object if that is known."""

    name: str
    image: np.ndarray
    psf: np.ndarray
    truth: np.ndarray | None

    def restore(
        self, method: str, iterations: int | None, **options
    ) -> tuple[np.ndarray, pa.DeconvolveReport]:
        plan = pa.Deconvolver(self.psf, method=method, iterations=iterations, device="cpu", **options)
        return plan(self.image), plan.report

    def error(self, method: str, iterations: int | None, **options) -> float:
        """Best-scale NRMSE to the truth; without one, the axial FWHM of the bead in px."""
        restored, _ = self.restore(method, iterations, **options)
        if self.truth is None:
            return float(pa.metrics.fwhm(restored)[0])
        return pa.metrics.nrmse(restored, self.truth)


def load(name: str) -> np.ndarray:
    folder = os.environ.get("PLANAPO_TEST_DATA")
    if not folder:
        raise SystemExit("PLANAPO_TEST_DATA must name the folder of test data.")
    return np.asarray(pa.imread(Path(folder) / "deconvolution" / f"{name}.tif"), np.float32)


@cache
def scene(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Object, PSF, and the object blurred: filaments as a lattice light sheet shows them, or hollow bars."""
    if kind == "bars":
        truth, psf = load("bars_truth"), load("bars_psf")
    else:
        psf = np.asarray(pa.psf.prepare(load("lattice_lightsheet_psf"), psf_voxel_um=0.1)[0])
        truth = pa.phantoms.filaments((32, 64, 64), radius_um=0.05, count=12, voxel_um=0.1, seed=3)
    return truth, psf, pa.phantoms.blur(truth, psf)


def case_of(kind: str, photons: float) -> Case:
    truth, psf, blurred = scene(kind)
    return Case(
        f"{kind}, {photons:g} photons", pa.phantoms.noise(blurred, photons=photons, seed=1), psf, truth
    )


def cases() -> Iterator[Case]:
    yield Case("bars, as published", load("bars_blurred"), load("bars_psf"), load("bars_truth"))
    for kind in ("bars", "filaments"):
        for photons in PHOTONS:
            yield case_of(kind, photons)
    yield Case("bead, axial FWHM (px)", load("bead_raw"), load("bead_psf"), None)


def fewest(case: Case, method: str, goal: float, most: int = 5) -> str:
    """How many iterations reach `goal`."""
    return next((str(n) for n in range(1, most + 1) if case.error(method, n) <= goal), f"> {most}")


def row(case: Case) -> str:
    goal = case.error("matched", MATCHED_ITERATIONS)
    _, report = case.restore("omw", 1)
    cells = [case.name, f"{report.signal_to_noise:.1f}", f"{report.alpha:.2g}", f"{goal:.3f}"]
    fixed = dict(alpha=0.01, beta=0.1)
    cells.append(" / ".join(f"{case.error('wiener-butterworth', n, **fixed):.3f}" for n in (1, 2)))
    for method in ("wiener-butterworth", "omw", "wiener"):
        cells.append(" / ".join(f"{case.error(method, n):.3f}" for n in (1, 2)))
        cells.append(fewest(case, method, goal))
    automatic, report = case.restore("omw", None)
    quality = pa.metrics.fwhm(automatic)[0] if case.truth is None else pa.metrics.nrmse(automatic, case.truth)
    cells.append(f"{quality:.3f} ({report.iterations})")
    return f"| {' | '.join(cells)} |"


def print_table() -> None:
    names = ["S/N", "α", f"matched, {MATCHED_ITERATIONS}", "WB, α .01, β .1"]
    for name in ("WB", "OMW", "Wiener"):
        names += [name, "reaches it in"]
    print(f"| data | {' | '.join([*names, 'OMW, stops by itself'])} |")
    print("|---" * (len(names) + 2) + "|")
    for case in cases():
        print(row(case), flush=True)


def draw(path: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(2, 2, figsize=(9.5, 7), layout="constrained", sharey="row")
    for kind, (by_alpha, by_beta) in zip(("filaments", "bars"), panels):
        for index, photons in enumerate(PHOTONS):
            draw_level(case_of(kind, photons), plt.cm.viridis(index / len(PHOTONS)), by_alpha, by_beta)
        by_alpha.set(
            xscale="log", ylabel=f"{kind}: NRMSE after 2 iterations", title="omw: α (dot: automatic)"
        )
        by_beta.set_title("wiener-butterworth: β, at the automatic α")
        by_alpha.legend(title="S/N: photons", fontsize=7, title_fontsize=7, loc="lower right")
    for panel, name in zip(panels[1], ("α", "β")):
        panel.set_xlabel(name)
    figure.savefig(path, dpi=110)


def draw_level(case: Case, colour, by_alpha, by_beta) -> None:
    _, report = case.restore("omw", 2)
    label = f"{report.signal_to_noise:.1f}: {case.name.split()[1]}"
    errors = [case.error("omw", 2, alpha=alpha) for alpha in ALPHAS]
    by_alpha.plot(ALPHAS, errors, color=colour, lw=1.2, label=label)
    by_alpha.plot(report.alpha, case.error("omw", 2), "o", color=colour, ms=6)
    matched = case.error("matched", MATCHED_ITERATIONS)
    for panel in (by_alpha, by_beta):
        panel.axhline(matched, color=colour, lw=0.6, ls=":")
    by_beta.plot(
        BETAS, [case.error("wiener-butterworth", 2, beta=beta) for beta in BETAS], color=colour, lw=1.2
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--figure", metavar="PNG", help="draw the sweep")
    parser.add_argument("--table", action="store_true", help="print what few iterations reach")
    wishes = parser.parse_args()
    warnings.simplefilter("ignore", pa.PlanapoWarning)
    if wishes.table:
        print_table()
    if wishes.figure:
        draw(wishes.figure)


if __name__ == "__main__":
    main()
