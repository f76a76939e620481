"""What a round's intro said on the public page is said by its text now; the column is left as it was.

A round without a public meeting had no public page, so its intro becomes a version that nobody has published.
"""

from typing import Any

from django.db import migrations
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

LONGEST_LEAD = 300  # characters of the new field, which is one line


PUBLIC = ("announced", "invited", "held")  # states of a meeting whose round has a public page


def public_meetings(apps: Any) -> Any:
    """Return the meetings that stood on the public site: announced, also those that were cancelled afterwards."""
    announced = apps.get_model("meetings", "MeetingStep").objects.filter(
        meeting=OuterRef("pk"), after__in=PUBLIC
    )
    meetings = apps.get_model("meetings", "Meeting").objects
    return meetings.filter(Q(state__in=PUBLIC) | Exists(announced)).order_by()


def publish_intros(apps: Any, schema_editor: Any) -> None:
    """Make the intro of each round that has no text yet the first version of its text, as public as it was before."""
    rounds, texts = apps.get_model("meetings", "Round"), apps.get_model("minutes", "PublicText")
    public, now = Exists(public_meetings(apps).filter(round=OuterRef("pk"))), timezone.now()
    for row in rounds.objects.filter(public_text=None).annotate(public=public):
        if intro := row.intro.strip():
            text = texts.objects.create(kind="year", round=row, version=1)
            short = len(intro) <= LONGEST_LEAD and "\n" not in intro
            content = {"lead": intro if short else "", "body": "" if short else intro, "picture": ""}
            text.revisions.create(number=1, content=content, at=now, published_at=now if row.public else None)


class Migration(migrations.Migration):
    dependencies = (("minutes", "0007_the_public_site_has_texts_redirects_and_reports"),)
    operations = (migrations.RunPython(publish_intros, migrations.RunPython.noop),)
