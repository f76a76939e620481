"""Who wrote what before there were rows for it, and when notes were begun, is read once from the audit log."""

from django.db import migrations

from minutes.approval.authors_from_log import fill_authorship


def forwards(apps, editor):
    named = (("access", "Event"), ("access", "Contribution"), ("minutes", "Minutes"))
    fill_authorship(*(apps.get_model(*name) for name in named))


class Migration(migrations.Migration):
    dependencies = [
        ("minutes", "0004_notes_know_when_they_were_begun"),
        ("access", "0006_contributions_only_grow"),
    ]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
