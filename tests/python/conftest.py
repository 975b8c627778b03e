"""What the Python tests share: the machines, the data folder, and the double-precision originals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import planapo as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reference"))


def _device_of(kind: str) -> str:
    """The first device of a kind. Only a card may be missing where the tests are told of plugins."""
    device = next((one for one in pa.devices() if one.name.partition(":")[0] == kind), None)
    if device is not None and device.available:
        return device.name
    reason = f"{kind}: {device.remark if device else 'its plugin is not among PLANAPO_PLUGIN_PATH'}"
    if kind != "cuda" and os.environ.get("PLANAPO_PLUGIN_PATH"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(params=["cpu", "simulated", "cuda"])
def machine(request) -> str:
    """Each device that work can run on."""
    return _device_of(request.param)


@pytest.fixture(params=["simulated", "cuda"])
def gpu(request) -> str:
    """As `machine`, without the CPU."""
    return _device_of(request.param)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The real data; tests that need it are skipped without it."""
    folder = os.environ.get("PLANAPO_TEST_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PLANAPO_TEST_DATA does not name the folder of test data")
    return Path(folder)


@pytest.fixture
def scene() -> tuple[np.ndarray, np.ndarray]:
    """A small blurred, noisy image of beads, and its PSF."""
    psf = np.asarray(pa.psf.gaussian((4, 3, 3), shape=(13, 11, 11)))
    truth = np.zeros((12, 20, 24), np.float32)
    truth[4, 6, 7], truth[7, 13, 15] = 9000, 6000
    expected = pa.phantoms.blur(truth, psf) + 5
    return np.random.default_rng(1).poisson(np.maximum(expected, 0)).astype(np.float32), psf


@pytest.fixture(scope="session")
def environment():
    """Makes the environment of a subprocess: wide tables, no colours."""

    def make(**more: str) -> dict[str, str]:
        return {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", **more}

    return make


@pytest.fixture
def command_line(tmp_path, monkeypatch, capfd):
    """Runs `planapo` in a folder of its own, in this process; returns what it printed and its exit code."""
    pytest.importorskip("typer", reason="the command line needs typer and rich")
    pytest.importorskip("rich", reason="the command line needs typer and rich")
    from planapo.__main__ import main

    monkeypatch.chdir(tmp_path)
    for name, value in {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        before = signal.getsignal(signal.SIGTERM)
        capfd.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        finally:
            signal.signal(signal.SIGTERM, before)
        printed = capfd.readouterr()
        return subprocess.CompletedProcess(list(arguments), code, printed.out, printed.err)

    return run


@pytest.fixture
def command_line_process(tmp_path, environment):
    """As `command_line`, in a process of its own."""
    pytest.importorskip("typer", reason="the command line needs typer and rich")
    pytest.importorskip("rich", reason="the command line needs typer and rich")

    def start(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "planapo", *(str(argument) for argument in arguments)]
        return subprocess.Popen(
            command,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    return start
