"""The type of the request that a staff view gets: its user is a signed-in member of staff."""

from django.http import HttpRequest

from dialog_portal.access.models import User


class StaffRequest(HttpRequest):
    """For the type checker only: AccessMiddleware lets no other request reach a staff view."""

    user: User
