"""How many warps of a kernel fit on a multiprocessor at once, of those that it can hold.

The rules are those of NVIDIA's cuda_occupancy.h, against which self_test.py holds them; the limits are those
of the table "Technical Specifications per Compute Capability" in the CUDA C++ Programming Guide.
"""

from dataclasses import dataclass

_warp = 32
_quarters = 4  # of a multiprocessor, each with its own registers and warps
_registers = 65536
_registers_at_a_time = 256  # what a warp takes is rounded up to this


@dataclass
class Limits:
    """What one multiprocessor has."""

    warps: int
    blocks: int
    shared_bytes: int
    shared_at_a_time: int
    reserved_shared_bytes: int  # of each block, for the system


limits = {
    75: Limits(32, 16, 64 * 1024, 256, 0),
    90: Limits(64, 32, 228 * 1024, 128, 1024),
    100: Limits(64, 32, 228 * 1024, 128, 1024),
}


def _rounded_up(n, step):
    return (n + step - 1) // step * step


def resident_warps(architecture, threads, registers, shared_bytes):
    """Warps that reside on a multiprocessor, for blocks of `threads`; 0 where not one block fits."""
    card = limits[architecture]
    warps = _rounded_up(threads, _warp) // _warp
    warps_by_registers = (
        _registers // _quarters // _rounded_up(max(registers, 1) * _warp, _registers_at_a_time) * _quarters
    )
    shared = _rounded_up(shared_bytes + card.reserved_shared_bytes, card.shared_at_a_time)
    blocks = min(
        card.blocks,
        card.warps // warps,
        warps_by_registers // warps,
        card.shared_bytes // shared if shared else card.blocks,
    )
    return blocks * warps


def occupancy(architecture, threads, registers, shared_bytes):
    """The same as a share of the warps that a multiprocessor can hold."""
    return resident_warps(architecture, threads, registers, shared_bytes) / limits[architecture].warps
