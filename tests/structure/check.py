"""Holds a source tree to its shape: `check.py RULE [ROOT]` prints whatever breaks the rule, and then fails.

Each function that is marked as a rule returns its complaints, one sentence each. ctest runs every rule.
"""

import re
import subprocess
import sys
from pathlib import Path

from sources import Tree, cpp_functions, cpp_suffixes, matches, python_functions

most_lines_of_a_file = 400
most_lines_of_a_function = 40
formatter_version = 14  # Debian 12's; others lay out the same .clang-format differently

rules = {}


def rule(check):
    """Makes a function available by name on the command line."""
    rules[check.__name__] = check
    return check


@rule
def twins(tree):
    """src/cpu and cuda hold the same names; what has no twin lives in a sub-folder."""
    cpu = {path.stem for path in (tree.root / "src/cpu").glob("*.cpp")}
    cuda = {path.stem for path in (tree.root / "cuda").glob("*.c*") if path.suffix in (".cu", ".cpp")}
    complaints = [f"src/cpu/{twin}.cpp has no twin cuda/{twin}.cu or .cpp" for twin in sorted(cpu - cuda)]
    return complaints + [f"cuda/{twin} has no twin src/cpu/{twin}.cpp" for twin in sorted(cuda - cpu)]


def verbs_of_the_page(tree):
    """The verbs of class Backend by twin file, in the page's order: {"memory": ["description", ...], ...}."""
    page = (tree.root / "src/backend.hpp").read_text()
    page = page[page.index("\nclass PLANAPO_API Backend") :]
    groups, heading = {}, None
    for line in page[: page.index("\n};")].split("\n"):
        if found := re.match(r"    // (\w+)(?::.*)?$", line):
            heading = found.group(1)
        elif heading and (found := re.match(r"    virtual [^(=]*?(\w+)\(", line)):
            groups.setdefault(heading, []).append(found.group(1))
    return groups


def complaint_about_verbs(tree, twin, group, page_order):
    """What is wrong with the verbs that one file defines, or None."""
    text = tree.code_of(twin) if twin.exists() else ""
    defined = [verb for verb in re.findall(r"^\w.*\b\w*Backend::(\w+)\(", text, re.M) if verb[0].islower()]
    strangers = [verb for verb in defined if verb not in page_order]
    expected = [verb for verb in page_order if verb in defined]
    if not defined:
        return f"{tree.name(twin)} defines none of the verbs that src/backend.hpp lists under '{group}'"
    if strangers:
        return f"{tree.name(twin)} defines {', '.join(strangers)}, which the page lists elsewhere"
    if defined != expected:
        return f"{tree.name(twin)} has the order {', '.join(defined)}; the page has {', '.join(expected)}"
    return None


@rule
def verbs(tree):
    """Each twin defines verbs of its own group of the page, in the page's order."""
    complaints = []
    for group, page_order in verbs_of_the_page(tree).items():
        for twin in [tree.root / "src/cpu" / f"{group}.cpp", *(tree.root / "cuda").glob(f"{group}.c*")]:
            complaints.append(complaint_about_verbs(tree, twin, group, page_order))
    return [complaint for complaint in complaints if complaint]


@rule
def kernels(tree):
    """A .cu file holds a kernel, a .cpp file none; launches and shuffles have one file each."""
    complaints = [
        f"{tree.name(path)} holds no kernel: call it .cpp"
        for path in tree.files(".cu", under=["cuda"])
        if "__global__" not in tree.code_of(path)
    ]
    confined = [
        (r"__global__", (".cpp", ".hpp", ".cuh"), None, "a kernel belongs into a .cu file"),
        (r"<<<", (".cu", ".cuh", ".cpp", ".hpp"), "cuda/launch.cuh", "only cuda/launch.cuh launches kernels"),
        (
            r"__(shfl|ballot|any|all)_",
            (".cu", ".cuh"),
            "cuda/warp.cuh",
            "only cuda/warp.cuh talks across a warp",
        ),
    ]
    for pattern, suffixes, home, sentence in confined:
        for path in tree.files(*suffixes, under=["cuda", "src", "include"]):
            if tree.name(path) != home:
                complaints += [
                    f"{tree.name(path)}:{line}: {sentence}"
                    for line, _ in matches(pattern, tree.code_of(path))
                ]
    return complaints


@rule
def no_exit(tree):
    """A library never ends its caller's process."""
    ends = r"\b(exit|_exit|_Exit|quick_exit|abort|terminate)\s*\("
    return [
        f"{tree.name(path)}:{number}: ends the process of whoever called: {line}"
        for path in tree.files(*cpp_suffixes, under=["include", "src", "cuda", "python"])
        for number, line in matches(ends, tree.code_of(path))
    ]


@rule
def file_lengths(tree):
    """No file is longer than can be read in one sitting; stubs are lists, one for a compiled module."""
    suffixes = (*cpp_suffixes, ".py", ".cmake", ".txt")
    lengths = [(path, len(path.read_text().splitlines())) for path in tree.files(*suffixes)]
    return [
        f"{tree.name(path)} has {lines} lines, more than {most_lines_of_a_file}: split it by subject"
        for path, lines in lengths
        if lines > most_lines_of_a_file
    ]


@rule
def function_lengths(tree):
    """No function is longer than a screen."""
    complaints = []
    for path in tree.files(*cpp_suffixes, ".py"):
        is_python = path.suffix == ".py"
        functions = python_functions(path.read_text()) if is_python else cpp_functions(tree.code_of(path))
        complaints += [
            f"{tree.name(path)}:{first}: {lines} lines, more than {most_lines_of_a_function}: {head[:80]}"
            for first, lines, head in functions
            if lines > most_lines_of_a_function
        ]
    return complaints


@rule
def first_lines(tree):
    """Every file begins by saying what it is for; a .cpp may leave that to its header of the same name."""
    openings = {".py": ('"""', "#!", "# "), ".pyi": ('"""', "# "), ".cmake": ("# ",), ".txt": ("# ",)}
    return [
        f"{tree.name(path)} does not begin by saying what it does"
        for path in tree.files(*cpp_suffixes, ".py", ".cmake", ".txt")
        if not path.read_text().startswith(
            (*openings.get(path.suffix, ("// ",)), f'#include "{path.stem}.hpp"')
        )
    ]


def run_formatter(tool, *arguments):
    """What a formatter prints; None, said aloud, where it is not there."""
    try:
        done = subprocess.run([tool, *arguments], capture_output=True, text=True)
    except OSError:
        print(f"skipped: {tool} is not installed (`make build` brings it)")
        return None
    return done.stdout + done.stderr


@rule
def cpp_format(tree):
    """C++ is laid out as .clang-format says (tools/format does it)."""
    version = run_formatter("clang-format", "--version")
    if version is None:
        return []
    if f"version {formatter_version}." not in version:
        print(f"skipped: needs clang-format {formatter_version}, found {version}")
        return []
    found = run_formatter("clang-format", "--dry-run", "-Werror", *tree.files(*cpp_suffixes))
    places = [line.split(":")[:2] for line in found.splitlines() if "error:" in line]
    return [
        f"{tree.name(Path(path))}:{line} is laid out otherwise"
        for path, line in dict(reversed(places)).items()
    ]


@rule
def python_format(tree):
    """Python is laid out, and written, as pyproject.toml tells ruff (tools/format does the layout)."""
    quiet = ("--no-cache", "--quiet", "--output-format=concise", tree.root)
    layout, writing = (
        run_formatter("ruff", "format", "--check", *quiet),
        run_formatter("ruff", "check", *quiet),
    )
    return [] if layout is None else layout.splitlines() + writing.splitlines()


def main():
    check = rules[sys.argv[1]]
    root = sys.argv[2] if len(sys.argv) > 2 else Path(__file__).parents[2]
    complaints = check(Tree(root))
    print(*complaints, sep="\n")
    sys.exit(f"{len(complaints)} complaints. {check.__doc__}" if complaints else 0)


if __name__ == "__main__":
    main()
