"""Sanitised HTML as plain text, for the text part of letters: the same words in the same order."""

from minutes.sanitise import clean
from minutes.sanitise.tree import Element, Node, parse_html

BREAK_BEFORE = {"p", "h3", "h4", "ul", "ol", "blockquote", "table"}


def as_text(html: str) -> str:
    """Paragraphs with blank lines between, lists with dashes or numbers, table rows with bars, links written out."""
    lines = "".join(node_text(child) for child in parse_html(clean(html)).children).split("\n")
    text = "\n".join(line.rstrip() for line in lines).strip()
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def node_text(node: Node, indent: str = "") -> str:
    if isinstance(node, str):
        return node
    if node.name == "br":
        return "\n"
    if node.name in {"ul", "ol"}:
        return (
            "\n"
            + "".join(
                list_item_text(child, number, node.name, indent)
                for number, child in enumerate(elements(node), 1)
            )
            + "\n"
        )
    if node.name == "tr":
        return " | ".join(node_text(cell).strip() for cell in elements(node)) + "\n"
    inner = "".join(node_text(child, indent) for child in node.children)
    if node.name == "a":
        address = node.attributes.get("href", "").removeprefix("mailto:")
        return inner if address in inner else f"{inner} ({address})"
    return f"\n{inner}\n" if node.name in BREAK_BEFORE else inner


def list_item_text(node: Element, number: int, kind: str, indent: str) -> str:
    mark = f"{number}." if kind == "ol" else "-"
    inner = "".join(node_text(child, indent + "   ") for child in node.children).strip("\n")
    return f"{indent}{mark} {inner}\n"


def elements(node: Element) -> list[Element]:
    return [child for child in node.children if isinstance(child, Element)]
