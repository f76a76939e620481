"""Makes HTML that somebody typed or pasted safe and well built; every output cleans again."""

import nh3

from minutes.sanitise.blocks import blocks_in_flow, settle_headings
from minutes.sanitise.tree import BLOCKS, INLINE, parse_html

SCHEMES = {"http", "https", "mailto"}
DROPPED_WITH_CONTENT = nh3.CLEAN_CONTENT_TAGS | {
    *("title", "template", "noscript", "iframe", "object", "svg", "math", "audio", "video"),
    *("select", "textarea", "button", "xml", "del", "s", "strike"),  # what the author struck out is not said
}

_coarse = nh3.Cleaner(
    tags=BLOCKS | INLINE | {"br"},
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=None,
)
_fine = nh3.Cleaner(
    tags={
        *("p", "br", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    },
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes={"a": {"href"}},
    tag_attribute_values={"th": {"scope": {"col", "row"}}},
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=None,
)


def clean(html: str) -> str:
    """Valid, inert HTML with the same words; cleaning it again changes nothing.

    Loose text becomes paragraphs, headings start at h3 and skip no level, tables get header cells. The last
    word belongs to nh3, so a fault in how the tree is rebuilt can spoil a text but never make it dangerous.
    """
    encodable = html.encode("utf-8", "ignore").decode()
    return _fine.clean(
        "".join(settle_headings(blocks_in_flow(parse_html(_coarse.clean(encodable)).children)))
    )
