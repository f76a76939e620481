"""The texts of the public pages as the public sees them: what was published last, or else the standard words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from meetings.models import Round
from minutes.models import TextRevision
from minutes.publishing.standard_texts import STANDARD

CONTACT = "{kontakt}"
Content = dict[str, Any]


def public_revision(kind: str, round_: Round | None = None) -> TextRevision | None:
    """Return the revision that is public now, None if staff have published none."""
    return TextRevision.objects.published().filter(text__kind=kind, text__round=round_).last()


def public_content(kind: str, round_: Round | None = None) -> Content:
    """Return what the public page says, by field name."""
    revision = public_revision(kind, round_)
    return as_shown(revision.content if revision else STANDARD[kind], revision)


def as_shown(content: Content, revision: TextRevision | None = None) -> Content:
    """Return a stored content for a page: dates as dates, `{kontakt}` as the address, and when it was updated.

    A revision that is not published shows today's date, so that its preview looks as the page will.
    """
    shown = {name: shown_value(name, value) for name, value in content.items()}
    if revision:
        shown["updated_on"] = timezone.localdate(revision.published_at) if revision.published_at else today()
    return {"updated_on": shown.get("assessed_on"), **shown}


def today() -> date:
    return timezone.localdate()


def shown_value(name: str, value: Any) -> Any:
    """Return one value for a page; a field whose name ends with `_on` holds a date."""
    if name.endswith("_on"):
        return date.fromisoformat(value) if value else None
    return (
        value.replace(CONTACT, f"[{settings.MAIL_REPLY_TO}](mailto:{settings.MAIL_REPLY_TO})")
        if isinstance(value, str)
        else value
    )


def defects(content: Content) -> Iterator[Content]:
    """Yield the known defects of the accessibility statement, numbered fields gathered as what, why and two dates."""
    for number in range(1, count_defects(content) + 1):
        start = f"defect_{number}_"
        if content.get(f"{start}what"):
            yield {
                name.removeprefix(start): value for name, value in content.items() if name.startswith(start)
            }


def count_defects(content: Mapping[str, Any]) -> int:
    """Return the highest number of a defect that says something."""
    numbers = [int(name.split("_")[1]) for name, value in content.items() if name.endswith("_what") and value]
    return max(numbers, default=0)
