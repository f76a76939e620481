"""The queue of what public pages must show, and the list of those that have been written.

The former program goes on writing to its own queue (the table of Bake) while it is being replaced, so that table stays;
what is left in it is written by the first run of the new worker, which bakes every page. The triggers that fill the new
queue are set after all migrations (publishing/watched_tables.py), and go before their queue does.
"""

from typing import Any

from django.db import migrations, models

PREFIX = "public_change"


def drop_triggers(_apps: Any, editor: Any) -> None:
    with editor.connection.cursor() as cursor:
        if editor.connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {PREFIX}() CASCADE")
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{PREFIX}%"]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("minutes", "0008_intros_of_rounds_become_published_texts")]

    operations = [
        migrations.CreateModel(
            name="PublicChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        help_text="a key of PAGES or SHOWN_ON in pages_to_bake.py", max_length=20
                    ),
                ),
                (
                    "key",
                    models.BigIntegerField(
                        help_text="the primary key of that subject; 0 when there is only one"
                    ),
                ),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.CreateModel(
            name="BakedPage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(max_length=300, unique=True)),
                ("subject", models.CharField(max_length=20)),
                ("key", models.BigIntegerField()),
                (
                    "changes_at",
                    models.DateTimeField(
                        db_index=True,
                        help_text="from when the clock makes it different; none: never",
                        null=True,
                    ),
                ),
                (
                    "failed_at",
                    models.DateTimeField(db_index=True, help_text="when it could not be rendered", null=True),
                ),
                ("trouble", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [models.Index(fields=["subject", "key"], name="baked_page_by_subject")],
            },
        ),
        migrations.RunPython(migrations.RunPython.noop, drop_triggers),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Bake")]),
    ]
