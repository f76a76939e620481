"""An invitation may come from nobody: the first administrator's, which is made at the console."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_the_audit_log_only_grows")]
    operations = [
        migrations.AlterField(
            "staffinvitation",
            "by",
            models.ForeignKey(
                null=True, on_delete=models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        )
    ]
