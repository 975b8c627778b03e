"""Restore one stack with a recorded bead: deconvolve_stack.py IMAGE BEAD RESULT BACKGROUND

Both files must state their voxel sizes.
"""

import sys

import planapo as pa


def main(image_path: str, bead_path: str, result_path: str, background: str) -> None:
    image = pa.imread(image_path)
    psf, report = pa.psf.prepare(pa.imread(bead_path), voxel_um=image.voxel_um)
    print(*report.steps, sep="\n")

    # The default, Wiener-Butterworth, decides itself when to stop.
    restored = pa.deconvolve(image, psf, background=float(background), progress=show)

    pa.imwrite(result_path, restored)  # with the image's voxel size, channel names, ...


def show(done: float, total: float) -> None:
    print(f"iteration {done:.0f} of at most {total:.0f}")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
