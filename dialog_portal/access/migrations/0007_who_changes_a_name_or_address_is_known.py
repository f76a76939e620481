"""Who changes a person's name or address is known, for the day when that person is protected.

SQLite makes the table anew for it and forgets its triggers, so they are taken away before and put back after.
"""

from django.db import migrations, models

from dialog_portal.base.append_only import lift, protect, run_statements

TABLE = "access_contribution"
PARTS = ("noted", "facts", "identity", "points")


def open_table(apps, editor):
    run_statements(editor, lift(TABLE, editor.connection.vendor))


def open_table_and_forget(apps, editor):
    """The version before does not know this part."""
    open_table(apps, editor)
    apps.get_model("access", "Contribution").objects.filter(part="identity").delete()


def close_table(apps, editor):
    run_statements(editor, protect(TABLE, editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [("access", "0006_contributions_only_grow")]

    operations = [
        migrations.RunPython(open_table, close_table, elidable=False),
        migrations.RemoveConstraint(model_name="contribution", name="contribution_part_is_known"),
        migrations.AlterField(
            model_name="contribution",
            name="part",
            field=models.CharField(max_length=10, choices=[(value, value.capitalize()) for value in PARTS]),
        ),
        migrations.AddConstraint(
            model_name="contribution",
            constraint=models.CheckConstraint(
                condition=models.Q(part__in=list(PARTS)), name="contribution_part_is_known"
            ),
        ),
        migrations.RunPython(close_table, open_table_and_forget, elidable=False),
    ]
