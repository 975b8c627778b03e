"""How a result was made, as JSON that is kept inside its file."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import planapo as pa
from planapo.command_line.options import Voxel, Wishes


def written_provenance(
    source: Path,
    wishes: Wishes,
    voxel_um: Voxel | None,
    psf: dict[str, Any],
    reports: list[pa.DeconvolveReport],
    iterations: list[int],
) -> str:
    """Return the JSON text; `reports` are those of the first time point, one a channel."""
    device = next((d for d in pa.devices() if d.name == reports[0].device), None)
    facts = {
        "planapo": pa.__version__,
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "device": {"name": reports[0].device, "description": device.description if device else ""},
        "input": _file_facts(source),
        "psf": {**_file_facts(Path(wishes.psf)), "voxel_um": wishes.psf_voxel_um, **psf},
        "voxel_um": voxel_um,
        "parameters": {**wishes.options, "dtype": wishes.dtype or "float32"},
        "iterations": iterations,
        "first_time_point": [
            {
                "divergence": [float(f"{value:.6g}") for value in report.divergence],
                "floor": report.floor,
                "negative_voxels": report.negative_voxels,
                "psf_share_out_of_reach": report.psf_share_out_of_reach,
            }
            for report in reports
        ],
    }
    return json.dumps(_finite(facts), ensure_ascii=False, allow_nan=False)


def sha256(path: Path) -> str:
    """Return the hash of a file, read a few MiB at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return digest.hexdigest()


def _file_facts(path: Path) -> dict[str, Any]:
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)}


def _finite(value: Any) -> Any:
    """JSON knows no infinity: a PSF without noise has an infinite signal to noise."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
