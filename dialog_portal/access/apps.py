from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "dialog_portal.access"
    label = "access"
