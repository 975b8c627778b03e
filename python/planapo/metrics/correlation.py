"""Fourier ring and shell correlation: up to which frequency two independent images agree.

For shells of physical frequency k, FSC(k) = Re Σ A conj(B) / √(Σ |A|² Σ |B|²), over all coefficients of the
shell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from planapo._arrays import finite_array
from planapo._core import InvalidArgument
from planapo.metrics._check import at_least, per_axis, positive, same_shape
from planapo.metrics._shells import (
    Sector,
    default_shell_width,
    frequencies,
    frequency_limit,
    half_bit,
    independent_share,
    multiplicity,
    windowed_spectrum,
    without_margin,
)


@dataclass(frozen=True)
class FourierCorrelation:
    """A Fourier ring or shell correlation curve.

    Attributes
    ----------
    frequency : (N,) ndarray of float64
        Mean frequency of each shell, in cycles per micrometre (per voxel when no voxel size was given).
    correlation : (N,) ndarray of float64
        Correlation of each shell, -1 to 1.
    count : (N,) ndarray of int64
        Fourier coefficients in each shell, both halves of the spectrum counted.
    effective_count : (N,) ndarray of float64
        Of these, as many as are independent after the taper, about. Without signal the correlation of a shell
        scatters about 0 with a standard deviation of 1/√effective_count or a little less.
    unit : {"um", "px"}
        Micrometres, or voxels when no voxel size was given.
    """

    frequency: np.ndarray
    correlation: np.ndarray
    count: np.ndarray
    effective_count: np.ndarray
    unit: str

    def threshold(self, criterion: str | float = "half-bit") -> np.ndarray:
        """Return the curve that the correlation must exceed to be called resolved.

        Parameters
        ----------
        criterion : {"half-bit", "1/7"} or float, default "half-bit"
            "half-bit" [2]_ asks of each shell that the whole image holds half a bit per coefficient, and more
            where the shell has few. "1/7" [3]_ and numbers are the same for all shells.

        Returns
        -------
        (N,) ndarray of float64

        Raises
        ------
        InvalidArgument
            If `criterion` is none of these.

        References
        ----------
        See `fourier_shell_correlation`.
        """
        if criterion == "half-bit":
            return half_bit(self.effective_count)
        if isinstance(criterion, str) and criterion != "1/7":
            raise InvalidArgument(f'criterion must be "half-bit", "1/7" or a number, but is {criterion!r}.')
        fixed = 1 / 7 if isinstance(criterion, str) else positive("criterion", criterion)
        return np.full(self.frequency.shape, fixed)

    def resolution(self, criterion: str | float = "half-bit") -> float:
        """Return one over the frequency at which the correlation falls below the threshold.

        The search begins at the first two shells in a row that lie above it and above three times the scatter
        of pure noise, and ends at the next two in a row that lie below it: a single shell, above all an inner
        one of few coefficients, may err by chance.

        Parameters
        ----------
        criterion : {"half-bit", "1/7"} or float, default "half-bit"
            See `threshold`.

        Returns
        -------
        float
            Micrometres (voxels without a voxel size), interpolated linearly between two shells. Infinite if
            the search does not begin: nothing is resolved. The period of the last shell if the correlation
            does not fall below: the sampling is what limits.
        """
        margin = self.correlation - self.threshold(criterion)
        above = margin >= 0
        certain = above & (self.correlation > 3 / np.sqrt(self.effective_count))
        starts = np.flatnonzero(certain[:-1] & certain[1:])
        if starts.size == 0:
            return float("inf")
        below_twice = ~above & np.append(~above[1:], True)
        ends = np.flatnonzero(below_twice[starts[0] :]) + starts[0]
        if ends.size == 0:
            return float(1 / self.frequency[-1])
        end = int(ends[0])
        share = margin[end - 1] / (margin[end - 1] - margin[end])
        low, high = self.frequency[end - 1 : end + 1]
        return float(1 / (low + share * (high - low)))

    def __repr__(self) -> str:
        half_bit, seventh = self.resolution("half-bit"), self.resolution("1/7")
        return (
            f"FourierCorrelation({len(self.frequency)} shells; resolution {half_bit:.3g} {self.unit} "
            f"at half-bit, {seventh:.3g} {self.unit} at 1/7)"
        )


def fourier_shell_correlation(
    a: ArrayLike,
    b: ArrayLike,
    *,
    voxel_um: float | Sequence[float] | None = None,
    margin_px: int | Sequence[int] = 0,
    taper: float = 0.5,
    shell_width: float | None = None,
    sector: Sector = "all",
) -> FourierCorrelation:
    """Correlate two images shell by shell in frequency.

    Both are multiplied by a window that falls to 0 as a raised cosine at every face, after their mean under
    that window has been removed: else the jump from each face to the opposite one, and what a restoration
    does at the faces, would be common to both and correlate.

    Parameters
    ----------
    a, b : (Z, Y, X) or (Y, X) array_like of real
        Two images of one object with independent noise. Axes of length 1 are ignored.
    voxel_um : float or sequence of float, optional
        Voxel size in micrometres, per axis; shells are spheres in physical frequency. Default: 1 voxel.
    margin_px : int or sequence of int, default 0
        Voxels to leave out at every face, per axis: about the size of the PSF, if the restoration makes
        something of its own near the faces (as with zeros assumed outside of a bright background).
    taper : float, default 0.5
        Share of each remaining axis, at each of its two ends, over which the window falls: 0 (no window) to
        0.5 (Hann). A short taper weighs more of the image, but strong coarse structure that the faces cut
        then leaks into the shells beyond the optics' band, and correlates there.
    shell_width : float, optional
        Cycles per micrometre (per voxel). Default: the coarsest frequency step of any axis, but at most 1/32
        of the range, which ends at the highest Nyquist frequency of any axis.
    sector : {"all", "axial", "lateral"}, default "all"
        Only coefficients within 30° of the z axis, or within 30° of the plane across it [4]_.

    Returns
    -------
    FourierCorrelation
        Frequencies, correlation, counts; `resolution()` reads off the resolution.

    Raises
    ------
    InvalidArgument
        If the shapes differ, a value is not finite, an image is constant, or an option is out of range.

    Notes
    -----
    Beyond the Nyquist frequency of a coarser axis (usually z) a shell holds only what the finer axes reach.

    References
    ----------
    .. [1] N. Banterle et al., "Fourier ring correlation as a resolution criterion for super-resolution
       microscopy", J. Struct. Biol. 183, 363 (2013). doi:10.1016/j.jsb.2013.05.004; R. P. J. Nieuwenhuizen et
       al., Nat. Methods 10, 557 (2013). doi:10.1038/nmeth.2448
    .. [2] M. van Heel, M. Schatz, "Fourier shell correlation threshold criteria", J. Struct. Biol. 151, 250
       (2005). doi:10.1016/j.jsb.2005.05.009
    .. [3] P. B. Rosenthal, R. Henderson, J. Mol. Biol. 333, 721 (2003). doi:10.1016/j.jmb.2003.07.013
    .. [4] S. Koho et al., "Fourier ring correlation simplifies image restoration in fluorescence microscopy",
       Nat. Commun. 10, 3103 (2019). doi:10.1038/s41467-019-11024-z

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> noise = np.random.default_rng(0).normal(size=(2, 32, 32, 32))
    >>> bool(np.allclose(pa.metrics.fourier_shell_correlation(noise[0], noise[0]).correlation, 1))
    True
    >>> pa.metrics.fourier_shell_correlation(noise[0], noise[1]).resolution()
    inf
    """
    first, second = finite_array("a", a, (2, 3)), finite_array("b", b, (2, 3))
    same_shape("a", first, "b", second)
    first, second = without_margin(first, margin_px), without_margin(second, margin_px)
    size = per_axis("voxel_um", voxel_um, first.ndim)
    if at_least("taper", taper, 0.0) > 0.5:
        raise InvalidArgument(f"taper must be at most 0.5, but is {taper!r}.")
    radius, in_sector = frequencies(first.shape, size, sector)
    width = (
        default_shell_width(first.shape, size)
        if shell_width is None
        else positive("shell_width", shell_width)
    )
    shell = np.rint(radius / width).astype(np.int64)
    kept = in_sector & (radius > 0) & (radius <= frequency_limit(first.shape, size) * (1 + 1e-12))
    both_sides = np.broadcast_to(multiplicity(first.shape[-1]), shell.shape)[kept]
    a_kept, b_kept = windowed_spectrum("a", first, taper)[kept], windowed_spectrum("b", second, taper)[kept]
    shell = shell[kept]

    def total(values: np.ndarray | float) -> np.ndarray:
        return np.bincount(shell, weights=values * both_sides)

    count = total(1.0)
    power = np.sqrt(total(np.abs(a_kept) ** 2) * total(np.abs(b_kept) ** 2))
    cross = total((a_kept * b_kept.conj()).real)
    used = power > 0
    return FourierCorrelation(
        frequency=total(radius[kept])[used] / count[used],
        correlation=cross[used] / power[used],
        count=count[used].astype(np.int64),
        effective_count=count[used] * independent_share(first.shape, size, taper, width),
        unit="px" if voxel_um is None else "um",
    )


def fourier_ring_correlation(
    a: ArrayLike,
    b: ArrayLike,
    *,
    pixel_um: float | Sequence[float] | None = None,
    taper: float = 0.5,
    ring_width: float | None = None,
) -> FourierCorrelation:
    """Correlate two images of two dimensions ring by ring: `fourier_shell_correlation` for (Y, X) arrays.

    Parameters
    ----------
    a, b : (Y, X) array_like of real
        Two images of one object with independent noise.
    pixel_um, taper, ring_width
        As `voxel_um`, `taper` and `shell_width` there.

    Returns
    -------
    FourierCorrelation
        Frequencies, correlation, counts.

    Raises
    ------
    InvalidArgument
        As there, and if the images do not have two dimensions.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> image = np.random.default_rng(0).normal(size=(64, 64))
    >>> pa.metrics.fourier_ring_correlation(image, image, pixel_um=0.1)
    FourierCorrelation(32 shells; resolution 0.201 um at half-bit, 0.201 um at 1/7)
    """
    first, second = finite_array("a", a, (2,)), finite_array("b", b, (2,))
    return fourier_shell_correlation(first, second, voxel_um=pixel_um, taper=taper, shell_width=ring_width)
