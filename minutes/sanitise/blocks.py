"""Rebuild a tree of pasted elements as a list of HTML blocks (p, h3, ul, table ...), nested only as HTML allows.

Flow content is blocks and text mixed; a block is returned as one string of HTML.
"""

import re
from collections.abc import Iterable
from html import escape

from minutes.sanitise.tables import table_blocks
from minutes.sanitise.text import is_blank, to_markup, trim_line
from minutes.sanitise.tree import HEADING_TAGS, LIST_TAGS, Element, Node

# The strong, em and a elements around a block, outermost first: they are moved into it
Formatting = tuple[Element, ...]


def blocks_in_flow(nodes: Iterable[Node], formatting: Formatting = (), *, nested: bool = False) -> list[str]:
    """Return the nodes as blocks; text outside a block becomes paragraphs.

    With `nested`, for the content of a list item, cell or quotation, there is no heading, quotation or table in it.
    """
    blocks: list[str] = []
    line: list[str] = []

    def paragraph() -> None:
        if not is_blank(text := trim_line("".join(line))):
            blocks.append(f"<p>{wrap_inline(text, formatting)}</p>")
        line.clear()

    for node in nodes:
        if isinstance(node, str) or not node.has_block:
            line.append(inline_html(node, formatting))
        else:
            paragraph()
            blocks += blocks_of(node, formatting, nested=nested)
    paragraph()
    return blocks


def blocks_of(node: Element, formatting: Formatting, *, nested: bool) -> list[str]:
    """Return the blocks for one element that is a block or contains one."""
    if node.name in LIST_TAGS:
        return list_block(node, formatting)
    if node.name in HEADING_TAGS:
        if nested:
            return blocks_in_flow(node.children, with_strong(formatting), nested=True)
        return heading_block(node)
    if node.name == "blockquote" and not nested:
        quoted = "".join(blocks_in_flow(node.children, formatting, nested=True))
        return [f"<blockquote>{quoted}</blockquote>"] if quoted else []
    if node.name == "table" and not nested:
        return table_blocks(node, lambda nodes: blocks_in_flow(nodes, formatting, nested=True))
    if node.name in ("strong", "em", "a") and may_nest(node, formatting):
        return blocks_in_flow(node.children, (*formatting, node), nested=nested)
    return blocks_in_flow(node.children, formatting, nested=nested)


def with_strong(formatting: Formatting) -> Formatting:
    """Return the formatting elements and strong: a heading inside another block becomes strong text."""
    if any(element.name == "strong" for element in formatting):
        return formatting
    return (*formatting, Element("strong"))


def heading_block(node: Element) -> list[str]:
    """Return the heading on one line; normalise_headings sets its level, when all headings are known."""
    words = trim_line(escaped_text(node))
    return [] if is_blank(words) else [f"<{node.name}>{words}</{node.name}>"]


def escaped_text(node: Node) -> str:
    """Return the text of a node as HTML without any element."""
    if isinstance(node, str):
        return to_markup(node)
    if node.name == "br":
        return " "
    words = "".join(escaped_text(child) for child in node.children)
    return f" {words} " if node.has_block else words


def list_block(node: Element, formatting: Formatting) -> list[str]:
    """Return the list with nothing but items in it; a list found between items is moved into the item before it."""
    items: list[str] = []
    for child in node.children:
        if isinstance(child, Element) and child.name in LIST_TAGS and items:
            items[-1] += "".join(list_block(child, formatting))
        elif text := list_item(child, formatting):
            items.append(text)
    rows = "".join(f"<li>{text}</li>" for text in items)
    return [f"<{node.name}>{rows}</{node.name}>"] if rows else []


def list_item(node: Node, formatting: Formatting) -> str:
    """Return the content of a list item; a node outside li is treated as an item of its own."""
    inside = node.children if isinstance(node, Element) and node.name == "li" else [node]
    return join_item_blocks(blocks_in_flow(inside, formatting, nested=True))


def join_item_blocks(blocks: list[str]) -> str:
    """Return the blocks of a list item as HTML; when only the first is a paragraph, its p tags are left out."""
    if blocks and [text.startswith("<p>") for text in blocks] == [True] + [False] * (len(blocks) - 1):
        blocks = [blocks[0].removeprefix("<p>").removesuffix("</p>"), *blocks[1:]]
    return "".join(blocks)


def inline_html(node: Node, formatting: Formatting) -> str:
    """Return the HTML of a node that has no block in it."""
    if isinstance(node, str):
        return to_markup(node)
    if node.name == "br":
        return "<br>"
    inside = (*formatting, node) if (kept := may_nest(node, formatting)) else formatting
    text = "".join(inline_html(child, inside) for child in node.children)
    return wrap_inline(text, (node,)) if kept and not is_blank(text) else text


def may_nest(node: Element, formatting: Formatting) -> bool:
    """Return whether a formatting element is kept: not inside its own kind, and not a link without an address."""
    if node.name == "a" and not node.attributes.get("href"):
        return False
    return all(element.name != node.name for element in formatting)


def wrap_inline(text: str, formatting: Formatting) -> str:
    """Return the inline HTML inside its formatting elements, the first outermost."""
    for element in reversed(formatting):
        href = f' href="{escape(element.attributes["href"])}"' if element.name == "a" else ""
        text = f"<{element.name}{href}>{text}</{element.name}>"
    return text


def normalise_headings(blocks: list[str]) -> list[str]:
    """Return the blocks with headings h3 and h4 only: the section itself has the h2, and no level is skipped."""
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
