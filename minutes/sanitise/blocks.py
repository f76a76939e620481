"""Turns a tree of pasted elements into a row of blocks that stand where HTML allows them."""

import re
from collections.abc import Iterable
from html import escape

from minutes.sanitise.tables import table
from minutes.sanitise.text import is_blank, to_markup, trim_line
from minutes.sanitise.tree import HEADING_TAGS, LISTS, Element, Node

Marks = tuple[Element, ...]  # the strong, em and a that a block was found inside; they move into it


def blocks_in_flow(nodes: Iterable[Node], marks: Marks = (), *, inner: bool = False) -> list[str]:
    """The nodes as blocks; loose text becomes paragraphs. Inner ones hold no heading, quotation or table."""
    blocks: list[str] = []
    run: list[str] = []

    def paragraph() -> None:
        if not is_blank(text := trim_line("".join(run))):
            blocks.append(f"<p>{wrap(text, marks)}</p>")
        run.clear()

    for node in nodes:
        if isinstance(node, str) or not node.holds_block:
            run.append(inline_html(node, marks))
        else:
            paragraph()
            blocks += blocks_of(node, marks, inner=inner)
    paragraph()
    return blocks


def blocks_of(node: Element, marks: Marks, *, inner: bool) -> list[str]:
    """One element that breaks the line, as the blocks it stands for."""
    if node.name in LISTS:
        return listing(node, marks)
    if node.name in HEADING_TAGS:
        return blocks_in_flow(node.children, stressed(marks), inner=True) if inner else heading_block(node)
    if node.name == "blockquote" and not inner:
        quoted = "".join(blocks_in_flow(node.children, marks, inner=True))
        return [f"<blockquote>{quoted}</blockquote>"] if quoted else []
    if node.name == "table" and not inner:
        return table(node, lambda nodes: blocks_in_flow(nodes, marks, inner=True))
    if node.name in ("strong", "em", "a") and usable(node, marks):
        return blocks_in_flow(node.children, (*marks, node), inner=inner)
    return blocks_in_flow(node.children, marks, inner=inner)


def stressed(marks: Marks) -> Marks:
    """The marks with strong among them."""
    return marks if any(mark.name == "strong" for mark in marks) else (*marks, Element("strong"))


def heading_block(node: Element) -> list[str]:
    """A heading on one line; its level is settled when all of them are known."""
    words = trim_line(bare_words(node))
    return [] if is_blank(words) else [f"<{node.name}>{words}</{node.name}>"]


def bare_words(node: Node) -> str:
    """The bare words of a node."""
    if isinstance(node, str):
        return to_markup(node)
    if node.name == "br":
        return " "
    words = "".join(bare_words(child) for child in node.children)
    return f" {words} " if node.holds_block else words


def listing(node: Element, marks: Marks) -> list[str]:
    """A list that holds items only; a list found between items belongs to the item before it."""
    items: list[str] = []
    for child in node.children:
        if isinstance(child, Element) and child.name in LISTS and items:
            items[-1] += "".join(listing(child, marks))
        elif text := list_item(child, marks):
            items.append(text)
    rows = "".join(f"<li>{text}</li>" for text in items)
    return [f"<{node.name}>{rows}</{node.name}>"] if rows else []


def list_item(node: Node, marks: Marks) -> str:
    """What stands in a list item."""
    inside = node.children if isinstance(node, Element) and node.name == "li" else [node]
    return loosen(blocks_in_flow(inside, marks, inner=True))


def loosen(blocks: list[str]) -> str:
    """The blocks as one string; a paragraph that is alone of its kind and comes first needs no tags."""
    if blocks and [text.startswith("<p>") for text in blocks] == [True] + [False] * (len(blocks) - 1):
        blocks = [blocks[0].removeprefix("<p>").removesuffix("</p>"), *blocks[1:]]
    return "".join(blocks)


def inline_html(node: Node, marks: Marks) -> str:
    """A node that stands within a line."""
    if isinstance(node, str):
        return to_markup(node)
    if node.name == "br":
        return "<br>"
    inside = (*marks, node) if (used := usable(node, marks)) else marks
    text = "".join(inline_html(child, inside) for child in node.children)
    return wrap(text, (node,)) if used and not is_blank(text) else text


def usable(node: Element, marks: Marks) -> bool:
    """False for a mark within its own kind, and for a link that leads nowhere."""
    if node.name == "a" and not node.attributes.get("href"):
        return False
    return all(mark.name != node.name for mark in marks)


def wrap(text: str, marks: Marks) -> str:
    """The text inside its marks, the outermost first."""
    for mark in reversed(marks):
        href = f' href="{escape(mark.attributes["href"])}"' if mark.name == "a" else ""
        text = f"<{mark.name}{href}>{text}</{mark.name}>"
    return text


def settle_headings(blocks: list[str]) -> list[str]:
    """The blocks with headings as h3 and h4: the section above has its own h2, and no level is skipped."""
    levels = [int(block[2]) for block in blocks if is_heading(block)]
    seen = False
    for index, text in enumerate(blocks):
        if is_heading(text):
            new = "h4" if seen and int(text[2]) > min(levels) else "h3"
            seen = True
            blocks[index] = f"<{new}>{text[4:-5]}</{new}>"
    return blocks


def is_heading(block: str) -> bool:
    return re.match(r"<h\d>", block) is not None
