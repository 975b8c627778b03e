"""The way of a table: measured on small grids, adopted into a folder, compiled.

way_test.py PROGRAM DEVICE ROOT COMPILER
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, DEVICE, ROOT, COMPILER = sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]
LENGTHS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12]
CARD = "A card, compute capability 9.0, driver for CUDA 13.0, FFT by cuFFT 12.0"
# The plugin's own file, with another folder in place of cuda/fft_costs.
READER = """
#include <cstdio>
{plugin}
int main() {{
    using planapo::cuda::measured_fft_costs;
    for (const auto& one : measured_fft_costs(9, 0)->lengths)
        std::printf("%d %d %d %d\\n", int(one.length), int(one.z), int(one.y), int(one.x));
    return measured_fft_costs(9, 1) == nullptr && measured_fft_costs(8, 9) != nullptr ? 0 : 1;
}}
"""


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


class Way(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "costs.json"
        done = run(PROGRAM, DEVICE, self.file, 6, 12)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("10 lengths on each axis", done.stdout)
        self.measured = json.loads(self.file.read_text())

    def adopt(self, **changed):
        """Tries to make a table of what was measured, with some of it changed."""
        self.file.write_text(json.dumps(self.measured | changed))
        return run(sys.executable, "-B", ROOT / "tools/adopt_fft_costs", self.file, "--folder", self.folder)

    def as_of_a_card(self, description=CARD):
        """What a card would tell. Of grids this small, noise may make more than there is to measure."""
        costs = [[length, *(max(1, cost) for cost in axes)] for length, *axes in self.measured["costs"]]
        facts = {"device": "cuda:0", "driver": "580.1", "gain": 1.25}
        return facts | {"description": description, "costs": costs}

    def test_what_is_measured(self):
        self.assertTrue(self.measured["device"].startswith(DEVICE))
        self.assertEqual([row[0] for row in self.measured["costs"]], LENGTHS)
        self.assertEqual(len(self.measured["trials"]), 20)
        for trial in self.measured["trials"]:
            for grid in (trial["smallest"], trial["cheapest"]):
                self.assertGreater(grid["ms"], 0)
                self.assertTrue(all(n >= m for n, m in zip(grid["grid"], trial["least"])))
        self.assertLessEqual(self.measured["median_miss"], self.measured["worst_miss"])

    def test_a_table_is_read_as_it_was_measured(self):
        newer, older = self.as_of_a_card(), self.as_of_a_card("Old, compute capability 8.9")
        for facts in (newer, older, newer):
            done = self.adopt(**facts)
            self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.folder / "sm_90.inc").read_text()
        for fact in (CARD, "driver 580.1", self.measured["date"], "1.250 times as fast"):
            self.assertIn(fact, text)
        plugin = (ROOT / "cuda/plugin/fft_costs.cpp").read_text()
        plugin = plugin.replace("../fft_costs/tables.inc", str(self.folder / "tables.inc"))
        (self.folder / "reader.cpp").write_text(READER.format(plugin=plugin))
        program = self.folder / "reader"
        options = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "cuda/plugin"]
        done = run(COMPILER, *options, self.folder / "reader.cpp", "-o", program)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run(program)
        self.assertEqual(done.returncode, 0)
        self.assertEqual([list(map(int, line.split())) for line in done.stdout.splitlines()], newer["costs"])

    def test_what_becomes_no_table(self):
        facts = self.as_of_a_card()
        free = [[length, 0, 5, 5] for length in LENGTHS]
        for changed, sentence in (
            ({"device": "simulated:0"}, "tables are for cards"),
            ({"description": "A processor"}, "tables are for cards"),
            ({"costs": free}, "would cost nothing"),
            ({"gain": 0.97}, "0.970 times as fast as the smallest"),
        ):
            done = self.adopt(**(facts | changed))
            self.assertEqual(done.returncode, 1)
            self.assertIn(sentence, done.stderr)
        self.assertEqual(list(self.folder.glob("*.inc")), [])

    def test_what_cannot_be_measured(self):
        for arguments, sentence in (
            ((DEVICE, self.file, 11, 12), "11 is not a product of 2, 3, 5 and 7"),
            ((DEVICE, self.file, 12, 6), "LONGEST is shorter than SIDE"),
            ((DEVICE, self.folder / "no folder" / "file", 6, 12), "cannot be written"),
            ((DEVICE,), "DEVICE FILE"),
        ):
            done = run(PROGRAM, *arguments)
            self.assertEqual(done.returncode, 1)
            self.assertIn(sentence, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
