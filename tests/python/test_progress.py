"""Progress, cancelling, exceptions in callbacks, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import planapo as pa
import pytest


def test_progress_counts_iterations(machine, scene):
    steps = []

    pa.deconvolve(
        *scene, iterations=3, device=machine, progress=lambda done, total: steps.append((done, total))
    )

    assert steps[-1] == (3, 3)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


@pytest.mark.parametrize("answer", [False, np.False_])
def test_false_cancels(machine, scene, answer):
    with pytest.raises(pa.Cancelled):
        pa.deconvolve(*scene, iterations=3, device=machine, progress=lambda done, total: answer)


@pytest.mark.parametrize("answer", [None, True, 0, "", [], np.True_])
def test_other_answers_go_on(scene, answer):
    restored = pa.deconvolve(*scene, iterations=2, device="cpu", progress=lambda done, total: answer)

    np.testing.assert_array_equal(restored, pa.deconvolve(*scene, iterations=2, device="cpu"))


def test_exceptions_travel_unchanged(machine, scene):
    mine = KeyError("mine")

    def fail(done, total):
        raise mine

    with pytest.raises(KeyError) as caught:
        pa.deconvolve(*scene, iterations=3, device=machine, progress=fail)

    assert caught.value is mine


def test_plan_works_again_after_cancelling(machine, scene):
    image, psf = scene
    plan = pa.Deconvolver(psf, iterations=3, device=machine)
    with pytest.raises(pa.Cancelled):
        plan(image, progress=lambda done, total: done < 1)

    restored = plan(image)

    np.testing.assert_array_equal(restored, pa.deconvolve(image, psf, iterations=3, device=machine))


def test_other_threads_run_meanwhile(scene):
    """The GIL is free while the library works: a Python thread gets on."""
    image, psf = np.tile(scene[0], (2, 4, 4)), scene[1]
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1
            time.sleep(0)

    plan = pa.Deconvolver(psf, iterations=1, device="cpu")
    plan(image)
    worker = threading.Thread(target=count)
    worker.start()
    seen = []
    for _ in range(3):
        plan(image, progress=lambda done, total: seen.append(counted[0]))
    stop.set()
    worker.join()

    # Between the callbacks of one iteration the GIL is never given up by Python code, only by the library.
    assert any(later > earlier for earlier, later in zip(seen, seen[1:]))


def test_ctrl_c_interrupts_between_iterations(tmp_path, environment):
    script = (
        "import numpy as np, planapo as pa\n"
        "def progress(done, total):\n"
        "    if done == 1: print('begun', flush=True)\n"
        "image, psf = np.ones((32, 64, 64)), pa.psf.gaussian(3)\n"
        "pa.deconvolve(image, psf, iterations=10**6, device='cpu', progress=progress)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout.readline() == "begun\n"

    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert process.returncode != 0
    assert errors.rstrip().endswith("KeyboardInterrupt")
