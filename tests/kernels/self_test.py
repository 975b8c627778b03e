"""Compiles kernels that break each claim, which check.py must find; holds its arithmetic against NVIDIA's."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from check import complaints, rows_of
from fat_binary import UnknownFormat, device_code
from occupancy import limits, resident_warps
from resources import of_plugin, of_report, toolkit_program

architectures = [
    "--generate-code=arch=compute_90,code=[sm_90]",
    "--generate-code=arch=compute_75,code=[compute_75]",
]
kernels = """
__global__ void __launch_bounds__(256) sound_kernel(float* out) { out[threadIdx.x] = 1; }
__global__ void __launch_bounds__(256) shared_kernel(float* out) {
    __shared__ float v[100];
    v[threadIdx.x % 100] = out[threadIdx.x];
    __syncthreads();
    out[threadIdx.x] = v[threadIdx.x * 7 % 100];
}
__global__ void __launch_bounds__(256) indexed_kernel(const float* in, float* out, int n) {
    float v[64], sum = 0;
    for (int i = 0; i < 64; ++i) v[i] = in[threadIdx.x + i * 256];
    for (int i = 0; i < n; ++i) sum += v[i * n & 63];
    out[threadIdx.x] = sum;
}
__global__ void __launch_bounds__(256, RESIDENT_BLOCKS) wide_kernel(float* io) {
    float v[40];
    for (int i = 0; i < 40; ++i) v[i] = io[threadIdx.x + i * 256];
    #pragma unroll
    for (int i = 0; i < 400; ++i) v[i % 40] += v[(i + 17) % 40] * v[(i + 5) % 40];
    for (int i = 0; i < 40; ++i) io[threadIdx.x + i * 256] = v[i];
}
"""
cards = ("sm_75", "sm_90", "sm_100")
claim = {
    "threads": 256,
    "launched_shared_bytes": 0,
    **{card: {"registers": 64, "occupancy": 0.5} for card in cards},
}
claims = {name: claim for name in ("sound_kernel", "shared_kernel", "indexed_kernel", "wide_kernel")}


class Kernels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nvcc, cls.ptxas = toolkit_program("nvcc"), toolkit_program("ptxas")
        if not cls.nvcc:
            raise unittest.SkipTest("skipped: there is no nvcc")
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.rows, cls.report = cls.compiled("plain", "-DRESIDENT_BLOCKS=1")
        cls.starved_rows, _ = cls.compiled("starved", "-DRESIDENT_BLOCKS=8")

    @classmethod
    def compiled(cls, name, *options):
        source, plugin = Path(cls.folder.name) / f"{name}.cu", Path(cls.folder.name) / f"{name}.so"
        source.write_text(kernels)
        command = [cls.nvcc, "-O3", "--shared", "-Xptxas=-v", *architectures, *options, source, "-o", plugin]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return rows_of(of_plugin(plugin, cls.ptxas)), done.stdout + done.stderr

    def test_the_machine_code_says_what_its_compiler_said(self):
        of_code = {one.kernel: one for _, one in self.rows if one.source == "machine code"}
        of_compiler = {one.kernel: one for one in of_report(self.report, 90, {})}
        self.assertEqual(set(of_code), set(of_compiler))
        for kernel, one in of_compiler.items():
            found = of_code[kernel]
            self.assertEqual(
                (found.registers, found.shared_bytes, found.stack_bytes),
                (one.registers, one.shared_bytes, one.stack_bytes),
            )
        self.assertIn(400, [one.shared_bytes for one in of_code.values()])

    def test_an_array_indexed_at_run_time_is_found_on_every_card(self):
        found = complaints(self.rows, claims)
        self.assertEqual(len(found), 3, found)
        for card, sentence in zip(cards, found):
            self.assertIn(f"indexed_kernel keeps 256 bytes per thread in local memory on {card}", sentence)

    def test_spilled_registers_are_found(self):
        found = " ".join(complaints(self.starved_rows, claims))
        self.assertRegex(found, "wide_kernel keeps [0-9]+ bytes per thread in local memory on sm_90")

    def test_registers_occupancy_and_threads_are_held(self):
        tight = {**claim, "threads": 128, "sm_90": {"registers": 8, "occupancy": 1.1}}
        rows = [row for row in self.rows if row[0] == "sound_kernel"]
        found = " ".join(complaints(rows, {"sound_kernel": tight}))
        for sentence in ("claims 128", "registers on sm_90 and claims 8", "warps and claims 110.0%"):
            self.assertIn(sentence, found)

    def test_kernels_and_claims_come_in_pairs(self):
        rows = [row for row in self.rows if row[0] != "indexed_kernel" and row[1].architecture != 100]
        found = " ".join(complaints(rows, {name: claim for name in claims if name != "wide_kernel"}))
        self.assertIn("wide_kernel has no claim", found)
        self.assertIn("indexed_kernel is claimed and not in the plugin", found)
        self.assertIn("sound_kernel is claimed for sm_100, for which there is no code", found)

    def test_other_files_are_refused(self):
        with self.assertRaisesRegex(UnknownFormat, "holds no device code"):
            device_code(Path(self.ptxas).read_bytes())
        with self.assertRaisesRegex(UnknownFormat, "not a 64-bit ELF file"):
            device_code(kernels.encode())


class Occupancy(unittest.TestCase):
    cases = [
        (architecture, threads, registers, shared)
        for architecture in limits
        for threads in (32, 64, 96, 128, 256, 512, 1024)
        for registers in (1, 20, 32, 33, 40, 46, 48, 58, 60, 63, 64, 65, 80, 100, 128, 168, 255)
        for shared in (0, 256, 640, 5000, 16384, 40000)
    ]

    def test_is_what_the_header_of_nvidia_computes(self):
        header = Path(toolkit_program("nvcc") or "/nowhere/bin/nvcc").parents[1] / "include/cuda_occupancy.h"
        if not header.exists():
            self.skipTest(f"skipped: there is no {header.name}")
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "occupancy"
            source = Path(__file__).with_name("occupancy.cpp")
            subprocess.run(
                ["g++", "-std=c++20", "-isystem", header.parent, source, "-o", program], check=True
            )
            lines = "\n".join(" ".join(map(str, case)) for case in self.cases)
            done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
        for case, warps in zip(self.cases, done.stdout.split(), strict=True):
            self.assertEqual(resident_warps(*case), int(warps), case)


if __name__ == "__main__":
    unittest.main()
