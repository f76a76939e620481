"""Who wrote what notes say has rows of its own, so that four eyes need not read the audit log's words."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

SUBJECTS = ("meeting", "round", "party", "person", "agenda", "minutes")
PARTS = ("noted", "facts", "points")


class Migration(migrations.Migration):
    dependencies = [("access", "0004_what_was_done_to_a_thing_is_found")]

    operations = [
        migrations.CreateModel(
            name="Contribution",
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
                        max_length=10, choices=[(value, value.capitalize()) for value in SUBJECTS]
                    ),
                ),
                ("subject_id", models.PositiveBigIntegerField()),
                (
                    "part",
                    models.CharField(max_length=10, choices=[(value, value.capitalize()) for value in PARTS]),
                ),
                ("at", models.DateTimeField()),
                (
                    "former_start",
                    models.DateTimeField(null=True, help_text="when the meeting began before it was moved"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [
                    models.Index(fields=["subject", "subject_id"], name="contribution_by_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(subject__in=list(SUBJECTS)), name="contribution_subject_is_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(part__in=list(PARTS)), name="contribution_part_is_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(former_start__isnull=True) | Q(subject="meeting"),
                        name="contribution_only_meetings_are_moved",
                    ),
                ],
            },
        ),
    ]
