"""What people wrote with their calendar's answer stands with the answer, where it is erased in time.

An older program wrote it into the ledger as well, which is never changed; this once, it is.
"""

from django.db import migrations

from dialog_portal.base.append_only import lift, protect, run_statements

LEDGER = "meetings_reply"


def reopen(apps, schema_editor):
    run_statements(schema_editor, lift(LEDGER, schema_editor.connection.vendor))


def erase(apps, schema_editor):
    apps.get_model("meetings", "Reply").objects.filter(channel="calendar").exclude(note="").update(note="")


def close(apps, schema_editor):
    run_statements(schema_editor, protect(LEDGER, schema_editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [("meetings", "0009_invitees_whose_link_was_changed_have_no_calendar")]

    operations = [
        migrations.RunPython(reopen, close),
        migrations.RunPython(erase, migrations.RunPython.noop),
        migrations.RunPython(close, reopen),
    ]
