"""Links the callback that a plugin holds for cuFFT as cuFFT does it, for every generation of cards.

`callback.py PLUGIN`: ctest runs it. cuFFT has NVRTC compile a function that calls the callback by its name,
and nvJitLink link both into a kernel; here nvcc does NVRTC's part. No driver and no card is needed.
"""

import ctypes
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from fat_binary import callback_image, codes_of_image
from resources import of_machine_code, toolkit_program

architectures = (75, 80, 90, 100, 120)  # as cuda/callbacks/embed.cmake has them
cards = (75, 80, 86, 89, 90, 100, 120)
caller = """
extern __device__ void NAME(void*, unsigned long long, float2, void*, void*);
__global__ void transform(float2* out, void* info) {
    NAME(out, threadIdx.x, out[threadIdx.x], info, nullptr);
}
"""
_fat_binary = 4  # nvJitLinkInputType


def compiled_caller(nvcc, name):
    """The intermediate code of a kernel that calls `name`, for the oldest card, as cuFFT has it."""
    with tempfile.TemporaryDirectory() as folder:
        source, image = Path(folder) / "caller.cu", Path(folder) / "caller.fatbin"
        source.write_text(caller.replace("NAME", name))
        code = "-gencode=arch=compute_75,code=lto_75"
        subprocess.run([nvcc, "-dc", "-fatbin", code, source, "-o", image], check=True)
        return image.read_bytes()


class Linker:
    """NVIDIA's nvJitLink."""

    def __init__(self, library):
        self._library = library

    def link(self, images, card):
        """Machine code for sm_`card`; None, with the linker's words printed, where it makes none."""
        handle = ctypes.c_void_p()
        options = (ctypes.c_char_p * 2)(b"-lto", f"-arch=sm_{card}".encode())
        self._call("Create", ctypes.byref(handle), ctypes.c_uint32(2), options)
        for image in images:
            size = ctypes.c_size_t(len(image))
            self._call("AddData", handle, ctypes.c_int(_fat_binary), image, size, b"image")
        done = self._function("Complete")(handle) == 0
        machine_code = self._text(handle, "LinkedCubin") if done else None
        if not done:
            print(self._text(handle, "ErrorLog").rstrip(b"\0").decode())
        self._call("Destroy", ctypes.byref(handle))
        return machine_code

    def _function(self, name):
        return self._library[f"__nvJitLink{name}_13_0"]

    def _call(self, name, *arguments):
        if result := self._function(name)(*arguments):
            raise RuntimeError(f"nvJitLink{name} returned {result}")

    def _text(self, handle, name):
        size = ctypes.c_size_t()
        self._call(f"Get{name}Size", handle, ctypes.byref(size))
        text = ctypes.create_string_buffer(size.value)
        self._call(f"Get{name}", handle, text)
        return text.raw


def linker(nvcc):
    """Of the toolkit that nvcc belongs to, or None."""
    for folder in ("lib64", "lib"):
        path = Path(nvcc).resolve().parents[1] / folder / "libnvJitLink.so.13"
        if path.exists():
            return Linker(ctypes.CDLL(str(path)))
    return None


class Callback(unittest.TestCase):
    plugin = None

    @classmethod
    def setUpClass(cls):
        cls.nvcc = toolkit_program("nvcc")
        if not cls.plugin.exists() or not cls.nvcc:
            raise unittest.SkipTest("skipped: there is no CUDA plugin: it is built where nvcc is found")
        cls.image = callback_image(cls.plugin.read_bytes())

    def test_is_there_for_every_generation_of_cards(self):
        found = [(code.kind, code.architecture) for code in codes_of_image(self.image)]
        self.assertEqual(found, [("intermediate code", architecture) for architecture in architectures])

    def test_links_by_its_name_for_every_card(self):
        if not (link := linker(self.nvcc)):
            self.skipTest("skipped: there is no libnvJitLink.so.13")
        images = [compiled_caller(self.nvcc, "planapo_multiply"), self.image]
        for card in cards:
            with self.subTest(card=card):
                machine_code = link.link([*images], card)
                self.assertIsNotNone(machine_code)
                (kernel,) = of_machine_code(machine_code, card)
                self.assertEqual(
                    kernel.stack_bytes, 0, "the callback is not inlined, or keeps something in memory"
                )

    def test_does_not_link_by_another_name(self):
        if not (link := linker(self.nvcc)):
            self.skipTest("skipped: there is no libnvJitLink.so.13")
        self.assertIsNone(link.link([compiled_caller(self.nvcc, "planapo_divide"), self.image], 90))


if __name__ == "__main__":
    Callback.plugin = Path(sys.argv.pop(1))
    unittest.main(verbosity=2)  # so that ctest sees what was skipped
