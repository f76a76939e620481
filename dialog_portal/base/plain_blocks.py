"""Plain text that staff type, with a few signs for its form, as HTML: paragraphs, headings, lists, quotations, links.

An empty line ends a block. A block whose lines begin with "- " is a list, with "1. " a numbered one, with "> " a
quotation, and a line that begins with "## " is a heading. `[words](address)` is a link. Everything else is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

BULLET = re.compile(r"[-*•]\s+")
NUMBER = re.compile(r"\d{1,3}[.)]\s+")
QUOTE = re.compile(r">\s*")
HEADING = re.compile(r"##\s+")
LINK = re.compile(r"\[([^\[\]\n]+)\]\(([^\s)]+)\)")
SAFE_ADDRESS = re.compile(r"(?:https?://[^/]|mailto:[^/]|tel:\+?\d|/(?!/))")


@register.filter
def blocks(text: str, level: int = 2) -> SafeString:
    """Return the text as HTML; `level` is that of its headings. What is typed is escaped, whatever it looks like."""
    return mark_safe("\n".join(block_html(lines, level) for lines in split_blocks(text)))


def split_blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines of each block, without blanks around them; a heading is a block of its own."""
    block: list[str] = []
    for line in [*map(str.strip, text.splitlines()), ""]:
        if block and (
            not line or HEADING.match(line) or (sign_of(line) != sign_of(block[0]) and sign_of(line))
        ):
            yield block
            block = []
        if HEADING.match(line):
            yield [line]
        elif line:
            block.append(line)


def sign_of(line: str) -> re.Pattern[str] | None:
    """Return the pattern of the sign that a line of a list or quotation begins with; None for other lines."""
    return next((sign for sign in (BULLET, NUMBER, QUOTE) if sign.match(line)), None)


def block_html(lines: list[str], level: int) -> str:
    """Return one block as an HTML element."""
    if HEADING.match(lines[0]):
        return f"<h{level}>{words_html(HEADING.sub('', lines[0], count=1))}</h{level}>"
    write: dict[re.Pattern[str] | None, Callable[[list[str]], str]] = {
        BULLET: lambda rows: list_html("ul", BULLET, rows),
        NUMBER: lambda rows: list_html("ol", NUMBER, rows),
        QUOTE: quote_html,
        None: lambda rows: f"<p>{'<br>'.join(map(words_html, rows))}</p>",
    }
    return write[sign_of(lines[0])](lines)


def list_html(tag: str, sign: re.Pattern[str], lines: list[str]) -> str:
    """Return a list; a line without the sign goes on with the item before it."""
    items: list[str] = []
    for line in lines:
        if sign.match(line):
            items.append(sign.sub("", line, count=1))
        else:
            items[-1] += f" {line}"
    return f"<{tag}>{''.join(f'<li>{words_html(item)}</li>' for item in items)}</{tag}>"


def quote_html(lines: list[str]) -> str:
    return f"<blockquote><p>{words_html(' '.join(QUOTE.sub('', line, count=1) for line in lines))}</p></blockquote>"


def words_html(text: str) -> str:
    """Return escaped text in which each `[words](address)` with a safe address is a link."""
    found, at = [], 0
    for link in LINK.finditer(text):
        if SAFE_ADDRESS.match(link[2]):
            found += [escape(text[at : link.start()]), f'<a href="{escape(link[2])}">{escape(link[1])}</a>']
            at = link.end()
    return "".join([*found, escape(text[at:])])


def unsafe_links(text: str) -> list[str]:
    """Return the addresses of links that would be shown as plain text, because they begin with nothing we know."""
    return [link[2] for link in LINK.finditer(text) if not SAFE_ADDRESS.match(link[2])]
