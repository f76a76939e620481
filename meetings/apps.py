from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from meetings.invitations.actions.change_address import connect_register

        connect_register()
