"""Letters that leave by themselves: rows that are due, and a switch for the round."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0002_reply_ledger_is_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="round",
            name="reminds",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Till dem som inte har svarat, och före mötet till dem som kommer.",
                verbose_name="skicka påminnelser automatiskt",
            ),
        ),
        migrations.CreateModel(
            name="PlannedMailing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("save_the_date", "boka dagen"),
                            ("invitation", "inbjudan"),
                            ("update", "ändrad tid eller plats"),
                            ("cancellation", "inställt möte"),
                            ("reminder", "påminnelse om svar"),
                            ("coming", "påminnelse om mötet"),
                            ("receipt", "kvitto på svar"),
                            ("substitute", "inbjudan till ersättare"),
                            ("handed_over", "besked om ersättare"),
                            ("distribution", "minnesanteckningar"),
                        ],
                        max_length=20,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "planerad"),
                            ("done", "skickad"),
                            ("skipped", "inställd"),
                            ("stopped", "stoppad"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="planned",
                        to="meetings.meeting",
                    ),
                ),
            ],
            options={
                "verbose_name": "planerat utskick",
                "verbose_name_plural": "planerade utskick",
                "ordering": ("due_at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="PlannedStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.CharField(max_length=20)),
                ("after", models.CharField(max_length=20)),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "planned",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="meetings.plannedmailing",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="plannedmailing",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["due_at"], name="planned_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedmailing",
            constraint=models.UniqueConstraint(
                fields=("meeting", "purpose"), name="planned_once_per_meeting"
            ),
        ),
        migrations.AddConstraint(
            model_name="plannedmailing",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "done", "skipped", "stopped"])),
                name="planned_state_is_known",
            ),
        ),
    ]
