"""Which rule stops Richardson-Lucy where the restoration is best? Iterations and errors, beside the best.

In double precision (tests/reference), periodic, on phantoms of which the truth is known: hollow bars and
filaments, blurred by their PSF, at several photon levels; and on the bars as published. Needs the recordings'
folder in PLANAPO_TEST_DATA. Prints a table; with --figure FILE draws the errors over the iterations.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import planapo as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reference"))

from projectors import place
from richardson_lucy import estimates
from stopping import consensus, first_minimum, held_out_divergences

MOST = {"matched": 400, "wiener-butterworth": 20}
FIXED = {"matched": 20, "wiener-butterworth": 2}  # what the literature uses
PATIENCE = {"matched": 5, "wiener-butterworth": 2}
LEAST_GAIN, SHARE = 2e-3, 1 / 8
CONSENSUS_MOST = 200


@dataclass
class Case:
    """A recording, its PSF and what it should look like; `photons_per_unit` above `dark`."""

    name: str
    image: np.ndarray
    psf: np.ndarray
    truth: np.ndarray
    photons_per_unit: float = 1.0
    dark: float = 0.0


@dataclass
class Outcome:
    """Errors of the estimates 0, 1, 2, ... and where each rule stops: rule -> (iteration, error)."""

    case: str
    method: str
    errors: np.ndarray
    stops: dict[str, tuple[int, float]] = field(default_factory=dict)

    def stop(self, rule: str, iteration: int) -> None:
        """Note where a rule stops that leaves the estimates as they are."""
        self.stops[rule] = iteration, self.errors[iteration]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--case", default="", help="only those whose name contains this")
    chosen = parser.parse_args()
    outcomes = []
    for case in cases():
        if chosen.case not in case.name:
            continue
        for method in MOST:
            outcomes.append(outcome(case, method))
            print(row(outcomes[-1]), flush=True)
    if chosen.figure is not None:
        draw(outcomes, chosen.figure)


def cases() -> Iterator[Case]:
    folder = Path(os.environ["PLANAPO_TEST_DATA"]) / "deconvolution"
    truth, psf, recorded = (
        np.asarray(pa.imread(folder / f"bars_{name}.tif"), float) for name in ("truth", "psf", "blurred")
    )
    yield from phantoms("bars", truth, psf)
    scale = pa.Deconvolver(psf, method="matched", stop="held-out", device="cpu")
    scale(recorded)
    found = scale.report.photons_per_unit, scale.report.dark
    yield Case("bars, published", recorded, psf, truth, *found)
    lattice = pa.imread(folder / "lattice_lightsheet_psf.tif")
    psf = np.asarray(pa.psf.prepare(lattice, voxel_um=0.1, psf_voxel_um=0.1)[0], float)
    paths = dict(radius_um=0.08, count=8, length_um=6, voxel_um=0.1, seed=1)
    truth = np.asarray(pa.phantoms.filaments((32, 64, 64), **paths), float)
    yield from phantoms("filaments", truth, psf)
    yield from wrong_psfs()


def wrong_psfs() -> Iterator[Case]:
    """Soft filaments, restored with the PSF and with one that is 15 % narrower or wider."""
    truth = np.asarray(pa.phantoms.filaments((32, 64, 64), radius_um=1.2, count=6, seed=2), float)
    psfs = {
        f: np.asarray(pa.psf.gaussian((4 * f, 2.5 * f, 2.5 * f), shape=(17, 11, 11))) for f in (0.85, 1, 1.15)
    }
    for case in phantoms("soft", truth, psfs[1].astype(float)):
        for factor, psf in psfs.items():
            yield Case(f"{case.name}, PSF x {factor}", case.image, psf.astype(float), truth)


def phantoms(name: str, truth: np.ndarray, psf: np.ndarray) -> Iterator[Case]:
    otf = np.fft.rfftn(place(psf / psf.sum(), truth.shape))
    light = np.maximum(np.fft.irfftn(np.fft.rfftn(truth) * otf, truth.shape, axes=(0, 1, 2)), 0)
    for photons in (10, 100, 1000):
        image = np.random.default_rng(1).poisson(light * photons / light.max())
        yield Case(f"{name}, {photons} photons", image.astype(float), psf, truth)


def outcome(case: Case, method: str) -> Outcome:
    most = MOST[method]
    run = islice(estimates(case.image, case.psf, method=method, boundary="wrap"), most + 1)
    errors, divergences = zip(*((pa.metrics.nrmse(estimate, case.truth), d) for estimate, d in run))
    result = Outcome(case.name, method, np.array(errors))
    result.stop("best", int(np.argmin(errors)))
    result.stop("fixed", FIXED[method])
    result.stop("divergence", settled(divergences))
    for factor in (1, 2 / 3, 3 / 2) if method == "matched" else (1,):
        rule = "held-out" if factor == 1 else f"held-out, photons x {factor:.2f}"
        result.stop(rule, held_out(case, method, factor * case.photons_per_unit))
    result.stops["consensus"] = agreed(case, method)
    return result


def settled(divergences: tuple[float, ...]) -> int:
    """Where the I-divergence falls by less than 0.2 %, or from where it rises."""
    for i in range(1, len(divergences)):
        if i > 1 and divergences[i] > divergences[i - 1]:
            return i - 1
        if divergences[i - 1] - divergences[i] <= LEAST_GAIN * divergences[i - 1]:
            return i
    return len(divergences) - 1


def splitter(case: Case, photons_per_unit: float, share: float, seed: int) -> Callable[[int], np.ndarray]:
    """Return draws of the photons that are taken away."""
    photons = np.maximum(case.image - case.dark, 0) * photons_per_unit
    draw = np.random.default_rng(seed)

    def taken(_: int) -> np.ndarray:
        whole = np.floor(photons + draw.random(photons.shape)).astype(np.int64)
        return draw.binomial(whole, share) / photons_per_unit

    return taken


def held_out(case: Case, method: str, photons_per_unit: float) -> int:
    taken = splitter(case, photons_per_unit, SHARE, seed=5)(0)
    kept = case.image - taken - SHARE * case.dark
    options = dict(share=SHARE, most=MOST[method], dark=case.dark, boundary="wrap", method=method)
    divergences = held_out_divergences(kept, taken, case.psf, **options)
    return first_minimum(divergences, PATIENCE[method])


def agreed(case: Case, method: str) -> tuple[int, float]:
    """Gradient consensus: its own update, until both halves' divergences rise."""
    split, before = splitter(case, case.photons_per_unit, 0.5, seed=6), None
    run = consensus(case.image, case.psf, split, dark=case.dark, boundary="wrap", start="flat", method=method)
    for iteration, (estimate, divergences, _) in enumerate(
        islice(run, min(MOST[method], CONSENSUS_MOST) + 1)
    ):
        error = pa.metrics.nrmse(estimate, case.truth)
        if before is not None and all(now > then for now, then in zip(divergences, before[1])):
            return iteration - 1, before[0]
        before = error, divergences
    return iteration, before[0]


def row(result: Outcome) -> str:
    stops = "  ".join(f"{rule} {n}: {error:.3f}" for rule, (n, error) in result.stops.items())
    return f"{result.case:24} {result.method:18}  {stops}"


def draw(outcomes: list[Outcome], path: Path) -> None:
    """One panel a case: the error over the iterations, and where the rules stop."""
    from matplotlib.figure import Figure

    chosen = [each for each in outcomes if each.method == "matched"]
    figure = Figure(figsize=(12, 6), layout="constrained")
    marks = {"fixed": ("s", 6), "divergence": ("v", 6), "held-out": ("o", 12), "best": ("*", 8)}
    panels = figure.subplots(2, (len(chosen) + 1) // 2, squeeze=False)
    for axes, each in zip(panels.flat, chosen):
        axes.semilogx(np.arange(1, len(each.errors)), each.errors[1:], color="0.4")
        for rule, (mark, size) in marks.items():
            axes.plot(
                *each.stops[rule], mark, label=rule, markersize=size, fillstyle="none" if size > 8 else None
            )
        axes.set(title=each.case, xlabel="iterations", ylabel="NRMSE")
    panels[0, 0].legend()
    for axes in panels.flat[len(chosen) :]:
        axes.remove()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
