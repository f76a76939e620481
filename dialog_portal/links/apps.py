from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "dialog_portal.links"
    label = "links"
