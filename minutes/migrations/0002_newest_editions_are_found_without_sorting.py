"""The start page shows the newest editions, however many there have been."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("minutes", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(fields=["-published_at", "-id"], name="edition_newest_first"),
        ),
    ]
