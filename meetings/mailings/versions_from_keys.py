"""Fill what letters of version 1.0.0 said in their keys only. Nothing else may read anything from a key.

The arguments are the model classes; a migration passes its historical models. Twice is harmless.
"""

from __future__ import annotations

import re
from typing import Any

VERSION = re.compile(r":v([0-9]+)$")
RENEWED = "links_renewed"


def fill_versions(meeting_letter: Any) -> int:
    """Write which version of its meeting each letter speaks of, where that is missing. Return the number of letters."""
    rows = meeting_letter.objects.filter(version=None).select_related("letter").only("letter__key")
    found = []
    for row in rows.iterator(chunk_size=2000):
        if match := VERSION.search(row.letter.key):
            row.version = int(match[1])
            found.append(row)
    meeting_letter.objects.bulk_update(found, ["version"], batch_size=500)
    return len(found)


def name_renewed_links(letter: Any) -> int:
    """Tell letters about a link that we closed from those that somebody asked for. Return the number of letters."""
    letters = letter.objects.filter(purpose="links", key__startswith=f"{RENEWED}:")
    changed: int = letters.update(purpose=RENEWED)
    return changed
