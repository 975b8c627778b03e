"""Tables that read well as plain text and as Markdown."""

from __future__ import annotations

_NUMERIC = set("0123456789.-+e")


def table(rows: list[dict], columns: dict[str, str]) -> list[str]:
    """One line a row; numbers stand right. `columns`: key of a row -> heading."""
    if not rows:
        return []
    cells = [[str(row[key]).replace("|", "/").replace("\n", " ") for key in columns] for row in rows]
    right = [all(set(row[i]) <= _NUMERIC for row in cells) for i in range(len(columns))]
    everything = [list(columns.values()), *cells]
    widths = [max(len(row[i]) for row in everything) for i in range(len(columns))]
    rule = ["-" * (width - 1) + ":" if r else "-" * width for width, r in zip(widths, right)]
    return [_line(row, widths, right) for row in (everything[0], rule, *cells)]


def facts(pairs: dict) -> list[str]:
    """Names and values, without what is not known."""
    return [f"- {name}: {value}" for name, value in pairs.items() if value]


def section(title: str, lines: list[str]) -> list[str]:
    """A heading with something below it, or nothing at all."""
    return [f"## {title}\n", *lines, ""] if lines else []


def _line(row: list[str], widths: list[int], right: list[bool]) -> str:
    cells = [cell.rjust(width) if r else cell.ljust(width) for cell, width, r in zip(row, widths, right)]
    return "| " + " | ".join(cells) + " |"
