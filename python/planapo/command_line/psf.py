"""`planapo psf`: a PSF from what is known of the microscope, as a file."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

import planapo as pa
from planapo._words import voxels_in_words
from planapo.command_line.files import require_writable
from planapo.command_line.options import Debug, number, triple
from planapo.command_line.screen import emit

SUMMARY = "Compute a point-spread function from what is known of the microscope."
EXAMPLES = """

MODEL is born-wolf, gibson-lanni, vectorial, confocal or light-sheet. Lengths are micrometres.

[bold]Examples[/bold]

An oil objective, everything as designed:

  planapo psf vectorial --na 1.4 --wavelength 0.52 --voxel 0.2,0.065,0.065 -o psf.tif

Ten micrometres deep in water, through oil:

  planapo psf gibson-lanni --na 1.3 --wavelength 0.6 --specimen-index 1.33 --depth 10
  --voxel 0.2,0.1,0.1 -o psf.tif

A confocal microscope with a pinhole of one Airy unit:

  planapo psf confocal --na 1.2 --wavelength 0.52 --excitation 0.488 --pinhole 1 --immersion-index 1.33
  --voxel 0.3,0.1,0.1 -o psf.tif

Restore with it, as it is:

  planapo deconvolve cell.tif --psf psf.tif --psf-as-is -o restored.tif
"""


@dataclass(frozen=True)
class _Model:
    """What computes it, and which of its keywords each option stands for."""

    compute: Callable[..., pa.Image]
    keywords: dict[str, str]
    needed: tuple[str, ...] = ()


_LAYERS = {
    "--immersion-index": "immersion_index",
    "--specimen-index": "specimen_index",
    "--depth": "depth_um",
    "--coverslip-index": "coverslip_index",
    "--coverslip": "coverslip_um",
    "--working-distance": "working_distance_um",
    "--design-immersion-index": "design_immersion_index",
    "--design-coverslip-index": "design_coverslip_index",
    "--design-coverslip": "design_coverslip_um",
    "--centre": "centre",
}
_LIT = {**_LAYERS, "--base": "model", "--excitation": "excitation_um"}
_SHEET = {"--sheet-fwhm": "sheet_fwhm_um", "--sheet-na": "sheet_na", "--from-waist": "from_waist_um"}
_MODELS = {
    "born-wolf": _Model(pa.psf.born_wolf, {"--immersion-index": "index", "--defocus": "defocus"}),
    "gibson-lanni": _Model(pa.psf.gibson_lanni, _LAYERS),
    "vectorial": _Model(pa.psf.vectorial, _LAYERS),
    "confocal": _Model(pa.psf.confocal, {**_LIT, "--pinhole": "pinhole_airy"}, ("--excitation",)),
    "light-sheet": _Model(pa.psf.light_sheet, {**_LIT, **_SHEET}),
}


_Text = Optional[str]  # noqa: UP045  typer reads the annotations at run time
_Number = Optional[float]  # noqa: UP045


def _text(metavar: str, help: str, panel: str) -> Any:
    return typer.Option(metavar=metavar, help=help, rich_help_panel=panel, show_default=False)


def _amount(metavar: str, help: str, panel: str) -> Any:
    return typer.Option(parser=number, metavar=metavar, help=help, rich_help_panel=panel, show_default=False)


def psf(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="See above.", show_default=False)],
    na: Annotated[float, typer.Option(parser=number, metavar="NUMBER", help="Numerical aperture.")],
    wavelength: Annotated[
        float, typer.Option(parser=number, metavar="UM", help="Of the emitted light, in vacuum.")
    ],
    voxel: Annotated[str, typer.Option(metavar="Z,Y,X", help="Voxel of the PSF in um.")],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="TIFF. What is there is replaced.")
    ],
    shape: Annotated[_Text, _text("Z,Y,X", "Voxels an axis. Default: as --energy asks.", "Extent")] = None,
    energy: Annotated[
        float,
        typer.Option(parser=number, metavar="SHARE", help="In [0.5, 1).", rich_help_panel="Extent"),
    ] = 0.999,
    centre: Annotated[
        _Text, _text("peak|nominal", "Where the middle plane lies. Default: peak.", "Extent")
    ] = None,
    defocus: Annotated[_Text, _text("exact|paraxial", "Of born-wolf. Default: exact.", "Extent")] = None,
    immersion_index: Annotated[
        _Number, _amount("NUMBER", "Oil, water or air. Default: 1.515.", "Layers")
    ] = None,
    specimen_index: Annotated[
        _Number, _amount("NUMBER", "Around the fluorophore. Default: the immersion's.", "Layers")
    ] = None,
    depth: Annotated[
        _Number, _amount("UM", "Of the fluorophore below the coverslip. Default: 0.", "Layers")
    ] = None,
    coverslip_index: Annotated[_Number, _amount("NUMBER", "Default: 1.5255.", "Layers")] = None,
    coverslip: Annotated[_Number, _amount("UM", "Its thickness. Default: 170.", "Layers")] = None,
    working_distance: Annotated[_Number, _amount("UM", "Of immersion. Default: 150.", "Layers")] = None,
    design_immersion_index: Annotated[
        _Number, _amount("NUMBER", "If it differs from what there is.", "Layers")
    ] = None,
    design_coverslip_index: Annotated[
        _Number, _amount("NUMBER", "If it differs from what there is.", "Layers")
    ] = None,
    design_coverslip: Annotated[_Number, _amount("UM", "If it differs from what there is.", "Layers")] = None,
    base: Annotated[
        _Text,
        _text("MODEL", "Of each light: gibson-lanni (default), vectorial, born-wolf.", "Illumination"),
    ] = None,
    excitation: Annotated[
        _Number, _amount("UM", "Wavelength of the excitation, in vacuum.", "Illumination")
    ] = None,
    pinhole: Annotated[
        _Number, _amount("AIRY", "Its diameter in Airy units, 0 to 20. Default: 1.", "Illumination")
    ] = None,
    sheet_fwhm: Annotated[
        _Number, _amount("UM", "Thickness of the sheet at its waist.", "Illumination")
    ] = None,
    sheet_na: Annotated[_Number, _amount("NUMBER", "Instead of the thickness.", "Illumination")] = None,
    from_waist: Annotated[
        _Number, _amount("UM", "Where the sheet meets the fluorophore. Default: 0.", "Illumination")
    ] = None,
    debug: Debug = False,
) -> None:
    given = {
        "--immersion-index": immersion_index, "--specimen-index": specimen_index, "--depth": depth,
        "--coverslip-index": coverslip_index, "--coverslip": coverslip,
        "--working-distance": working_distance, "--design-immersion-index": design_immersion_index,
        "--design-coverslip-index": design_coverslip_index, "--design-coverslip": design_coverslip,
        "--centre": centre, "--defocus": defocus,
        "--base": None if base is None else base.replace("-", "_"), "--excitation": excitation,
        "--pinhole": pinhole, "--sheet-fwhm": sheet_fwhm, "--sheet-na": sheet_na, "--from-waist": from_waist,
    }  # fmt: skip
    chosen = _chosen(model)
    keywords = _keywords(
        model, chosen, {option: value for option, value in given.items() if value is not None}
    )
    require_writable([Path(output)])
    made = chosen.compute(
        na=na, wavelength_um=wavelength, voxel_um=triple("--voxel", voxel), shape=_extents(shape),
        energy=energy, **keywords,
    )  # fmt: skip
    pa.imwrite(output, made)
    emit(_told(output, made))


def _chosen(model: str) -> _Model:
    if model not in _MODELS:
        raise pa.InvalidArgument(f'The model is "{model}": it must be one of {", ".join(_MODELS)}.')
    return _MODELS[model]


def _keywords(model: str, chosen: _Model, given: dict[str, Any]) -> dict[str, Any]:
    for option in given:
        if option not in chosen.keywords:
            others = ", ".join(name for name, each in _MODELS.items() if option in each.keywords)
            raise pa.InvalidArgument(f"{option} means nothing to {model}: leave it out, or choose {others}.")
    for option in chosen.needed:
        if option not in given:
            raise pa.InvalidArgument(f"{model} needs {option}.")
    return {chosen.keywords[option]: value for option, value in given.items()}


def _extents(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(operator.index(int(part)) for part in text.split(","))
    except ValueError:
        raise pa.InvalidArgument(
            f'--shape is "{text}": give whole numbers of voxels, as in 61,129,129 (z, y, x).'
        ) from None


def _told(output: str, made: pa.Image) -> list[str]:
    """What was written, and where the stage stands in its middle plane."""
    assert made.voxel_um is not None
    size = " x ".join(str(n) for n in made.shape)
    voxel, widths = voxels_in_words(made.voxel_um), voxels_in_words(pa.psf.fwhm(made))
    lines = [f"{output}: {size} voxels of {voxel}, FWHM {widths}"]
    focus_um = json.loads(made.provenance)["psf"]["focus_um"]
    if abs(focus_um) >= 0.001:
        lines.append(f"In its middle plane the stage stands {focus_um:.3f} um from focus on the coverslip.")
    return lines
