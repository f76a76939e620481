from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "dialog_portal.desk"
    label = "desk"
