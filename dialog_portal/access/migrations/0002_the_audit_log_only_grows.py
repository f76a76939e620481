"""The database refuses to change or remove what the audit log says."""

from django.db import migrations

from dialog_portal.base.append_only import lift, protect, run_statements

TABLE = "access_event"


def forwards(apps, editor):
    run_statements(editor, protect(TABLE, editor.connection.vendor))


def backwards(apps, editor):
    run_statements(editor, lift(TABLE, editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
