"""What a round's intro said on the public page is said by its text now; the column is left as it was."""

from typing import Any

from django.db import migrations
from django.utils import timezone

LONGEST_LEAD = 300  # characters of the new field, which is one line


def publish_intros(apps: Any, schema_editor: Any) -> None:
    """Make the intro of each round the first version of its text, public as it was before."""
    rounds, texts = apps.get_model("meetings", "Round"), apps.get_model("minutes", "PublicText")
    now = timezone.now()
    for row in rounds.objects.exclude(intro=""):
        text = texts.objects.create(kind="year", round=row, version=1)
        intro = row.intro.strip()
        short = len(intro) <= LONGEST_LEAD and "\n" not in intro
        content = {"lead": intro if short else "", "body": "" if short else intro, "picture": ""}
        text.revisions.create(number=1, content=content, at=now, published_at=now)


class Migration(migrations.Migration):
    dependencies = (("minutes", "0007_the_public_site_has_texts_redirects_and_reports"),)
    operations = (migrations.RunPython(publish_intros, migrations.RunPython.noop),)
