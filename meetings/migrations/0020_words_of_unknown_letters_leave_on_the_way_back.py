"""On the way back, the words of the letter about a new agenda are removed: the earlier version knows no such letter."""

from typing import Any

from django.db import migrations

NEW_PURPOSE = "agenda"


def remove_words(apps: Any, schema_editor: Any) -> None:
    """Delete the wordings of the letter about a new agenda."""
    apps.get_model("meetings", "Wording").objects.filter(purpose=NEW_PURPOSE).delete()


class Migration(migrations.Migration):
    dependencies = [("meetings", "0019_answers_from_other_addresses_can_be_taken_back")]

    operations = [migrations.RunPython(migrations.RunPython.noop, remove_words)]
