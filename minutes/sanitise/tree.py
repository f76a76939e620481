"""Parse HTML that nh3 has cleaned into a tree of elements, and list the HTML elements that are known."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Union

INLINE_TAGS = {"strong", "b", "em", "i", "a"}
HEADING_TAGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
LIST_TAGS = {"ul", "ol"}
BLOCK_TAGS = {
    *("p", "div", "li", "blockquote", "pre", "hr", "center", "address", "dl", "dt", "dd"),
    *("figure", "figcaption"),
    *("section", "article", "aside", "header", "footer", "main", "nav", "fieldset", "details", "summary"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *LIST_TAGS,
    *HEADING_TAGS,
}
SYNONYMS = {"b": "strong", "i": "em"}  # an element is stored under the second name
VOID_TAGS = {"br", "hr"}  # elements without an end tag
# Levels of elements. Nobody nests deeper on purpose, and the limit bounds the recursion when the tree is rebuilt
MAX_NESTING = 24

Node = Union["Element", str]


@dataclass
class Element:
    """An HTML element with its children; `has_block` is true when it is a block or contains one."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    has_block: bool = False


class _TreeBuilder(HTMLParser):
    """Builds the tree; `open_elements` are the elements around the current place, the root first."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open_elements = [Element("root")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(SYNONYMS.get(tag, tag), {name: value or "" for name, value in attrs})
        if tag in BLOCK_TAGS:
            element.has_block = True
            for ancestor in self.open_elements:
                ancestor.has_block = True
        if len(self.open_elements) > MAX_NESTING:
            element = self.open_elements[-1]
        else:
            self.open_elements[-1].children.append(element)
        if tag not in VOID_TAGS:
            self.open_elements.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID_TAGS:
            self.open_elements.pop()

    def handle_data(self, data: str) -> None:
        self.open_elements[-1].children.append(data)


def parse_html(html: str) -> Element:
    """Return the root of the tree. `html` must be cleaned by nh3, so that every tag is closed in order."""
    builder = _TreeBuilder()
    builder.feed(html)
    builder.close()
    return builder.open_elements[0]
