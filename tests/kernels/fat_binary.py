"""Finds the device code inside a plugin: machine code as nvcc made it, PTX, from which drivers make more, and
intermediate code, which cuFFT links into its own.

Read here rather than by cuobjdump, which a toolkit that can build the plugin may lack. NVIDIA does not
document the container: whatever is not as nvcc 13 writes it ends in a sentence, not in a guess.
"""

import ctypes
import struct
from dataclasses import dataclass

_container_magic = 0xBA55ED50
_kinds = {1: "PTX", 2: "machine code", 8: "intermediate code"}
_zstd_magic = b"\x28\xb5\x2f\xfd"


@dataclass
class Code:
    """The device code of one source file for one architecture."""

    kind: str  # "machine code", "PTX" or "intermediate code", which stays packed
    architecture: int  # 90 for sm_90
    content: bytes


class UnknownFormat(Exception):
    """Says what is not as it was expected."""


def sections(elf):
    """Tuples (name, type, bytes, info, link, offset) of the sections of a 64-bit ELF file."""
    if elf[:5] != b"\x7fELF\x02":
        raise UnknownFormat("this is not a 64-bit ELF file")
    (table,) = struct.unpack_from("<Q", elf, 40)
    count, names_index = struct.unpack_from("<HH", elf, 60)
    headers = [struct.unpack_from("<IIQQQQIIQQ", elf, table + 64 * i) for i in range(count)]
    names = headers[names_index][4]
    nobits = 8  # takes no room in the file
    return [
        (
            text_at(elf, names + name),
            kind,
            size if kind == nobits else elf[offset : offset + size],
            info,
            link,
            offset,
        )
        for name, kind, _, _, offset, size, link, info, _, _ in headers
    ]


def text_at(content, offset):
    """The text that ends with the next zero."""
    return content[offset : content.index(b"\0", offset)].decode()


def device_code(plugin):
    """Every `Code` of a plugin's bytes, in the order of its source files."""
    found = [content for name, _, content, *_ in sections(plugin) if name == ".nv_fatbin"]
    if not found:
        raise UnknownFormat("the file holds no device code (section .nv_fatbin)")
    codes, position = [], 0
    while position + 16 <= len(found[0]):
        magic, _, header, size = struct.unpack_from("<IHHQ", found[0], position)
        if magic == _container_magic:
            codes += _codes_of(found[0][position + header : position + header + size])
            position += header + size
        elif any(found[0][position : position + 8]):
            raise UnknownFormat(f"the device code at byte {position} begins with {magic:#x}")
        else:
            position += 8  # containers are aligned
    return codes


def callback_image(plugin):
    """The fat binary among a plugin's constants: what cuFFT is given."""
    for name, _, content, *_ in sections(plugin):
        start = struct.pack("<IHH", _container_magic, 1, 16)
        if name == ".rodata" and (position := content.find(start)) >= 0:
            _, _, header, size = struct.unpack_from("<IHHQ", content, position)
            return content[position : position + header + size]
    raise UnknownFormat("the file holds no fat binary among its constants (section .rodata)")


def codes_of_image(image):
    """Every `Code` of a fat binary that stands alone."""
    _, _, header, _ = struct.unpack_from("<IHHQ", image)
    return list(_codes_of(image[header:]))


def _codes_of(container):
    position = 0
    while position < len(container):
        kind, _, header, size = struct.unpack_from("<HHIQ", container, position)
        (packed,) = struct.unpack_from("<I", container, position + 16)
        (architecture,) = struct.unpack_from("<I", container, position + 28)
        content = container[position + header : position + header + size]
        if kind not in _kinds:
            raise UnknownFormat(f"device code of kind {kind}, neither of {', '.join(_kinds.values())}")
        if packed and _kinds[kind] != "intermediate code":
            (unpacked,) = struct.unpack_from("<Q", container, position + 56)
            content = _unpack(content[:packed], unpacked)
        yield Code(_kinds[kind], architecture, content.rstrip(b"\0") if _kinds[kind] == "PTX" else content)
        position += header + size


def _unpack(content, size):
    """What zstd made smaller. Every Debian has its library; Python has its own from 3.14."""
    if content[:4] != _zstd_magic:
        raise UnknownFormat(f"the PTX is packed in an unknown way (it begins with {content[:4].hex()})")
    try:
        zstd = ctypes.CDLL("libzstd.so.1")
    except OSError as error:
        raise UnknownFormat(f"the PTX is packed, and libzstd is needed to unpack it: {error}") from error
    zstd.ZSTD_decompress.restype = ctypes.c_size_t
    unpacked = ctypes.create_string_buffer(size)
    written = zstd.ZSTD_decompress(unpacked, ctypes.c_size_t(size), content, ctypes.c_size_t(len(content)))
    if written != size:
        raise UnknownFormat(f"the PTX unpacks to {written} bytes instead of {size}")
    return unpacked.raw
