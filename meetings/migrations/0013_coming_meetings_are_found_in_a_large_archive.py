"""The meetings that come are found without reading those that have been."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0012_letters_about_meetings_get_their_version")]

    operations = [
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["ends_at"], name="meeting_by_end"),
        ),
    ]
