"""Rebuilds a pasted table so that every row is equally wide and the headers are known to those who listen."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from minutes.sanitise.text import is_blank
from minutes.sanitise.tree import Element, Node

WIDEST_SPAN = 12

Flow = Callable[[list[Node]], list[str]]


@dataclass
class Cell:
    """What a cell says, as blocks, and whether it was marked as a header."""

    blocks: list[str]
    header: bool

    @property
    def empty(self) -> bool:
        return is_blank("".join(self.blocks))

    @property
    def html(self) -> str:
        if len(self.blocks) == 1 and self.blocks[0].startswith("<p>"):
            return self.blocks[0].removeprefix("<p>").removesuffix("</p>")
        return "".join(self.blocks)


Grid = list[list[Cell]]


def table(node: Element, flow: Flow) -> list[str]:
    """The table, its caption as a paragraph before it; one that only laid out text becomes that text."""
    captions = [child for child in node.children if isinstance(child, Element) and child.name == "caption"]
    before = flow([*captions])
    grid = without_empty(spread(list(table_rows(node)), flow))
    if len(grid) < 2 or len(grid[0]) < 2:
        return before + [text for row in grid for cell in row for text in cell.blocks]
    return [*before, write_table(grid)]


def table_rows(node: Element) -> Iterator[Element]:
    """The rows of this table, not those of a table inside it."""
    for child in node.children:
        if isinstance(child, Element) and child.name == "tr":
            yield child
        elif isinstance(child, Element) and child.name in ("thead", "tbody", "tfoot"):
            yield from table_rows(child)


def spread(found: list[Element], flow: Flow) -> Grid:
    """Cells on a full grid: one that spanned several fills the first and leaves the others empty."""
    placed: dict[tuple[int, int], Cell] = {}
    for y, row in enumerate(found):
        x = 0
        for cell in cells(row):
            while (y, x) in placed:
                x += 1
            header = cell.name == "th"
            for down in range(min(cell_span(cell, "rowspan"), len(found) - y)):
                for right in range(cell_span(cell, "colspan")):
                    placed.setdefault((y + down, x + right), Cell([], header))
            placed[y, x] = Cell(flow(cell.children), header)
    width = max((x for _, x in placed), default=-1) + 1
    return [[placed.get((y, x), Cell([], False)) for x in range(width)] for y in range(len(found))]


def cells(row: Element) -> list[Element]:
    return [child for child in row.children if isinstance(child, Element) and child.name in ("td", "th")]


def cell_span(cell: Element, name: str) -> int:
    number = re.fullmatch(r"\d{1,4}", cell.attributes.get(name, ""), re.ASCII)
    return min(max(int(number[0]), 1), WIDEST_SPAN) if number else 1


def without_empty(grid: Grid) -> Grid:
    """The grid without rows and columns in which nothing is written."""
    grid = [row for row in grid if not all(cell.empty for cell in row)]
    kept = [x for x in range(len(grid[0]) if grid else 0) if not all(row[x].empty for row in grid)]
    return [[row[x] for x in kept] for row in grid]


def write_table(grid: Grid) -> str:
    """The table with headers above, beside or both; where none is marked, the first row becomes them."""
    beside = are_headers(row[0] for row in grid[1:])
    above = are_headers(grid[0]) or not beside or not are_headers([grid[0][0]])
    head = f"<thead><tr>{''.join(header_cell(cell, 'col') for cell in grid[0])}</tr></thead>" if above else ""
    body = "".join(f"<tr>{body_row(row, beside=beside)}</tr>" for row in grid[1 if above else 0 :])
    return f"<table>{head}<tbody>{body}</tbody></table>"


def are_headers(cells: Iterable[Cell]) -> bool:
    return all(cell.header or cell.empty for cell in cells)


def body_row(row: list[Cell], *, beside: bool) -> str:
    first = header_cell(row[0], "row") if beside else f"<td>{row[0].html}</td>"
    return first + "".join(f"<td>{cell.html}</td>" for cell in row[1:])


def header_cell(cell: Cell, scope: str) -> str:
    return "<td></td>" if cell.empty else f'<th scope="{scope}">{cell.html}</th>'
