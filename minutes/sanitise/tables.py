"""Rebuild a pasted table: no spans, equally many cells in each row, and header cells that screen readers know."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from minutes.sanitise.text import is_blank
from minutes.sanitise.tree import Element, Node

MAX_SPAN = 12  # cells that a colspan or rowspan may cover; a larger number counts as 12

BlocksOf = Callable[[list[Node]], list[str]]


@dataclass
class Cell:
    """The blocks in a cell, and whether it was a th."""

    blocks: list[str]
    is_header: bool

    @property
    def is_empty(self) -> bool:
        """Return whether the cell has no text."""
        return is_blank("".join(self.blocks))

    @property
    def html(self) -> str:
        """Return the content of the cell; a single paragraph without its p tags."""
        if len(self.blocks) == 1 and self.blocks[0].startswith("<p>"):
            return self.blocks[0].removeprefix("<p>").removesuffix("</p>")
        return "".join(self.blocks)


Grid = list[list[Cell]]


def table_blocks(node: Element, blocks_of: BlocksOf) -> list[str]:
    """Return the table as blocks, its caption as a paragraph before it.

    A table with less than two rows or two columns was used for layout, so it becomes the blocks in its cells.
    """
    captions = [child for child in node.children if isinstance(child, Element) and child.name == "caption"]
    before = blocks_of([*captions])
    grid = remove_empty(expand_spans(list(table_rows(node)), blocks_of))
    if len(grid) < 2 or len(grid[0]) < 2:
        return before + [text for row in grid for cell in row for text in cell.blocks]
    return [*before, table_html(grid)]


def table_rows(node: Element) -> Iterator[Element]:
    """Yield the rows of this table, but not those of a table inside it."""
    for child in node.children:
        if isinstance(child, Element) and child.name == "tr":
            yield child
        elif isinstance(child, Element) and child.name in ("thead", "tbody", "tfoot"):
            yield from table_rows(child)


def expand_spans(found: list[Element], blocks_of: BlocksOf) -> Grid:
    """Return the rows as a full grid. A cell with a span fills its first place and leaves the others empty."""
    placed: dict[tuple[int, int], Cell] = {}
    for y, row in enumerate(found):
        x = 0
        for cell in row_cells(row):
            while (y, x) in placed:
                x += 1
            header = cell.name == "th"
            for down in range(min(cell_span(cell, "rowspan"), len(found) - y)):
                for right in range(cell_span(cell, "colspan")):
                    placed.setdefault((y + down, x + right), Cell([], header))
            placed[y, x] = Cell(blocks_of(cell.children), header)
    width = max((x for _, x in placed), default=-1) + 1
    return [[placed.get((y, x), Cell([], False)) for x in range(width)] for y in range(len(found))]


def row_cells(row: Element) -> list[Element]:
    """Return the td and th elements of a row."""
    return [child for child in row.children if isinstance(child, Element) and child.name in ("td", "th")]


def cell_span(cell: Element, name: str) -> int:
    """Return a colspan or rowspan as a number from 1 to MAX_SPAN; 1 when it is no number."""
    number = re.fullmatch(r"\d{1,4}", cell.attributes.get(name, ""), re.ASCII)
    return min(max(int(number[0]), 1), MAX_SPAN) if number else 1


def remove_empty(grid: Grid) -> Grid:
    """Return the grid without rows and columns that have no text."""
    grid = [row for row in grid if not all(cell.is_empty for cell in row)]
    kept = [x for x in range(len(grid[0]) if grid else 0) if not all(row[x].is_empty for row in grid)]
    return [[row[x] for x in kept] for row in grid]


def table_html(grid: Grid) -> str:
    """Return the HTML of a table with column headers, row headers or both.

    When no cell was marked as a header, the first row becomes column headers.
    """
    row_headers = are_headers(row[0] for row in grid[1:])
    column_headers = are_headers(grid[0]) or not row_headers or not are_headers([grid[0][0]])
    head = "".join(header_cell(cell, "col") for cell in grid[0])
    thead = f"<thead><tr>{head}</tr></thead>" if column_headers else ""
    rows = grid[1:] if column_headers else grid
    body = "".join(f"<tr>{body_row(row, row_headers=row_headers)}</tr>" for row in rows)
    return f"<table>{thead}<tbody>{body}</tbody></table>"


def are_headers(cells: Iterable[Cell]) -> bool:
    """Return whether each cell is a header or empty."""
    return all(cell.is_header or cell.is_empty for cell in cells)


def body_row(row: list[Cell], *, row_headers: bool) -> str:
    """Return the cells of a row in tbody; the first is a th when the table has row headers."""
    first = header_cell(row[0], "row") if row_headers else f"<td>{row[0].html}</td>"
    return first + "".join(f"<td>{cell.html}</td>" for cell in row[1:])


def header_cell(cell: Cell, scope: str) -> str:
    """Return a th with its scope, col or row; an empty cell is never a header."""
    return "<td></td>" if cell.is_empty else f'<th scope="{scope}">{cell.html}</th>'
