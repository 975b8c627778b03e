"""Plants an offence against every rule of check.py in a small tree, and expects each rule to find its own."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

from check import rules
from sources import Tree, cpp_functions

page = """// The page.
class PLANAPO_API Backend {
public:
    // fft
    virtual void forward() = 0;
    virtual void inverse() = 0;
};
"""
sound = {
    "src/backend.hpp": page,
    "src/cpu/fft.cpp": "// CPU.\nvoid CpuBackend::forward() {}\n\nvoid CpuBackend::inverse() {}\n",
    "cuda/fft.cu": "// CUDA.\n__global__ void f() {}\n\nvoid CudaBackend::forward() {}\n",
    "cuda/launch.cuh": "// Launches.\nvoid launch() { f<<<1, 1>>>(); }\n",
    ".clang-format": "BasedOnStyle: Google\nStandard: c++20\nIndentWidth: 4\nAccessModifierOffset: -4\n",
}
long_function = "// Long.\nvoid f() {\n" + "    int a;\n" * 40 + "}\n"
offences = {
    "twins": {"src/cpu/blend.cpp": "// No twin.\n"},
    "verbs": {
        "src/cpu/fft.cpp": "// Wrong order.\nvoid CpuBackend::inverse() {}\nvoid CpuBackend::forward() {}\n"
    },
    "kernels": {
        "cuda/reduce.cu": "// Launches by itself.\n__global__ void f() {}\nvoid g() { f<<<1, 1>>>(); }\n"
    },
    "no_exit": {"src/a.cpp": "// Gives up.\nvoid f() { std::exit(1); }\n"},
    "file_lengths": {"tests/a.py": '"""Long."""\n' * 401},
    "function_lengths": {
        "src/a.cpp": long_function,
        "tests/a.py": '"""Long."""\ndef f():\n' + "    g()\n" * 41,
    },
    "first_lines": {"include/planapo/a.hpp": "#pragma once\n"},
    "cpp_format": {"src/a.cpp": "// Crooked.\nvoid   f( ){}\n"},
    "python_format": {"tests/a.py": '"""Crooked."""\nx=1\n'},
}


def complaints(rule, files):
    """What `rule` says of a tree of these files, and what it prints."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as printed:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return rules[rule](Tree(folder)), printed.getvalue()


class Rules(unittest.TestCase):
    def test_a_sound_tree_passes(self):
        for rule in rules:
            with self.subTest(rule):
                self.assertEqual(complaints(rule, sound)[0], [])

    def test_every_rule_finds_its_offence(self):
        self.assertEqual(set(offences), set(rules))
        for rule, files in offences.items():
            with self.subTest(rule):
                found, printed = complaints(rule, {**sound, **files})
                if "skipped: " not in printed:
                    self.assertEqual(len(found), len(files), found)

    def test_functions_are_told_from_classes_lambdas_and_comments(self):
        code = "struct S {\n int f() {\n  if (a) { g(); }\n }\n};\nint t[] = {1};\nT::T() {\n}\n"
        self.assertEqual([(first, lines) for first, lines, _ in cpp_functions(code)], [(2, 3), (7, 2)])


if __name__ == "__main__":
    unittest.main()
