"""The Django app `minutes`."""

from django.apps import AppConfig


class MinutesConfig(AppConfig):
    """Connects the notes to people in the register who become protected when the portal starts."""

    name = "minutes"

    def ready(self) -> None:
        from minutes.protected_people.actions import connect_register

        connect_register()
