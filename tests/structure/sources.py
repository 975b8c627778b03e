"""Finds the source files of a tree, and the functions inside them."""

import ast
import re
from pathlib import Path

cpp_suffixes = (".cpp", ".hpp", ".h", ".cu", ".cuh")

_folders = ("include", "src", "cuda", "python", "tests", "bench", "examples", "tools", "cmake", "bundle")
# Comments, strings and characters; an apostrophe after a digit or letter separates digits (1'000).
_not_code = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'', re.DOTALL
)
_directive = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
_container = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()=]*$")


class Tree:
    """A project's folder."""

    def __init__(self, root):
        self.root = Path(root).resolve()

    def files(self, *suffixes, under=_folders):
        """All files below the project's folders whose names end in one of `suffixes`."""
        found = (path for folder in under for path in sorted((self.root / folder).rglob("*")))
        return [path for path in found if path.suffix in suffixes and path.is_file()]

    def name(self, path):
        """The path as people write it: from the project's root."""
        return path.relative_to(self.root).as_posix()

    def code_of(self, path):
        """The C++ text of a file with comments, strings and characters blanked; lines stay where they are."""
        return _not_code.sub(_blank, path.read_text())


def matches(pattern, code):
    """Pairs (line number, line) of the lines in which `pattern` is found."""
    return [
        (number, line.strip()) for number, line in enumerate(code.split("\n"), 1) if re.search(pattern, line)
    ]


def cpp_functions(code):
    """Triples (first line, number of lines, head) of the functions defined in C++ code.

    A function is the outermost block that is not a namespace, a class or an initialiser and whose head holds
    parentheses.
    """
    code = _directive.sub(_blank, code)
    open_blocks, head_start = [], 0
    for brace in re.finditer(r"[{};]", code):
        if brace.group() == "{":
            head = code[head_start : brace.start()]
            inside = any(kind == "function" for kind, _ in open_blocks)
            open_blocks.append((_kind(head, inside), brace.start() - len(head.lstrip())))
        elif brace.group() == "}" and open_blocks:
            kind, start = open_blocks.pop()
            if kind == "function":
                first = code.count("\n", 0, start) + 1
                head = " ".join(code[start:].split("{")[0].split())
                yield first, code.count("\n", 0, brace.start()) + 2 - first, head
        head_start = brace.end()


def python_functions(text):
    """Triples (first line, lines of the body without the docstring, name) of the functions in Python text.

    The head does not count: a command of the command line declares its options there.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield node.lineno, node.end_lineno - body[0].lineno + 1 if body else 0, node.name


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def _kind(head, inside_function):
    if inside_function:
        return "block"
    if _container.search(head):
        return "container"
    return "function" if ")" in head and not head.rstrip().endswith("=") else "block"
