"""Guests see the settled agenda while it is open again, and are owed a letter when something new is settled.

Consultations about an agenda have rows of their own.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import dialog_portal.base.typed_text


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0016_rows_know_who_saved_them_last"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgendaConsultation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "body",
                    models.CharField(
                        max_length=120,
                        validators=[dialog_portal.base.typed_text.one_line],
                        verbose_name="avstämd med",
                    ),
                ),
                ("held_on", models.DateField(verbose_name="dag")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("meeting", "vid ett möte"),
                            ("phone", "per telefon"),
                            ("email", "via e-post"),
                            ("other", "på annat sätt"),
                        ],
                        max_length=10,
                        verbose_name="hur",
                    ),
                ),
                (
                    "remark",
                    models.CharField(
                        blank=True,
                        max_length=300,
                        validators=[dialog_portal.base.typed_text.one_line],
                        verbose_name="anteckning",
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "avstämning",
                "verbose_name_plural": "avstämningar",
                "ordering": ("held_on", "pk"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="wording",
            name="wording_purpose_is_known",
        ),
        migrations.AddField(
            model_name="agenda",
            name="settled_digest",
            field=models.CharField(
                db_default="", default="", editable=False, help_text="of what was settled last", max_length=16
            ),
        ),
        migrations.AddField(
            model_name="agenda",
            name="settled_items",
            field=models.JSONField(
                editable=False,
                help_text="the points as they were settled, while the agenda is open again",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="agenda",
            name="settlements",
            field=models.PositiveIntegerField(
                db_default=0, default=0, editable=False, help_text="how often something new was settled"
            ),
        ),
        migrations.AddField(
            model_name="meetingletter",
            name="agenda",
            field=models.CharField(
                db_default="",
                default="",
                editable=False,
                help_text="Agenda.digest_for_guests of the agenda that it shows; none: it shows none, or nobody knows",
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="meetingletter",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("save_the_date", "boka dagen"),
                    ("invitation", "inbjudan"),
                    ("update", "ändrad tid eller plats"),
                    ("cancellation", "inställt möte"),
                    ("reminder", "påminnelse om svar"),
                    ("coming", "påminnelse om mötet"),
                    ("agenda", "ny dagordning"),
                    ("receipt", "kvitto på svar"),
                    ("substitute", "inbjudan till ersättare"),
                    ("handed_over", "besked om ersättare"),
                    ("distribution", "minnesanteckningar"),
                    ("withdrawn", "besked att inbjudan inte gäller"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="plannedmailing",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("save_the_date", "boka dagen"),
                    ("invitation", "inbjudan"),
                    ("update", "ändrad tid eller plats"),
                    ("cancellation", "inställt möte"),
                    ("reminder", "påminnelse om svar"),
                    ("coming", "påminnelse om mötet"),
                    ("agenda", "ny dagordning"),
                    ("receipt", "kvitto på svar"),
                    ("substitute", "inbjudan till ersättare"),
                    ("handed_over", "besked om ersättare"),
                    ("distribution", "minnesanteckningar"),
                    ("withdrawn", "besked att inbjudan inte gäller"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="wording",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("save_the_date", "boka dagen"),
                    ("invitation", "inbjudan"),
                    ("update", "ändrad tid eller plats"),
                    ("cancellation", "inställt möte"),
                    ("reminder", "påminnelse om svar"),
                    ("coming", "påminnelse om mötet"),
                    ("agenda", "ny dagordning"),
                    ("receipt", "kvitto på svar"),
                    ("substitute", "inbjudan till ersättare"),
                    ("handed_over", "besked om ersättare"),
                    ("distribution", "minnesanteckningar"),
                    ("withdrawn", "besked att inbjudan inte gäller"),
                ],
                max_length=20,
                verbose_name="brev",
            ),
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        [
                            "save_the_date",
                            "invitation",
                            "update",
                            "cancellation",
                            "reminder",
                            "coming",
                            "agenda",
                            "receipt",
                            "substitute",
                            "handed_over",
                            "distribution",
                            "withdrawn",
                        ],
                    )
                ),
                name="wording_purpose_is_known",
            ),
        ),
        migrations.AddField(
            model_name="agendaconsultation",
            name="agenda",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consultations",
                to="meetings.agenda",
            ),
        ),
        migrations.AddField(
            model_name="agendaconsultation",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaconsultation",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["meeting", "phone", "email", "other"])),
                name="consultation_how_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="agendaconsultation",
            constraint=models.UniqueConstraint(
                fields=("agenda", "body", "held_on", "how"), name="consultation_once"
            ),
        ),
    ]
