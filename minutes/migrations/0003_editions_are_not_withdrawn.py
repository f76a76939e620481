"""Nothing withdraws an edition, so the model forgets the columns for it.

The tables are changed before the programs are, and the former program reads and writes both columns. They stay in the
table, where one gets a default so that the new program need not name it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("minutes", "0002_newest_editions_are_found_without_sorting")]

    operations = [
        migrations.AlterField(
            model_name="edition",
            name="withdrawn_reason",
            field=models.CharField(blank=True, db_default="", max_length=300),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="edition", name="withdrawn_at"),
                migrations.RemoveField(model_name="edition", name="withdrawn_reason"),
            ]
        ),
    ]
