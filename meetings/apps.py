"""The Django app `meetings`."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Connects the meetings to changed addresses in the register when the portal starts."""

    name = "meetings"

    def ready(self) -> None:
        from meetings.invitations.actions.change_address import connect_register

        connect_register()
