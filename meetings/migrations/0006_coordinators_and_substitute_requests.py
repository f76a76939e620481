"""Who answered for whom, and the substitutes that a guest asks staff for."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import dialog_portal.base.typed_text
from dialog_portal.base.append_only import lift, protect, run_statements

LEDGER = "meetings_reply"


def close(apps, schema_editor):
    run_statements(schema_editor, protect(LEDGER, schema_editor.connection.vendor))


def reopen(apps, schema_editor):
    run_statements(schema_editor, lift(LEDGER, schema_editor.connection.vendor))


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("meetings", "0005_answers_from_calendars"),
    ]

    operations = [
        # SQLite may make the table anew for a column, and its triggers do not come along by themselves
        migrations.RunPython(reopen, close),
        migrations.AddField(
            model_name="reply",
            name="via",
            field=models.ForeignKey(
                blank=True,
                help_text="the party's coordinator, when it was not the invited person who answered",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="meetings.invitee",
            ),
        ),
        migrations.RunPython(close, reopen),
        migrations.CreateModel(
            name="SubstituteRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=80,
                        validators=[dialog_portal.base.typed_text.one_line],
                        verbose_name="namn",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-postadress")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("approved", models.BooleanField(blank=True, null=True)),
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
                    "invitee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="substitute_requests",
                        to="meetings.invitee",
                    ),
                ),
            ],
            options={
                "verbose_name": "önskad ersättare",
                "verbose_name_plural": "önskade ersättare",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)),
                        fields=("invitee",),
                        name="substitute_request_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved__isnull", True), ("by__isnull", True), ("decided_at__isnull", True)
                            ),
                            models.Q(
                                ("approved__isnull", False),
                                ("by__isnull", False),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="substitute_request_decided_by_somebody",
                    ),
                ],
            },
        ),
    ]
