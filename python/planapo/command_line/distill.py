"""`planapo distill`: a PSF from a recording of beads."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated, Optional

import typer

import planapo as pa
from planapo import _bead_picture
from planapo.command_line.files import forbid_overwriting, require_writable
from planapo.command_line.options import number, triple, whole
from planapo.command_line.screen import emit, indented, say

SUMMARY = "Distil a point-spread function from a recording of beads."
HELP = f"""{SUMMARY}

[bold]Example[/bold]

  planapo distill beads.tif -o psf.tif --report beads.png --bead 0.1
"""


def distill(
    recording: Annotated[
        str, typer.Argument(metavar="BEADS", help="TIFF of many beads.", show_default=False)
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="PSF",
            help="TIFF of the PSF. What is there is replaced.",
            show_default=False,
        ),
    ],
    report: Annotated[
        Optional[str],  # noqa: UP045  typer reads the annotation at run time
        typer.Option("--report", metavar="PNG", help="Picture of the beads and of the PSF."),
    ] = None,
    bead: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(
            "--bead",
            parser=number,
            metavar="UM",
            help="Diameter of the beads, whose blur is then taken out. Default: points.",
        ),
    ] = None,
    voxel: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="Z,Y,X", help="Voxel in um. Default: as the file says."),
    ] = None,
    reach: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="Z,Y,X",
            help="How far from its centre a bead is looked at, in um. Default: three times the FWHM.",
        ),
    ] = None,
    saturation: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(
            parser=number, metavar="LEVEL", help="From which on a voxel is saturated. Default: it is judged."
        ),
    ] = None,
    smallest_snr: Annotated[
        float,
        typer.Option(parser=number, metavar="NUMBER", help="Least peak of a bead, in units of the noise."),
    ] = 5.0,
    series: Annotated[
        int,
        typer.Option(parser=whole, metavar="N", help="Which image of a file that holds several, from 0."),
    ] = 0,
    debug: Annotated[
        bool, typer.Option("--debug", metavar="", help="On an error, show Python's traceback too.")
    ] = False,
) -> None:
    """Find the beads, average them, write the PSF, and tell."""
    source, target = Path(recording), Path(output)
    drawn = None if report is None else _bead_picture.checked(report)
    forbid_overwriting([source], [target, *([drawn] if drawn else [])])
    require_writable([target, *([drawn] if drawn else [])])
    voxel_um, reach_um = triple("--voxel", voxel), triple("--reach", reach)
    image = pa.imread(source, series=series)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pa.PlanapoWarning)  # said below, in the command line's own way
        psf, told = pa.psf.distill(
            image, voxel_um=voxel_um, bead_um=bead, reach_um=reach_um,
            saturation=saturation, smallest_snr=smallest_snr,
        )  # fmt: skip
    pa.imwrite(target, psf)
    if drawn is not None:
        told.save_picture(drawn)
    for sentence in told.warnings:
        say(f"{source}: {sentence}")
    emit([f"{target} was distilled from {source}:", *(line for s in told.steps for line in indented(s))])
