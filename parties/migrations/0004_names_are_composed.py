from django.db import migrations

from dialog_portal.base.typed_text import clean_line

# What a search, an order and a comparison of names read
NAMES = {
    "Category": ("name", "agenda_body"),
    "Party": ("name", "full_name"),
    "FormerName": ("name",),
    "Person": ("name", "phone"),
    "Mandate": ("title",),
}


def compose_names(apps, schema_editor):
    """Clean the names that were typed before every form did. One that would become another row's name is left."""
    for model, columns in NAMES.items():
        rows = apps.get_model("parties", model).objects
        for row in rows.only("pk", *columns).iterator():
            dirty = {name: clean_line(getattr(row, name)) for name in columns}
            changed = {name: text for name, text in dirty.items() if text != getattr(row, name)}
            if changed and not is_taken(rows, model, row.pk, changed.get("name")):
                rows.filter(pk=row.pk).update(**changed)


def is_taken(rows, model, pk, name):
    if model not in ("Category", "Party") or name is None:
        return False
    return name.lower() in {other.lower() for other in rows.exclude(pk=pk).values_list("name", flat=True)}


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_rows_know_who_saved_them_last")]

    operations = [migrations.RunPython(compose_names, migrations.RunPython.noop)]
