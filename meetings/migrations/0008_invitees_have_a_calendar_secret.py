"""Each person's calendar event gets a name that nobody else can guess."""

from django.db import migrations, models

from meetings.models.invitee import calendar_secret


def one_each(apps, schema_editor):
    """A default is worked out once for all the rows that are there: each needs its own."""
    invitees = apps.get_model("meetings", "Invitee").objects.using(schema_editor.connection.alias)
    for pk in list(invitees.values_list("pk", flat=True)):
        invitees.filter(pk=pk).update(calendar_secret=calendar_secret())


class Migration(migrations.Migration):
    dependencies = [("meetings", "0007_groups_know_their_version")]

    operations = [
        migrations.AddField(
            model_name="invitee",
            name="calendar_secret",
            field=models.CharField(db_default="", default=calendar_secret, editable=False, max_length=16),
        ),
        migrations.RunPython(one_each, migrations.RunPython.noop),
    ]
