"""Two officers who change a group at the same time do not overwrite each other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0006_coordinators_and_substitute_requests")]

    operations = [
        migrations.AddField(
            model_name="group",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
    ]
