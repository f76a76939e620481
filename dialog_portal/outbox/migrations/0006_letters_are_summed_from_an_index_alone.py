"""The sentence about what became of all letters is read from an index, for staff and for administrators alike.

Whose letters they are follows from their purpose, which the former index did not hold.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0005_states_are_said_of_a_letter")]

    operations = [
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(fields=["state", "campaign", "purpose"], name="letter_sums"),
        ),
        migrations.RemoveIndex(model_name="letter", name="letter_tally"),
    ]
