from django.db import migrations

from meetings.mailings.versions_from_keys import RENEWED, fill_versions, name_renewed_links


def read_versions(apps, schema_editor):
    fill_versions(apps.get_model("meetings", "MeetingLetter"))


def tell_renewed_links(apps, schema_editor):
    name_renewed_links(apps.get_model("outbox", "Letter"))


def name_all_links_alike(apps, schema_editor):
    apps.get_model("outbox", "Letter").objects.filter(purpose=RENEWED).update(purpose="links")


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0011_letters_know_their_version_of_the_meeting"),
        ("outbox", "0005_states_are_said_of_a_letter"),
    ]

    operations = [
        migrations.RunPython(read_versions, migrations.RunPython.noop),
        migrations.RunPython(tell_renewed_links, name_all_links_alike),
    ]
