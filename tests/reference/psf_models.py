"""Point-spread functions straight from the textbooks' integrals, in double precision, a few voxels at a time.

The scalar models are integrated over the angle by SciPy's adaptive quadrature. The vectorial one is the light
of three dipoles, traced outwards: a dipole's plane waves in the specimen, Fresnel's coefficients on their way
out, the objective that turns them parallel, the sum over the pupil in two dimensions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad_vec
from scipy.interpolate import CubicSpline
from scipy.special import j0

Intensity = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of radii and stage positions in um


@dataclass(frozen=True)
class Optics:
    """The same names and defaults as planapo's."""

    na: float
    wavelength_um: float
    immersion_index: float = 1.515
    specimen_index: float | None = None
    depth_um: float = 0.0
    coverslip_index: float = 1.5255
    coverslip_um: float = 170.0
    working_distance_um: float = 150.0
    design_immersion_index: float | None = None
    design_coverslip_index: float | None = None
    design_coverslip_um: float | None = None

    @property
    def wave_number(self) -> float:
        return 2 * np.pi / self.wavelength_um

    @property
    def specimen(self) -> float:
        return self.immersion_index if self.specimen_index is None else self.specimen_index

    def path(self, sine: np.ndarray | float, stage_um: np.ndarray | float) -> np.ndarray:
        """Optical path, beyond the design's, of the ray that has this angle's sine in the immersion."""
        a = self.immersion_index * sine
        immersion = (
            self.immersion_index if self.design_immersion_index is None else self.design_immersion_index
        )
        coverslip = (
            self.coverslip_index if self.design_coverslip_index is None else self.design_coverslip_index
        )
        thickness = self.coverslip_um if self.design_coverslip_um is None else self.design_coverslip_um
        return (
            along(self.specimen, a) * self.depth_um
            + along(self.coverslip_index, a) * self.coverslip_um
            - along(coverslip, a) * thickness
            + along(self.immersion_index, a) * (self.working_distance_um - stage_um)
            - along(immersion, a) * self.working_distance_um
        )


def along(index: float, aperture: np.ndarray | float) -> np.ndarray:
    """n cos(theta), with a positive imaginary part where the wave is evanescent."""
    return np.sqrt(index**2 - np.asarray(aperture, complex) ** 2)


def scalar(optics: Optics) -> Intensity:
    """Born and Wolf, Gibson and Lanni: a uniformly filled pupil."""

    def intensity(radius: np.ndarray, stage_um: np.ndarray) -> np.ndarray:
        def wave(angle: float) -> np.ndarray:
            sine = np.sin(angle)
            bessel = j0(optics.wave_number * optics.immersion_index * sine * radius)
            wave = np.exp(1j * optics.wave_number * optics.path(sine, stage_um))
            return bessel * wave * sine * np.cos(angle)

        widest = np.arcsin(optics.na / optics.immersion_index)
        kink = np.arcsin(min(optics.specimen / optics.immersion_index, 1))
        points = [kink] if kink < widest else None
        field, _ = quad_vec(wave, 0, widest, epsabs=1e-9, epsrel=1e-9, points=points, limit=2000)
        return abs(field) ** 2

    return intensity


def vectorial(optics: Optics, angles: int = 160, directions: int = 72) -> Intensity:
    """Three crossed dipoles, one after the other."""
    k, ni, ng, ns = optics.wave_number, optics.immersion_index, optics.coverslip_index, optics.specimen
    theta, weight = np.polynomial.legendre.leggauss(angles)
    widest = np.arcsin(optics.na / ni)
    # The square of a uniform variable on both sides of the critical angle: no kink is left there.
    kink = np.arcsin(min(ns / ni, 1)) if ns < optics.na else widest
    t, weight = (theta + 1) / 2, weight * (theta + 1) / 2
    theta, weight = np.concatenate(
        [[kink * (1 - t**2), kink * weight], [kink + (widest - kink) * t**2, (widest - kink) * weight]],
        axis=1,
    )
    theta, weight = theta[weight > 0], weight[weight > 0]
    phi = 2 * np.pi * np.arange(directions) / directions
    theta, phi = np.meshgrid(theta, phi, indexing="ij")
    weight = np.repeat(weight[:, None], directions, axis=1)
    sine, a = np.sin(theta), ni * np.sin(theta)
    qs, qg, qi = along(ns, a), along(ng, a), along(ni, a)
    s = 4 * qs * qg / ((qs + qg) * (qg + qi))
    p = 4 * qs * qg / ((qs * ng / ns + qg * ns / ng) * (qg * ni / ng + qi * ng / ni))
    # Weyl: a dipole's plane waves have amplitudes 1 / k_z; k_z' times that is seen far away.
    s, p = s * qi / qs, p * qi / qs
    # From the sphere around the focus to the plane of the pupil; into the image's small angles.
    lens = weight * sine * np.sqrt(np.cos(theta))
    east, north = np.cos(phi), np.sin(phi)

    def intensity(radius: np.ndarray, stage_um: np.ndarray) -> np.ndarray:
        total = np.zeros(len(radius))
        for i, (r, stage) in enumerate(zip(radius, stage_um)):
            wave = lens * np.exp(1j * k * (optics.path(sine, stage) + a * east * r))
            for x, y, z in np.eye(3):
                radial = (
                    x * east + y * north
                ) * qs / ns - z * a / ns  # the dipole along the p-polarised direction
                around = -x * north + y * east
                field_x = (wave * (p * radial * east - s * around * north)).sum()
                field_y = (wave * (p * radial * north + s * around * east)).sum()
                total[i] += abs(field_x) ** 2 + abs(field_y) ** 2
        return total

    return intensity


def confocal(excitation: Intensity, emission: Intensity, pinhole_um: float) -> Intensity:
    """Points of a disc of radius `pinhole_um`, spread evenly (a sunflower's), see the emission."""
    n = 4000 if pinhole_um else 1
    radii = pinhole_um * np.sqrt((np.arange(n) + 0.5) / n)
    turns = np.arange(n) * np.pi * (3 - np.sqrt(5))

    def intensity(radius: np.ndarray, stage_um: np.ndarray) -> np.ndarray:
        seen = np.hypot(radius[:, None] + radii * np.cos(turns), radii * np.sin(turns))
        detected = np.zeros(len(radius))
        for stage in np.unique(stage_um):
            here = stage_um == stage
            fine = np.linspace(0, seen[here].max(), 400)
            table = CubicSpline(fine, emission(fine, np.full(len(fine), stage)))
            detected[here] = table(seen[here]).mean(axis=1)
        return detected * excitation(radius, stage_um)

    return intensity


def voxels(intensity: Intensity, places_um: np.ndarray, pixel_um: float, samples: int = 6) -> np.ndarray:
    """Light on the square pixels around `places_um` (z, y, x), by Gauss and Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(samples)
    dy, dx = (each.ravel() * pixel_um / 2 for each in np.meshgrid(nodes, nodes, indexing="ij"))
    radius = np.hypot(places_um[:, 1, None] + dy, places_um[:, 2, None] + dx)
    stage = np.repeat(places_um[:, 0], len(dy))
    values = intensity(radius.ravel(), stage).reshape(radius.shape)
    return values @ np.outer(weights, weights).ravel()
