from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "dialog_portal.demo"
    label = "demo"
