"""Templates become letters: a subject, plain text, and HTML whose styles stand in every tag."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from textwrap import shorten
from typing import Any

from css_inline import CSSInliner
from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse

PREHEADER_MOST = 140  # characters; programs show some 90 of them
LONG_WORD = re.compile(
    r"<[^>]*>|((?:&#?\w+;|[^\s<>&]){18})(?=[^\s<])"
)  # a tag, which is left alone, or signs in a row
GREETING = re.compile(r"Hej.{0,130}!")


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


@cache
def _inliner() -> CSSInliner:
    """Outlook needs inline styles; the sheet stays too, for phones and dark screens. Nothing is ever fetched."""
    return CSSInliner(inline_style_tags=True, keep_style_tags=True, load_remote_stylesheets=False)


def render_text(name: str, context: Mapping[str, Any]) -> str:
    """A template as plain text, where & stays &."""
    template: Any = get_template(name)
    rendered: str = template.template.render(Context(dict(context), autoescape=False))
    return rendered


def tidy_text(text: str) -> str:
    """At most one empty line in a row, none first, and nothing invisible at the ends of lines."""
    lines = "\n".join(line if line == "-- " else line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def legal_addresses() -> dict[str, str]:
    """The whole addresses of the pages that every letter leads to: personal data, accessibility."""
    pages = ("personal_data", "accessibility")
    return {f"{page}_url": settings.BASE_URL + reverse(f"public:{page}") for page in pages}


def render(name: str, context: Mapping[str, Any]) -> Rendered:
    """The letter `letters/<name>.subject.txt`, `.txt` and `.html`, all three from the same values.

    What a list of letters shows beside the subject is the context's `preheader`, else how the letter begins.
    """
    subject = render_text(f"letters/{name}.subject.txt", context).strip()
    values = {**context, **legal_addresses(), "subject": subject}
    text = tidy_text(render_text(f"letters/{name}.txt", values))
    values["preheader"] = values.get("preheader") or first_words(text)
    return Rendered(subject, text, _inliner().inline(get_template(f"letters/{name}.html").render(values)))


def break_long_words(html: str) -> str:
    """Return HTML whose long words may be broken anywhere: else one long word makes a table, and the letter, as wide.

    Style sheets can say it too, but inside a table they break short words as well, and Outlook reads none of it.
    """
    return LONG_WORD.sub(lambda found: f"{found[0]}<wbr>" if found[1] else found[0], html)


def first_words(text: str) -> str:
    """Return the beginning of a letter's plain text, after sender, heading and greeting, in one line."""
    parts = text.partition("\n\nVänliga hälsningar")[0].split("\n\n")
    said = " ".join(part for part in parts[2:] if not GREETING.fullmatch(part.strip()))
    return shorten(said or text, PREHEADER_MOST, placeholder=" …")
