"""The WSGI application that granian serves in production and waitress in the one-process portal."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialog_portal.settings")
application = get_wsgi_application()
