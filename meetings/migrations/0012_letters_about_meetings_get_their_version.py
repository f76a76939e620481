import re

from django.db import migrations

VERSION = re.compile(r":v([0-9]+)$")
RENEWED = "links_renewed"


def read_versions(apps, schema_editor):
    """Until now the version stood only at the end of the letter's key."""
    MeetingLetter = apps.get_model("meetings", "MeetingLetter")
    rows = MeetingLetter.objects.filter(version=None).select_related("letter").only("letter__key")
    found = []
    for row in rows.iterator(chunk_size=2000):
        if match := VERSION.search(row.letter.key):
            row.version = int(match[1])
            found.append(row)
    MeetingLetter.objects.bulk_update(found, ["version"], batch_size=500)


def name_renewed_links(apps, schema_editor):
    """Until now only the key told letters about a link that was closed from those that somebody asked for."""
    letters = apps.get_model("outbox", "Letter").objects.filter(
        purpose="links", key__startswith=f"{RENEWED}:"
    )
    letters.update(purpose=RENEWED)


def name_all_links_alike(apps, schema_editor):
    apps.get_model("outbox", "Letter").objects.filter(purpose=RENEWED).update(purpose="links")


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0011_letters_know_their_version_of_the_meeting"),
        ("outbox", "0005_states_are_said_of_a_letter"),
    ]

    operations = [
        migrations.RunPython(read_versions, migrations.RunPython.noop),
        migrations.RunPython(name_renewed_links, name_all_links_alike),
    ]
