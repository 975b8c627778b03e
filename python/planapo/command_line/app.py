"""The commands and their options."""

from __future__ import annotations

from typing import Annotated, Any, Optional

import typer
from typer.core import TyperCommand, TyperGroup

import planapo as pa
from planapo.command_line import devices as devices_command
from planapo.command_line import distill as distill_command
from planapo.command_line import fuse as fuse_command
from planapo.command_line import psf as psf_command
from planapo.command_line.errors import STOPPED, Stopped
from planapo.command_line.options import Debug, Wishes, number, number_or_auto, triple, whole
from planapo.command_line.restore import restore_files
from planapo.command_line.screen import emit


class _BareHelp:
    """Without the type `<bool>`: like every flag here, --help takes no value."""

    def get_help_option(self, context: Any) -> Any:
        option = super().get_help_option(context)  # type: ignore[misc]
        if option is not None:
            option.metavar = ""
        return option


class _Command(_BareHelp, TyperCommand):
    pass


class _Group(_BareHelp, TyperGroup):
    pass


app = typer.Typer(
    name="planapo",
    cls=_Group,
    help="Turns what a microscope recorded into what was there.",
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

EXAMPLES = """

[bold]Examples[/bold]

One stack, with a measured PSF:

  planapo deconvolve cell.tif --psf bead.tif -o restored.tif --background 100

The PSF was recorded with other voxels, and neither file says which:

  planapo deconvolve cell.tif --psf bead.tif -o out.tif --voxel 0.157,0.1,0.1 --psf-voxel 0.1,0.1,0.1

A folder of stacks, back as 16-bit integers, with a picture of each:

  planapo deconvolve 'day1/*.tif' --psf bead.tif -o restored/ --dtype uint16 --preview pictures/
"""


def run(arguments: list[str]) -> int:
    """Parse and run; errors come out as exceptions."""
    try:
        code = app(args=arguments, prog_name="planapo", standalone_mode=False) or 0
    except typer.Abort:
        raise Stopped("Stopped.") from None
    if code == STOPPED:  # so typer's newer versions report Ctrl-C
        raise Stopped("Stopped.")
    return code


def _show_version(wanted: bool) -> None:
    if wanted:
        emit([f"planapo {pa.__version__}"])
        raise typer.Exit()


@app.callback(invoke_without_command=True)
def _planapo(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", help="Print the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(cls=_Command, help="List the devices that work can run on, and why others cannot be used.")
def devices(debug: Debug = False) -> None:
    devices_command.show()


app.command(cls=_Command, help=psf_command.SUMMARY + psf_command.EXAMPLES, short_help=psf_command.SUMMARY)(
    psf_command.psf
)

app.command(cls=_Command, help=distill_command.HELP, short_help=distill_command.SUMMARY)(
    distill_command.distill
)


app.command(cls=_Command, help=fuse_command.HELP, short_help=fuse_command.SUMMARY)(fuse_command.fuse)

_SUMMARY = "Restore images blurred by a known point-spread function."


@app.command(cls=_Command, help=_SUMMARY + EXAMPLES, short_help=_SUMMARY)
def deconvolve(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="IN...", help="TIFF files, or quoted patterns such as 'day1/*.tif'.", show_default=False
        ),
    ],
    psf: Annotated[
        str,
        typer.Option("--psf", metavar="PSF", help="TIFF of the point-spread function.", show_default=False),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="File; a folder for several images or a pattern. What is there is replaced.",
            show_default=False,
        ),
    ],
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
    stop: Annotated[
        str,
        typer.Option(
            metavar="RULE",
            help="What decides: divergence, held-out or consensus.",
            rich_help_panel="Method",
        ),
    ] = "divergence",
    photons_per_unit: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(
            "--photons-per-unit",
            parser=number,
            metavar="NUMBER",
            help="For held-out and consensus: 1 / the camera's gain. Default: from the noise.",
            rich_help_panel="Method",
        ),
    ] = None,
    background: Annotated[
        float,
        typer.Option(
            parser=number,
            metavar="NUMBER",
            help="Camera offset, in the image's units.",
            rich_help_panel="Method",
        ),
    ] = 0.0,
    boundary: Annotated[
        str,
        typer.Option(
            help="What lies outside the image: mirror, wrap, zero or unknown.", rich_help_panel="Method"
        ),
    ] = "mirror",
    start: Annotated[
        str, typer.Option(help="First estimate: image or flat.", rich_help_panel="Method")
    ] = "image",
    alpha: Annotated[
        str,
        typer.Option(
            parser=number_or_auto,
            metavar="NUMBER|auto",
            help="Wiener's regularisation, > 0, or by the image's noise.",
            rich_help_panel="Method",
        ),
    ] = "auto",
    beta: Annotated[
        str,
        typer.Option(
            parser=number_or_auto,
            metavar="NUMBER|auto",
            help="Gain at the cutoff, in (0, 1).",
            rich_help_panel="Method",
        ),
    ] = "auto",
    order: Annotated[
        int,
        typer.Option(
            parser=whole, metavar="N", help="Of the Butterworth filter, 1 to 100.", rich_help_panel="Method"
        ),
    ] = 8,
    acceleration: Annotated[
        str,
        typer.Option(
            help="For matched: none, biggs-andrews or heavy-ball: half the iterations.",
            rich_help_panel="Method",
        ),
    ] = "none",
    regularisation: Annotated[
        str,
        typer.Option(help="none, total-variation or tikhonov-miller.", rich_help_panel="Method"),
    ] = "none",
    strength: Annotated[
        float,
        typer.Option(
            parser=number,
            metavar="NUMBER",
            help="Of the regularisation, in (0, 1].",
            rich_help_panel="Method",
        ),
    ] = 2e-3,
    floor: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(
            parser=number,
            metavar="LEVEL",
            help="Smallest value of the estimate, > 0. Default: 1e-6 of the image's mean.",
            rich_help_panel="Method",
        ),
    ] = None,
    voxel: Annotated[
        Optional[str],  # noqa: UP045  typer reads the annotation at run time
        typer.Option(
            metavar="Z,Y,X",
            help="Voxel of the images in um. Default: as the file says.",
            rich_help_panel="Voxels and PSF",
        ),
    ] = None,
    psf_voxel: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="Z,Y,X",
            help="Voxel of the PSF in um. Default: as the file says.",
            rich_help_panel="Voxels and PSF",
        ),
    ] = None,
    series: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            parser=whole,
            metavar="N",
            help="Which image of files that hold several, counted from 0. Default: 0, and the others are "
            "mentioned.",
            rich_help_panel="Input",
        ),
    ] = None,
    psf_as_is: Annotated[
        bool,
        typer.Option(
            "--psf-as-is",
            metavar="",
            help="Take the PSF as it is: no background removal, centring, resampling or cropping.",
            rich_help_panel="Voxels and PSF",
        ),
    ] = False,
    dtype: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="TYPE",
            help="Of the result's file, e.g. uint16 (rounded, saturated). Default: float32.",
            rich_help_panel="Output",
        ),
    ] = None,
    compression: Annotated[
        str, typer.Option(help="none, deflate or zstd.", rich_help_panel="Output")
    ] = "none",
    preview: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="PNG",
            help="Picture before and after; a folder for several images.",
            rich_help_panel="Output",
        ),
    ] = None,
    device: Annotated[
        str, typer.Option(help="auto, cpu, cuda or cuda:N.", rich_help_panel="Device")
    ] = "auto",
    threads: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            parser=whole, metavar="N", help="Of the CPU, 1 to 4096. Default: all.", rich_help_panel="Device"
        ),
    ] = None,
    debug: Debug = False,
) -> None:
    count = int(iterations) if iterations.lstrip("+-").isdecimal() else iterations
    wishes = Wishes(
        psf=psf, psf_as_is=psf_as_is, series=series,
        voxel_um=triple("--voxel", voxel), psf_voxel_um=triple("--psf-voxel", psf_voxel),
        dtype=dtype, compression=compression, preview=preview, device=device,
        options={
            "method": method, "iterations": count, "stop": stop, "photons_per_unit": photons_per_unit,
            "background": background, "boundary": boundary,
            "start": start, "alpha": alpha, "beta": beta, "order": order, "floor": floor,
            "acceleration": acceleration, "regularisation": regularisation, "strength": strength,
            "threads": threads,
        },
    )  # fmt: skip
    restore_files(files, output, wishes)
