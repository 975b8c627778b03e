"""Times one matched iteration on a GPU: planapo beside the same loop over CuPy and PyTorch.

All work on float32 volumes that lie on the card, on a periodic grid of `--size` voxels a side; planapo's
"mirror" restores the part of the image that leaves room for its margins on that grid. Every tool runs in a
process of its own. Times are of warm runs, per iteration; the loops' results are compared with planapo's.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import array_loop
import numpy as np
import record

from tools import Restore, Tool

PSF_WIDTH = 31
SIGMAS_PX = (4, 2, 2)
LARGE, SMALL = 512, 256  # voxels a side
ROOM_FOR_LARGE = 14 * 2**30  # bytes of the card: a dozen volumes, spectra and an FFT library's workspace


def planapo(image: np.ndarray, psf: np.ndarray, iterations: int, *, boundary: str, device: str) -> Restore:
    import planapo as pa

    plan = pa.Deconvolver(
        psf, method="matched", iterations=iterations, boundary=boundary, device=device,
        floor=array_loop.FLOOR, planning="measure",
    )  # fmt: skip
    if boundary != "wrap":
        margin = 2 * (PSF_WIDTH // 2)
        image = np.ascontiguousarray(image[tuple(slice(n - margin) for n in image.shape)])
    out: Any = np.empty_like(image)
    if device != "cpu":
        image, out = pa.to_device(image, device), pa.to_device(out, device)
    return lambda: plan(image, out=out)


def tools_on(device: str) -> list[Tool]:
    """Who takes part: planapo with boundary="wrap" first, with which the others are compared."""
    torch = array_loop.on(partial(array_loop.torch_library, device))
    others = [Tool("loop over PyTorch", torch, "wraps", ("torch",))]
    if device == "cpu":
        others.append(Tool("loop over NumPy", array_loop.on(array_loop.numpy_library), "wraps"))
    else:
        others.insert(0, Tool("loop over CuPy", array_loop.on(array_loop.cupy_library), "wraps", ("cupy",)))
    return [
        Tool("planapo, wrap", partial(planapo, boundary="wrap", device=device), "wraps"),
        Tool("planapo, mirror", partial(planapo, boundary="mirror", device=device), "mirrors"),
        *others,
    ]


def job(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Image and PSF of bench.cpp: photon counts with no period of the volume, a Gaussian."""
    counts = (10 + np.arange(181) * 7919 % 181).astype(np.float32)
    x = np.arange(PSF_WIDTH) - PSF_WIDTH // 2
    bells = [np.exp(-0.5 * (x / sigma) ** 2) for sigma in SIGMAS_PX]
    psf = bells[0][:, None, None] * bells[1][None, :, None] * bells[2][None, None, :]
    return np.resize(counts, (size,) * 3), psf.astype(np.float32)


def measure(tool: Tool, size: int, iterations: int, repeats: int) -> dict:
    """One tool's times, and voxels of its result that others can be compared with."""
    image, psf = job(size)
    restore = tool.prepare(image, psf, iterations)
    first, *again = [timed(restore) for _ in range(1 + repeats)]
    result = on_host(restore())
    return {
        "first_s": first,
        "iteration_minimum_ms": 1e3 * min(again) / iterations,
        "iteration_median_ms": 1e3 * statistics.median(again) / iterations,
        "dtype": str(result.dtype),
        "voxels": result.ravel()[:: max(1, result.size // 4099)].tolist(),
    }


def timed(restore: Restore) -> float:
    start = time.perf_counter()
    restore()
    return time.perf_counter() - start


def on_host(array: Any) -> np.ndarray:
    """A copy of what lies on a card."""
    if hasattr(array, "get"):
        return array.get()  # CuPy
    return np.asarray(array.cpu() if hasattr(array, "cpu") else array)


def compared(chosen: argparse.Namespace) -> dict:
    """Every tool's figures beside planapo's, and who took no part, with the reason."""
    results: dict[str, dict] = {}
    absent = []
    for tool in tools_on(chosen.device):
        measured = in_own_process(tool, chosen)
        if isinstance(measured, str):
            absent.append({"name": tool.name, "reason": measured})
        else:
            results[tool.name] = {"border": tool.border} | measured
    judge(results)
    return {"size": chosen.size, "iterations": chosen.iterations, "tools": results, "absent": absent}


def judge(results: dict[str, dict]) -> None:
    """Add to each its time over planapo's, and how far its voxels lie from planapo's, of the largest."""
    base = results.get("planapo, wrap", {})
    voxels = {name: np.array(result.pop("voxels")) for name, result in results.items()}
    for name, result in results.items():
        if not base:
            return
        result["ratio"] = result["iteration_minimum_ms"] / base["iteration_minimum_ms"]
        if result["border"] == base["border"]:
            reference = voxels["planapo, wrap"]
            result["difference"] = float(np.abs(voxels[name] - reference).max() / np.abs(reference).max())


def in_own_process(tool: Tool, chosen: argparse.Namespace) -> dict | str:
    """What a tool measured, or why it did not."""
    for package in tool.packages:
        if find_spec(package) is None:
            return f"{package} is not installed"
    command = [sys.executable, "-B", __file__, "--tool", tool.name, "--device", chosen.device]
    for option in ("size", "iterations", "repeats"):
        command += [f"--{option}", str(getattr(chosen, option))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or [f"it ended with exit status {done.returncode}"])[-1]
    return json.loads(done.stdout.splitlines()[-1])


def table(comparison: dict) -> str:
    """For people."""
    side = comparison["size"]
    lines = [
        f"One matched iteration on a grid of {side} x {side} x {side}, in milliseconds:",
        "tool                   min ms   median  x time  first s  differs by  at the borders",
    ]
    for name, result in comparison["tools"].items():
        differs = f"{result['difference']:.1e}" if "difference" in result else "-"
        ratio = f"{result['ratio']:.2f}" if "ratio" in result else "-"
        lines.append(
            f"{name:20} {result['iteration_minimum_ms']:8.2f} {result['iteration_median_ms']:8.2f}"
            f" {ratio:>7} {result['first_s']:8.2f}  {differs:10}  {result['border']}"
        )
    return "\n".join(
        lines + [f"{one['name']} took no part: {one['reason']}." for one in comparison["absent"]]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--size", type=int, help="voxels a side; default: what the card has room for")
    parser.add_argument("--iterations", type=int, default=25)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--tool", help="this one alone, in this process")
    parser.add_argument("--json", type=Path, help="write the figures here, and not to bench/results")
    chosen = parser.parse_args()
    load = os.getloadavg()
    chosen.size = chosen.size or room(chosen.device)
    if chosen.tool:
        tool = next(tool for tool in tools_on(chosen.device) if tool.name == chosen.tool)
        print(json.dumps(measure(tool, chosen.size, chosen.iterations, chosen.repeats)))
        return
    comparison = compared(chosen)
    print(table(comparison))
    if chosen.json:
        chosen.json.write_text(json.dumps(comparison, indent=1) + "\n", encoding="utf-8")
    else:
        print("Written to", record.save("gpu", comparison, load_before=load).relative_to(record.ROOT))


def room(device: str) -> int:
    """Voxels a side that the device has memory for; ends with planapo's sentence where it is not there."""
    import planapo as pa

    found = next((one for one in pa.devices() if one.name.startswith(device.partition(":")[0])), None)
    if found is None or not found.available:
        raise SystemExit(f"{device} cannot be used: {found.remark if found else 'there is no such device'}.")
    return LARGE if found.memory_bytes >= ROOM_FOR_LARGE else SMALL


if __name__ == "__main__":
    main()
