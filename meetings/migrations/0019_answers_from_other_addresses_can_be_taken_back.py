"""Forward nothing; backward, answers from other addresses become a stranger's, which the version before knows."""

from typing import Any

from django.db import migrations


def call_strangers(apps: Any, schema_editor: Any) -> None:
    apps.get_model("meetings", "CalendarReply").objects.filter(outcome="alias").update(outcome="stranger")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0018_letters_for_staff_to_read")]
    operations = [migrations.RunPython(migrations.RunPython.noop, call_strangers)]
