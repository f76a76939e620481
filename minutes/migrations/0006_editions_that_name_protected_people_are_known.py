"""An edition that names somebody who has become protected is a task until somebody has dealt with it."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("minutes", "0005_authorship_is_filled_from_the_audit_log"),
        ("parties", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProtectedName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("dealt_with_at", models.DateTimeField(blank=True, null=True)),
                ("how", models.CharField(blank=True, max_length=300, verbose_name="vad som gjordes")),
                (
                    "dealt_with_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="protected_names",
                        to="minutes.edition",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.person"
                    ),
                ),
            ],
            options={
                "verbose_name": "skyddat namn i en utgåva",
                "verbose_name_plural": "skyddade namn i utgåvor",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(fields=("edition", "person"), name="protected_name_once")
                ],
            },
        ),
    ]
