"""What a staff view gets: the middleware let only a signed-in member of staff through."""

from django.http import HttpRequest

from dialog_portal.access.models import User


class StaffRequest(HttpRequest):
    """A request whose user is known, for the type checker; nothing is different when it runs."""

    user: User
