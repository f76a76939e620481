"""The portal's settings for a run in tiny size: style sheets and scripts are not collected, which takes long."""

from dialog_portal.settings import *  # noqa: F403
from dialog_portal.settings import STORAGES

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
