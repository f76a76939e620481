"""Sanitise HTML that a person typed or pasted: safe, valid and well structured. Every output sanitises it again."""

import nh3

from minutes.sanitise.blocks import blocks_in_flow, normalise_headings
from minutes.sanitise.tree import BLOCK_TAGS, INLINE_TAGS, parse_html

URL_SCHEMES = {"http", "https", "mailto"}
DROPPED_WITH_CONTENT = nh3.CLEAN_CONTENT_TAGS | {
    *("title", "template", "noscript", "iframe", "object", "svg", "math", "audio", "video"),
    *("select", "textarea", "button", "xml"),
    *("del", "s", "strike"),  # the author has struck this text out, so it is left out
}

_pasted_cleaner = nh3.Cleaner(
    tags=BLOCK_TAGS | INLINE_TAGS | {"br"},
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    url_schemes=URL_SCHEMES,
    url_relative="deny",
    link_rel=None,
)
_final_cleaner = nh3.Cleaner(
    tags={
        *("p", "br", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    },
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes={"a": {"href"}},
    tag_attribute_values={"th": {"scope": {"col", "row"}}},
    url_schemes=URL_SCHEMES,
    url_relative="deny",
    link_rel=None,
)


def clean(html: str) -> str:
    """Return valid HTML with the same words and nothing that can run; cleaning it again changes nothing.

    Text outside a block becomes paragraphs, headings start at h3 and skip no level, tables get header cells.
    nh3 runs last, so a fault in how the tree is rebuilt can spoil a text but never make it dangerous.
    """
    encodable = html.encode("utf-8", "ignore").decode()
    return _final_cleaner.clean(
        "".join(normalise_headings(blocks_in_flow(parse_html(_pasted_cleaner.clean(encodable)).children)))
    )
