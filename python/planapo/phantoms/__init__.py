"""Test objects whose truth is known: beads, shells and filaments, then blur and camera noise.

Objects are given by their geometry and drawn with the share of each voxel that they fill, so that their
volume, and with it their photons, come out right at any voxel size. All functions return float32 arrays (Z,
Y, X); the centre of voxel (0, 0, 0) is the origin; lengths are micrometres (voxels, at the default voxel size
of 1).
"""

from planapo.phantoms.camera import blur, noise
from planapo.phantoms.filaments import filaments
from planapo.phantoms.spheres import beads, shells

__all__ = ["beads", "blur", "filaments", "noise", "shells"]
