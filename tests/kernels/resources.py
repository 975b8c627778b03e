"""What the compiler reports of every kernel: registers, shared memory, stack, block size."""

import math
import re
import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fat_binary import UnknownFormat, device_code, sections, text_at

jit_architectures = (75, 100)  # the oldest card, and one newer than the plugin's machine code


@dataclass
class Resources:
    """Of one kernel on one architecture."""

    kernel: str  # mangled
    architecture: int
    source: str  # "machine code" or "PTX"
    registers: int
    shared_bytes: int  # static; what a launch adds is not known to the compiler
    stack_bytes: int  # local memory of a thread: spilled registers and arrays that cannot be registers
    threads: int = 0  # of the largest block, from __launch_bounds__


def toolkit_program(name):
    """Where a program of the CUDA toolkit is: on PATH, else where it usually lies; None if nowhere."""
    return shutil.which(name) or shutil.which(f"/usr/local/cuda/bin/{name}")


def of_plugin(path, ptxas):
    """Resources of each kernel: of the machine code as it is, of the PTX as ptxas compiles it for others."""
    found = []
    for code in device_code(Path(path).read_bytes()):
        if code.kind == "machine code":
            found += of_machine_code(code.content, code.architecture)
        else:
            for architecture in jit_architectures:
                found += of_ptx(code.content.decode(), architecture, ptxas)
    if not found:
        raise UnknownFormat(f"{path} holds device code, but no kernel")
    return found


# Attributes of .nv.info, by the numbers that cuobjdump -elf shows.
_register_count, _frame_size, _stack_size, _most_threads = 0x2F, 0x11, 0x12, 0x05
_long_value = 4  # the kind of attribute whose value follows its size
# From compute capability 8.0 on the system takes the first KiB of a block's shared memory; nvcc adds it.
_system_shared_bytes = 1024


def of_machine_code(cubin, architecture):
    """Resources of the kernels of a cubin, from what it tells the driver."""
    parts = sections(cubin)
    symbols = _symbols(cubin, parts)
    of_all = [
        (attribute, symbols[words[0]], words[1])
        for name, _, content, *_ in parts
        if name == ".nv.info"
        for attribute, words in _attributes(content)
    ]
    found = {
        kernel: Resources(kernel, architecture, "machine code", value, 0, 0)
        for attribute, kernel, value in of_all
        if attribute == _register_count
    }
    for attribute, kernel, value in of_all:
        if attribute in (_frame_size, _stack_size) and kernel in found:
            found[kernel].stack_bytes = max(found[kernel].stack_bytes, value)
    for name, _, content, *_ in parts:
        if one := found.get(name.removeprefix(".nv.info.")):
            bounds = dict(_attributes(content, words=3))
            one.threads = math.prod(bounds.get(_most_threads, (0,)))
        if one := found.get(name.removeprefix(".nv.shared.")):
            one.shared_bytes = content - _system_shared_bytes
    return list(found.values())


def _symbols(elf, parts):
    """The name of every entry of the symbol table."""
    table = next(part for part in parts if part[0] == ".symtab")
    names = parts[table[4]][5]
    return [text_at(elf, names + name) for name, *_ in struct.iter_unpack("<IBBHQQ", table[2])]


def _attributes(content, words=2):
    """Pairs (attribute, value) of those whose value is so many words long."""
    position = 0
    while position < len(content):
        kind, attribute, size = struct.unpack_from("<BBH", content, position)
        position += 4
        if kind == _long_value:
            if size == 4 * words:
                yield attribute, struct.unpack_from(f"<{words}I", content, position)
            position += size


def of_ptx(ptx, architecture, ptxas):
    """Resources of the kernels of a PTX file, as `ptxas -v` reports them."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "kernels.ptx"
        source.write_text(ptx)
        done = subprocess.run(
            [ptxas, "-v", f"-arch=sm_{architecture}", source, "-o", Path(folder) / "kernels.cubin"],
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        raise UnknownFormat(f"ptxas cannot compile the PTX for sm_{architecture}: {done.stderr.strip()}")
    return of_report(done.stdout + done.stderr, architecture, _most_threads_of(ptx))


def _most_threads_of(ptx):
    bounds = re.findall(
        r"^\.(?:visible \.)?entry (\w+)\(.*?\)\s*(?:\.maxntid (\d+), (\d+), (\d+))?", ptx, re.M | re.S
    )
    return {kernel: int(x) * int(y) * int(z) for kernel, x, y, z in bounds if x}


def of_report(report, architecture, threads):
    """Resources of the kernels that `ptxas -v` wrote about; `threads` by kernel."""
    found = []
    for part in report.split("Compiling entry function '")[1:]:
        kernel = part[: part.index("'")]
        stack = re.search(rf"Function properties for {re.escape(kernel)}\n\s*(\d+) bytes stack frame", part)
        total = re.search(r"(\d+) bytes cumulative stack size", part)
        used = re.search(r"Used (\d+) registers", part)
        shared = re.search(r"(\d+) bytes smem", part)
        if not stack or not used:
            raise UnknownFormat(f"ptxas reports nothing of {kernel}")
        found.append(
            Resources(
                kernel,
                architecture,
                "PTX",
                registers=int(used[1]),
                shared_bytes=int(shared[1]) if shared else 0,
                stack_bytes=max(int(stack[1]), int(total[1]) if total else 0),
                threads=threads.get(kernel, 0),
            )
        )
    return found


def short_names(kernels):
    """{"_ZN7planapo4cuda11fill_kernel...": "fill_kernel"}: without namespaces, result and parameters."""
    done = subprocess.run(["c++filt", "-p", *kernels], capture_output=True, text=True, check=True)
    return {
        kernel: re.sub(r"^(?:void )?(?:[\w()]+::|\(anonymous namespace\)::)*", "", readable)
        for kernel, readable in zip(kernels, done.stdout.splitlines())
    }
