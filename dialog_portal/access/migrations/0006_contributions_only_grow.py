"""The database refuses to change or remove what says who wrote what."""

from django.db import migrations

from dialog_portal.base.append_only import lift, protect, run_statements

TABLE = "access_contribution"


def forwards(apps, editor):
    run_statements(editor, protect(TABLE, editor.connection.vendor))


def backwards(apps, editor):
    run_statements(editor, lift(TABLE, editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [("access", "0005_contributions_have_a_table")]
    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
