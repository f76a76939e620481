from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "dialog_portal.outbox"
    label = "outbox"
