"""The Django app `meetings`."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Connects the meetings to changed addresses and protection in the register when the portal starts."""

    name = "meetings"

    def ready(self) -> None:
        from meetings.attendance import protection
        from meetings.invitations.actions import change_address

        change_address.connect_register()
        protection.connect_register()
