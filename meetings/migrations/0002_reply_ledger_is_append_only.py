"""The reply ledger only grows: the database itself refuses to change or remove what somebody answered."""

from django.db import migrations

from dialog_portal.base.append_only import lift, protect, run_statements

LEDGER = "meetings_reply"


def close(apps, schema_editor):
    run_statements(schema_editor, protect(LEDGER, schema_editor.connection.vendor))


def reopen(apps, schema_editor):
    run_statements(schema_editor, lift(LEDGER, schema_editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial")]

    operations = [migrations.RunPython(close, reopen)]
