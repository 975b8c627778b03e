"""Restore a time series of stacks: time_series.py SERIES BEAD RESULT BACKGROUND

The plan (transfer functions, FFT plans, buffers) is made once. While one time point is restored, the next is
read and the one before written. Each gets as many iterations, so that their brightness can be compared.
"""

import sys

import planapo as pa


def main(series_path: str, bead_path: str, result_path: str, background: str) -> None:
    series = pa.imread(series_path)
    if series.axes != "TZYX":
        sys.exit(
            f'{series_path} has the axes "{series.axes}": this example needs "TZYX", several time points of '
            "one channel; slice a file of several channels, for instance series[:, 0]."
        )
    psf, _ = pa.psf.prepare(pa.imread(bead_path), voxel_um=series.voxel_um)
    deconvolver = pa.Deconvolver(psf, iterations=2, background=float(background))
    print(f"{len(series)} time points on the device {deconvolver.device}")
    restored = deconvolver.series(series)
    pa.imwrite(result_path, restored)  # with the voxel size, the time step and how it was made


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
