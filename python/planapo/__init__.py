"""planapo: turns what a microscope recorded into what was there, on CPU and GPU.

Arrays are (Z, Y, X) or (Y, X); lengths are micrometres and end in ``_um``; results are float32 of the input's
shape.

Examples
--------
>>> import planapo as pa
>>> image = pa.imread("cell.tif")                                             # doctest: +SKIP
>>> psf, report = pa.psf.prepare(pa.imread("bead.tif"), voxel_um=image.voxel_um)  # doctest: +SKIP
>>> restored = pa.deconvolve(image, psf, background=100)                      # doctest: +SKIP
>>> pa.imwrite("restored.tif", restored)                                      # doctest: +SKIP
"""

from planapo import _libraries

_libraries.announce()  # before the compiled module can look for a Fourier transform

from planapo import metrics, phantoms, psf  # noqa: E402
from planapo._blur import Blur, blur  # noqa: E402
from planapo._core import (  # noqa: E402
    Cancelled,
    DeviceError,
    DeviceUnavailable,
    InvalidArgument,
    OutOfMemory,
    __version__,
)
from planapo._deconvolve import deconvolve  # noqa: E402
from planapo._deconvolver import Deconvolver  # noqa: E402
from planapo._device_array import DeviceArray, to_device  # noqa: E402
from planapo._devices import DeviceInfo, bytes_in_use, devices, peak_bytes, reset_peak_bytes  # noqa: E402
from planapo._files import imread, imwrite  # noqa: E402
from planapo._image import Image  # noqa: E402
from planapo._reports import DeconvolvePlan, DeconvolveReport, PsfReport, WriteReport  # noqa: E402
from planapo._varying_psf import VaryingPsf, sheet_illumination  # noqa: E402
from planapo._views import ViewsDeconvolver, deconvolve_views  # noqa: E402
from planapo._warn import PlanapoWarning  # noqa: E402

__all__ = [
    "Blur",
    "Cancelled",
    "DeconvolvePlan",
    "DeconvolveReport",
    "Deconvolver",
    "DeviceArray",
    "DeviceError",
    "DeviceInfo",
    "DeviceUnavailable",
    "Image",
    "InvalidArgument",
    "OutOfMemory",
    "PlanapoWarning",
    "PsfReport",
    "ViewsDeconvolver",
    "VaryingPsf",
    "WriteReport",
    "__version__",
    "blur",
    "bytes_in_use",
    "deconvolve",
    "deconvolve_views",
    "devices",
    "imread",
    "imwrite",
    "metrics",
    "peak_bytes",
    "phantoms",
    "psf",
    "reset_peak_bytes",
    "sheet_illumination",
    "to_device",
]
