"""Convert sanitised HTML to plain text, for the text part of letters: the same words in the same order."""

from minutes.sanitise import clean
from minutes.sanitise.tree import Element, Node, parse_html

BREAK_BEFORE = {"p", "h3", "h4", "ul", "ol", "blockquote", "table"}


def html_to_text(html: str) -> str:
    """Return the HTML as text: blank lines between paragraphs, lists with dashes or numbers, bars between table cells,
    and the address of a link in parentheses after its text.
    """
    lines = "".join(node_text(child) for child in parse_html(clean(html)).children).split("\n")
    text = "\n".join(line.rstrip() for line in lines).strip()
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def node_text(node: Node, indent: str = "") -> str:
    """Return a node as text; `indent` is the space before the items of a list inside it."""
    if isinstance(node, str):
        return node
    if node.name == "br":
        return "\n"
    if node.name in {"ul", "ol"}:
        return (
            "\n"
            + "".join(
                list_item_text(child, number, node.name, indent)
                for number, child in enumerate(child_elements(node), 1)
            )
            + "\n"
        )
    if node.name == "tr":
        return " | ".join(node_text(cell).strip() for cell in child_elements(node)) + "\n"
    inner = "".join(node_text(child, indent) for child in node.children)
    if node.name == "a":
        address = node.attributes.get("href", "").removeprefix("mailto:")
        return inner if address in inner else f"{inner} ({address})"
    return f"\n{inner}\n" if node.name in BREAK_BEFORE else inner


def list_item_text(node: Element, number: int, kind: str, indent: str) -> str:
    """Return a list item as text, with its number in an ol and with a dash in a ul."""
    mark = f"{number}." if kind == "ol" else "-"
    inner = "".join(node_text(child, indent + "   ") for child in node.children).strip("\n")
    return f"{indent}{mark} {inner}\n"


def child_elements(node: Element) -> list[Element]:
    """Return the children that are elements, without the text between them."""
    return [child for child in node.children if isinstance(child, Element)]
