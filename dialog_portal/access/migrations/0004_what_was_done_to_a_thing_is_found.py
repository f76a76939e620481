"""The audit log is asked what was done to a thing, however long it has grown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0003_nobody_invites_the_first_administrator")]

    operations = [
        migrations.AddIndex(model_name="event", index=models.Index(fields=["thing"], name="event_by_thing")),
    ]
