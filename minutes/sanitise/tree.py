"""Reads the well-formed HTML that nh3 writes into a small tree of known elements."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Union

INLINE = {"strong", "b", "em", "i", "a"}
HEADING_TAGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
LISTS = {"ul", "ol"}
BLOCKS = {
    *("p", "div", "li", "blockquote", "pre", "hr", "center", "address", "dl", "dt", "dd"),
    *("figure", "figcaption"),
    *("section", "article", "aside", "header", "footer", "main", "nav", "fieldset", "details", "summary"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *LISTS,
    *HEADING_TAGS,
}
SAME = {"b": "strong", "i": "em"}
VOID = {"br", "hr"}
MAX_NESTING = 24  # below this nobody nests on purpose, and recursion must end somewhere

Node = Union["Element", str]


@dataclass
class Element:
    """An element and what it holds; holds_block tells whether it breaks a line of text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    holds_block: bool = False


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("root")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(SAME.get(tag, tag), {name: value or "" for name, value in attrs})
        if tag in BLOCKS:
            element.holds_block = True
            for ancestor in self.open:
                ancestor.holds_block = True
        if len(self.open) > MAX_NESTING:
            element = self.open[-1]
        else:
            self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse_html(html: str) -> Element:
    """The root of the tree; html must be what nh3 wrote, so that every tag is closed in order."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.open[0]
