"""Notes know when the points of the agenda became their headings.

The database gives the time by itself, for the version that still runs while the tables are new.
"""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("minutes", "0003_editions_are_not_withdrawn")]

    operations = [
        migrations.AddField(
            model_name="minutes",
            name="begun_at",
            field=models.DateTimeField(db_default=Now(), editable=False),
        ),
    ]
