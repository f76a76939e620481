"""What a page says, however its template is broken into lines."""

import re

BLOCKS = "button|caption|dd|div|dt|fieldset|form|h1|h2|h3|label|legend|li|option|p|section|summary|td|th|title|tr|ul"
EDGES = re.compile(rf"(<(?:{BLOCKS})(?: [^<>]*)?>) | (</(?:{BLOCKS})>)")


def without_breaks(page: bytes | str) -> str:
    """Return a page on one line: a run of white space is one space, and none stands at the edges of a block."""
    text = page.decode() if isinstance(page, bytes) else page
    text = re.sub(r" (/?>)", r"\1", " ".join(text.split()))
    return EDGES.sub(lambda edge: edge[1] or edge[2], text)
