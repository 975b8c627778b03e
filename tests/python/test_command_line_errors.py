"""The command line's errors: one sentence on stderr, exit code 1 or 130, nothing under the final name."""

from __future__ import annotations

import errno
import os
import re
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import planapo as pa
import pytest
from planapo import _core


@pytest.fixture
def files(tmp_path, scene):
    image, psf = scene
    broken = image.copy()
    broken[1, 2, 3:5] = np.nan
    pa.imwrite(tmp_path / "cell.tif", image)
    pa.imwrite(tmp_path / "psf.tif", psf)
    pa.imwrite(tmp_path / "nan.tif", broken)
    pa.imwrite(tmp_path / "zero_psf.tif", np.zeros_like(psf))
    pa.imwrite(tmp_path / "nan_psf.tif", np.full_like(psf, np.nan))
    pa.imwrite(tmp_path / "two_psfs.tif", np.stack([psf, psf]), axes="CZYX")
    pa.imwrite(tmp_path / "plane.tif", image[0])
    pa.imwrite(tmp_path / "planes.tif", image[:2], axes="TYX")
    pa.imwrite(tmp_path / "one.tif", np.ones((1, 1), np.float32))
    (tmp_path / "kept.tif").touch(mode=0o444)
    (tmp_path / "half.tif").write_bytes((tmp_path / "cell.tif").read_bytes()[:-100])
    (tmp_path / "text.tif").write_text("not an image")
    return tmp_path


BAD = {
    "nan": (["nan.tif"], r"nan\.tif: .*2 voxels.*1, 2, 3"),
    "no such file": (["absent.tif"], r"absent\.tif"),
    "no match": (["absent*.tif"], r'"absent\*\.tif"'),
    "truncated": (["half.tif"], r"half\.tif"),
    "not a TIFF": (["text.tif"], r"text\.tif"),
    "a pattern into one file": (["cel*.tif"], r"out\.tif is the name of one file"),
    "several into one file": (["cell.tif", "nan.tif"], r"out\.tif is the name of one file"),
    "no output": (["cell.tif", "-o", ""], r"empty name"),
    "no preview": (["cell.tif", "--preview", ""], r"empty name"),
    "floor": (["cell.tif", "--floor", "0"], r"floor is 0"),
    "plane and volume": (["plane.tif"], r"plane\.tif: .*one plane of 20 x 24 .*13 x 11 x 11: give the stack"),
    "planes and volume": (["planes.tif"], r"The image is 2 time points, each one plane of 20 x 24 voxels"),
    "volume and plane": (
        ["cell.tif", "--psf", "plane.tif"],
        r"volume of 12 x 20 x 24 .*of 20 x 24: give a PSF",
    ),
    "one voxel and a volume": (["one.tif"], r"one\.tif: .*one plane of 1 x 1 .*13 x 11 x 11"),
    "an empty name": ([""], r"name of an image is empty"),
    "an empty PSF": (["cell.tif", "--psf", ""], r"--psf is empty"),
    "no threads": (["cell.tif", "--threads", "0"], r"threads is 0: it must be 1 to 4096"),
    "too many threads": (["cell.tif", "--threads", "5000"], r"threads is 5000: it must be 1 to 4096"),
    "no new folder": (["absent.tif", "-o", "new/folder/"], r"absent\.tif"),
    "no new folders": (["nan.tif", "-o", "new/", "--preview", "pictures/"], r"nan\.tif"),
    "as is, on other voxels": (["cell.tif", "--psf-as-is", "--psf-voxel", "1"], r"--psf-as-is.*--psf-voxel"),
    "read-only": (["cell.tif", "-o", "kept.tif"], r"kept\.tif is there and read-only"),
    "zero PSF": (["cell.tif", "--psf", "zero_psf.tif"], r"PSF"),
    "PSF of NaN": (["cell.tif", "--psf", "nan_psf.tif"], r"nan_psf\.tif holds .*NaN"),
    "zero PSF as it is": (["cell.tif", "--psf", "zero_psf.tif", "--psf-as-is"], r"PSF.*sum|sum.*PSF"),
    "two PSFs": (["cell.tif", "--psf", "two_psfs.tif"], r"2 volumes"),
    "iterations 0": (["cell.tif", "--iterations", "0"], r"iterations is 0.*at least 1"),
    "iterations -1": (["cell.tif", "--iterations", "-1"], r"iterations is -1"),
    "iterations text": (["cell.tif", "--iterations", "many"], r"many"),
    "method": (["cell.tif", "--method", "magic"], r'"magic".*"matched"'),
    "background": (["cell.tif", "--background", "dark"], r"--background.*'dark'.*number"),
    "order": (["cell.tif", "--order=2.5"], r"--order.*'2\.5' is not a whole number"),
    "unknown device": (["cell.tif", "--device", "gpu"], r'"gpu"'),
    "voxel": (["cell.tif", "--voxel", "0.1,0.2"], r"--voxel.*0\.1,0\.2"),
    "only the PSF's voxel": (["cell.tif", "--psf-voxel", "0.1"], r"--voxel"),
    "unwritable folder": (["cell.tif", "-o", "nowhere/out.tif"], r"nowhere"),
    "not a TIFF's name": (["cell.tif", "-o", "out.png"], r"out\.png.*tif"),
    "over its input": (["cell.tif", "-o", "cell.tif"], r"cell\.tif is read"),
    "dtype": (["cell.tif", "--dtype", "float16"], r"float16"),
    "compression": (["cell.tif", "--compression", "lzw"], r"lzw"),
    "unknown option": (["cell.tif", "--iterate", "3"], r"--iterate"),
    "no input": ([], r"IN"),
}


@pytest.mark.parametrize("case", BAD)
def test_one_sentence(files, command_line, case):
    arguments, sentence = BAD[case]
    before = {path: path.read_bytes() for path in files.iterdir()}
    defaults = [] if "--psf" in arguments else ["--psf", "psf.tif"]
    defaults += [] if "-o" in arguments else ["-o", "out.tif"]

    defaults += [] if "--device" in arguments else ["--device", "cpu"]

    done = command_line("deconvolve", *arguments, *defaults)

    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("planapo: ") and done.stderr.endswith(".\n"), done.stderr
    assert done.stderr.count("\n") == 1
    assert re.search(sentence, done.stderr), done.stderr
    assert {path: path.read_bytes() for path in files.iterdir()} == before


def test_debug_shows_where(files, command_line):
    done = command_line("deconvolve", "nan.tif", "--psf", "psf.tif", "-o", "out.tif", "--debug")

    assert done.returncode == 1
    assert "Traceback" in done.stderr and done.stderr.splitlines()[-1].startswith("planapo: nan.tif")


def test_one_bad_file_of_several_leaves_the_others(files, command_line):
    done = command_line(
        "deconvolve",
        "cell.tif",
        "nan.tif",
        "half.tif",
        "--psf",
        "psf.tif",
        "--psf-as-is",
        "-o",
        "out",
        "--iterations",
        1,
    )

    assert done.returncode == 1
    assert [path.name for path in (files / "out").iterdir()] == ["cell.tif"]
    lines = done.stderr.splitlines()
    assert len(lines) == 3 and "nan.tif" in lines[0] and "half.tif" in lines[1] and "2 of 3 files" in lines[2]
    assert "cell.tif" in done.stdout


def test_memory_that_one_file_of_several_lacks(files, command_line, monkeypatch):
    run = _core.run_series

    def lacking(plan, shape, *rest):
        if shape[0] == 2:
            raise pa.OutOfMemory("The cpu has too little memory.")
        return run(plan, shape, *rest)

    monkeypatch.setattr(_core, "run_series", lacking)
    pa.imwrite(files / "large.tif", np.ones((2, 9, 9), np.float32))

    done = command_line("deconvolve", "large.tif", "cell.tif", "--psf", "psf.tif", "--psf-as-is", "-o", "out")

    assert done.returncode == 1 and os.listdir(files / "out") == ["cell.tif"]
    assert "planapo: large.tif: The cpu has too little memory." in done.stderr


def test_negative_voxels_are_counted(files, command_line, scene):
    image = scene[0].copy()
    image[0, 0, :3] = -2
    pa.imwrite(files / "negative.tif", np.stack([image, image]), axes="TZYX")

    done = command_line(
        "deconvolve", "negative.tif", "--psf", "psf.tif", "--psf-as-is", "-o", "out.tif", "--iterations", 1
    )

    assert done.returncode == 0
    assert done.stderr.count("negative,") == 1 and f"3 of {image.size} voxels are negative" in done.stderr


def test_one_voxel_and_a_psf_larger_than_the_image(files, command_line):
    pa.imwrite(files / "one.tif", np.full((1, 1), 7.0, np.float32))
    pa.imwrite(files / "plane.tif", np.asarray(pa.psf.gaussian((3, 3), shape=(11, 11))))

    done = command_line(
        "deconvolve", "one.tif", "--psf", "plane.tif", "--psf-as-is", "-o", "out.tif", "--iterations", 3
    )

    assert done.returncode == 0 and "cannot reach" in done.stderr
    assert float(pa.imread(files / "out.tif").item()) == pytest.approx(7, rel=1e-6)


@pytest.mark.parametrize("signal_sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_half_way(files, command_line_process, signal_sent):
    pa.imwrite(files / "large.tif", np.ones((32, 128, 128), np.float32))
    process = command_line_process(
        "deconvolve",
        "large.tif",
        "--psf",
        "psf.tif",
        "--psf-as-is",
        "-o",
        "out.tif",
        "--iterations",
        1000000,
        "--device",
        "cpu",
    )
    until = time.monotonic() + 60
    while not transforms(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)

    os.kill(process.pid, signal_sent)
    stdout, stderr = process.communicate(timeout=60)

    assert process.returncode == 130
    assert stdout == "" and stderr == "planapo: Stopped; out.tif was not written.\n"
    assert not [path for path in files.iterdir() if "out" in path.name]


def transforms(process_id: int) -> bool:
    """Whether the work has begun: the FFT library is opened for the first iteration."""
    with open(f"/proc/{process_id}/maps") as maps:
        return any("libmkl_rt" in line or "libfftw3f" in line for line in maps)


@pytest.mark.parametrize(
    ("name", "sentence"), [("nan.tif", "not finite"), ("half.tif", "half.tif"), ("absent.tif", "absent.tif")]
)
def test_a_process_of_its_own_ends_the_same_way(files, command_line_process, name, sentence):
    process = command_line_process("deconvolve", name, "--psf", "psf.tif", "--psf-as-is", "-o", "out.tif")

    stdout, stderr = process.communicate(timeout=60)

    assert process.returncode == 1 and stdout == ""
    assert stderr.startswith("planapo: ") and sentence in stderr and stderr.count("\n") == 1
    assert not (files / "out.tif").exists()


@pytest.mark.parametrize(
    ("redirection", "sentence"), [(">/dev/full", "No space left on device"), (">&-", "it is closed")]
)
@pytest.mark.parametrize("command", ["devices", "--version"])
def test_output_that_cannot_be_printed(environment, redirection, sentence, command):
    pytest.importorskip("typer", reason="the command line needs typer and rich")
    shell = f"exec {sys.executable} -m planapo {command} {redirection}"

    done = subprocess.run(shell, shell=True, stderr=subprocess.PIPE, text=True, env=environment())

    assert done.returncode == 1
    assert done.stderr == f"planapo: Standard output cannot be written to: {sentence}.\n"


def test_ctrl_c_in_a_batch_tells_what_is_done(files, command_line, monkeypatch):
    run = _core.run_series

    def stopped(plan, shape, *rest):
        if shape[0] == 2:
            raise KeyboardInterrupt
        return run(plan, shape, *rest)

    monkeypatch.setattr(_core, "run_series", stopped)
    pa.imwrite(files / "last.tif", np.ones((2, 9, 9), np.float32))

    done = command_line("deconvolve", "cell.tif", "last.tif", "--psf", "psf.tif", "-o", "out/")

    assert done.returncode == 130 and done.stderr.endswith("Stopped; out/last.tif was not written.\n")
    assert "out/cell.tif" in done.stdout and "last" not in done.stdout


def test_a_picture_that_fails_leaves_the_result(files, command_line, monkeypatch):
    pytest.importorskip("matplotlib", reason="the preview needs matplotlib")
    from planapo.command_line import preview

    def failing(*arguments):
        raise OSError("No space left on device")

    monkeypatch.setattr(preview, "draw", failing)

    done = command_line("deconvolve", "cell.tif", "--psf", "psf.tif", "-o", "out.tif", "--preview", "p.png")

    assert done.returncode == 1 and (files / "out.tif").exists() and "out.tif" in done.stdout
    assert done.stderr == "planapo: p.png could not be drawn: No space left on device. out.tif was written.\n"


def test_a_picture_that_fails_half_way_leaves_nothing(files, command_line, monkeypatch):
    figures = pytest.importorskip("matplotlib.figure", reason="the preview needs matplotlib")

    def failing(self, path, **options):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(figures.Figure, "savefig", failing)

    done = command_line("deconvolve", "cel?.tif", "one.tif", "--psf", "psf.tif", "-o", "o", "--preview", "p/")

    assert done.returncode == 1 and os.listdir(files / "o") == ["cell.tif"] and not (files / "p").exists()
    lines = done.stderr.splitlines()
    assert "planapo: p/cell.png could not be drawn: No space left on device. o/cell.tif was written." in lines
    assert lines[-1].endswith("1 of 2 files could not be restored; 1 of 2 previews could not be drawn.")


@pytest.mark.parametrize("when", ["finishing", "drawing"])
def test_ctrl_c_once_it_is_written(files, command_line, monkeypatch, when):
    pytest.importorskip("matplotlib", reason="the preview needs matplotlib")
    from planapo.command_line import job, preview

    def stopped(*arguments):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)

    if when == "drawing":
        monkeypatch.setattr(preview, "draw", stopped)
    else:
        sentences = job.Job._sentences
        monkeypatch.setattr(job.Job, "_sentences", lambda *all: stopped() or sentences(*all))

    done = command_line("deconvolve", "cell.tif", "--psf", "psf.tif", "-o", "out.tif", "--preview", "p.png")

    assert done.returncode == 130 and done.stderr.endswith("planapo: Stopped; out.tif was written.\n")
    assert "out.tif" in done.stdout and (files / "out.tif").exists() and not (files / "p.png").exists()


def test_what_cannot_be_written_is_not_blamed_on_the_input(files, command_line_process):
    """A limit on the size of files stands for a disk that fills up."""
    many = np.tile(np.random.default_rng(2).poisson(100, (64, 128, 128)).astype(np.uint16), (8, 1, 1, 1))
    pa.imwrite(files / "movie.tif", many, axes="TZYX")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, limit[1]))
    try:
        process = command_line_process(
            "deconvolve",
            "movie.tif",
            "--psf",
            "psf.tif",
            "-o",
            "out.tif",
            "--iterations",
            1,
            "--device",
            "cpu",
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    stdout, stderr = process.communicate(timeout=100)

    assert process.returncode == 1 and stdout == ""
    last = stderr.splitlines()[-1]
    assert last.startswith("planapo: Cannot write 'out.tif': ")
    assert last.endswith("; free some space or choose another folder.")
    assert not [path for path in files.iterdir() if "out" in path.name or "part" in path.name]


def test_missing_typer_says_what_to_install(tmp_path, environment):
    (tmp_path / "typer.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'typer'\", name='typer')\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])

    done = subprocess.run(
        [sys.executable, "-m", "planapo", "devices"],
        capture_output=True,
        text=True,
        env=environment(PYTHONPATH=path),
    )

    assert done.returncode == 1
    assert done.stderr == 'planapo: The command line needs typer: pip install "planapo[cli]".\n'


def test_missing_matplotlib_is_said_before_the_work(files, environment):
    (files / "matplotlib.py").write_text("")
    script = (
        "import importlib.util as u, sys\n"
        "found = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'matplotlib' else found(name, *rest)\n"
        "from planapo.__main__ import main\n"
        "command = 'deconvolve cell.tif --psf psf.tif -o out.tif --preview p.png'\n"
        "sys.exit(main(command.split()))\n"
    )
    pytest.importorskip("typer", reason="the command line needs typer and rich")

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=files, capture_output=True, text=True, env=environment()
    )

    assert done.returncode == 1 and "planapo[plot]" in done.stderr
    assert not (files / "out.tif").exists()
