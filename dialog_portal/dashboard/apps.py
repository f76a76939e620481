from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dialog_portal.dashboard"
    label = "dashboard"
