"""Restore a time series of stacks: time_series.py SERIES BEAD RESULT BACKGROUND

The plan (transfer functions, FFT plans, buffers) is made once; no time point allocates anything. Each gets
as many iterations, so that their brightness can be compared.
"""

import sys

import numpy as np
import planapo as pa


def main(series_path: str, bead_path: str, result_path: str, background: str) -> None:
    series = pa.imread(series_path)
    psf, _ = pa.psf.prepare(pa.imread(bead_path), voxel_um=series.voxel_um)
    deconvolver = pa.Deconvolver(psf, iterations=2, background=float(background))
    print(f"{len(series)} time points on the device {deconvolver.device}")

    restored = np.empty(series.shape, np.float32)
    for stack, result in zip(series, restored):
        deconvolver(stack, out=result)

    pa.imwrite(
        result_path, restored, axes=series.axes, voxel_um=series.voxel_um, time_step_s=series.time_step_s
    )


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
