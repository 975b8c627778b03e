"""`planapo fuse`: several views of one object become one image."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

import planapo as pa
from planapo._arrays import same_voxels
from planapo._image import is_prepared
from planapo._words import counted
from planapo.command_line.files import forbid_overwriting, require_writable
from planapo.command_line.options import Debug, Voxel, number, number_or_auto, triple, whole
from planapo.command_line.screen import Bar, emit, say, table
from planapo.command_line.signals import signals_held

SUMMARY = "Restore one image from several views of it, jointly."
HELP = f"""{SUMMARY}

[bold]Example[/bold]

Two views on one grid, each with its own PSF:

  planapo fuse --registered A.tif B.tif --psf psf_A.tif --psf psf_B.tif -o fused.tif --background 100
"""


def fuse(
    views: Annotated[
        list[str], typer.Argument(metavar="VIEW...", help="TIFF of each view.", show_default=False)
    ],
    psf: Annotated[
        list[str],
        typer.Option(
            "--psf",
            metavar="PSF",
            help="TIFF of each view's point-spread function, in the order of the views.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="OUT", help="File. What is there is replaced.", show_default=False
        ),
    ],
    registered: Annotated[
        bool, typer.Option("--registered", metavar="", help="The views lie on one grid already.")
    ] = False,
    scheme: Annotated[
        str, typer.Option(help="alternating, additive, multiplicative or bayesian.", rich_help_panel="Method")
    ] = "alternating",
    method: Annotated[
        str,
        typer.Option(
            help="wiener-butterworth, omw, wiener, matched, gaussian or butterworth.",
            rich_help_panel="Method",
        ),
    ] = "wiener-butterworth",
    iterations: Annotated[
        str,
        typer.Option(
            metavar="N|auto", help="Exactly so many, or as the method decides.", rich_help_panel="Method"
        ),
    ] = "auto",
    background: Annotated[
        Optional[list[float]],  # noqa: UP045  typer reads the annotation at run time
        typer.Option(
            parser=number,
            metavar="NUMBER",
            help="Camera offset, in the views' units; once for all, or once for each. Default: 0.",
            rich_help_panel="Method",
        ),
    ] = None,
    boundary: Annotated[
        str,
        typer.Option(
            help="What lies outside the image: mirror, wrap, zero or unknown.", rich_help_panel="Method"
        ),
    ] = "mirror",
    alpha: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(parser=number_or_auto, metavar="NUMBER|auto", rich_help_panel="Method"),
    ] = None,
    beta: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(parser=number_or_auto, metavar="NUMBER|auto", rich_help_panel="Method"),
    ] = None,
    voxel: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="Z,Y,X", help="Voxel of the views in um. Default: as the first file says."),
    ] = None,
    psf_as_is: Annotated[
        bool,
        typer.Option("--psf-as-is", metavar="", help="Take the PSFs as they are, on the views' voxels."),
    ] = False,
    dtype: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="TYPE", help="Of the result's file, e.g. uint16. Default: float32."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "auto",
    threads: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(parser=whole, metavar="N", help="Of the CPU, 1 to 4096. Default: all."),
    ] = None,
    debug: Debug = False,
) -> None:
    """Read, restore, write, and tell."""
    if not registered:
        raise pa.InvalidArgument(
            "Views are not registered here yet: bring them onto one grid first, and say --registered."
        )
    if len(views) != len(psf):
        raise pa.InvalidArgument(
            f"There are {counted(len(views), 'view')} and {counted(len(psf), 'PSF')}: give --psf once a view."
        )
    sources, target, began = [Path(name) for name in views], Path(output), time.perf_counter()
    forbid_overwriting([*sources, *(Path(name) for name in psf)], [target])
    require_writable([target])
    images = [pa.imread(source) for source in sources]
    voxel_um = triple("--voxel", voxel) or images[0].voxel_um
    count: Any = int(iterations) if iterations.lstrip("+-").isdecimal() else iterations
    with warnings.catch_warnings(record=True) as given, Bar(1) as bar:
        warnings.simplefilter("always", pa.PlanapoWarning)
        psfs = [_psf(name, voxel_um, psf_as_is) for name in psf]
        plan = pa.ViewsDeconvolver(
            psfs, scheme=scheme, background=background or 0.0, device=device, voxel_um=voxel_um,
            method=method, iterations=count, boundary=boundary, alpha=alpha, beta=beta, threads=threads,
        )  # fmt: skip
        bar.describe(target.name)
        fused = plan(images, progress=lambda done, total: bar.within_file(done / total))
    for sentence in dict.fromkeys(str(each.message) for each in given):
        say(sentence)
    with signals_held():
        pa.imwrite(target, fused, dtype=dtype)
    emit(table([_row(target, plan, len(views), time.perf_counter() - began)]))


def _row(target: Path, plan: pa.ViewsDeconvolver, views: int, seconds: float) -> dict[str, str]:
    assert plan.report is not None
    return {
        "fused": str(target),
        "views": str(views),
        "device": plan.device,
        "iterations": str(plan.report.iterations),
        "seconds": f"{seconds:.2f}",
    }


def _psf(name: str, voxel_um: Voxel | None, as_is: bool) -> pa.Image:
    """A PSF as `planapo deconvolve` takes it: prepared, unless it is already."""
    psf = pa.imread(name)
    fits = psf.voxel_um is None or voxel_um is None or same_voxels(psf.voxel_um, voxel_um)
    if as_is or (is_prepared(psf) and fits):
        return psf
    try:
        return pa.psf.prepare(psf, voxel_um=voxel_um)[0]
    except pa.InvalidArgument as error:
        raise pa.InvalidArgument(f"{name}: {error}") from error
