"""What was asked for on the command line, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

import planapo as pa
from planapo._arrays import voxel_triple
from planapo._options import Options

Voxel = tuple[float, float, float]
Debug = Annotated[bool, typer.Option("--debug", metavar="", help="On an error, show Python's traceback too.")]


@dataclass(frozen=True)
class Wishes:
    """The options of `planapo deconvolve`; `options` are those of `pa.Deconvolver`, by the same names."""

    psf: str
    psf_as_is: bool
    series: int | None
    voxel_um: Voxel | None
    psf_voxel_um: Voxel | None
    dtype: str | None
    compression: str
    preview: str | None
    device: str
    options: Options

    def __post_init__(self) -> None:
        if self.psf_as_is and self.psf_voxel_um is not None:
            raise pa.InvalidArgument(
                "--psf-as-is takes the PSF as it is, on the image's voxels: leave it out, or --psf-voxel."
            )


def number(text: str | float) -> float:
    """Read a number; what cannot be read is quoted."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a number") from None


def number_or_auto(text: str | float) -> float | str:
    """Read a number, or that the method decides."""
    return "auto" if text == "auto" else number(text)


def whole(text: str | int) -> int:
    """Read a whole number; what cannot be read is quoted."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a whole number") from None


def triple(option: str, text: str | None) -> Voxel | None:
    """Read "Z,Y,X"; one number stands for all three."""
    if text is None:
        return None
    try:
        edges = [float(part) for part in text.replace(";", ",").split(",")]
    except ValueError:
        edges = []
    if len(edges) not in (1, 3):
        raise pa.InvalidArgument(
            f'{option} is "{text}": give three numbers in micrometres, as in 0.3,0.1,0.1 (z, y, x).'
        )
    return voxel_triple(option, edges)
