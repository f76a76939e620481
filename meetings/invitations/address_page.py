"""Find the page where staff correct the address that a letter went to."""

from __future__ import annotations

from django import template
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from dialog_portal.outbox.models import Letter
from meetings.invitations.letters.lost_links import LINK_LETTERS
from meetings.models import Invitee

register = template.Library()


@register.filter
def address_page(letter: Letter) -> str:
    """Return the page where an address is corrected for all letters: in the register, or on the list of invited.

    Empty when nobody on a list has the address any more; then only the letter itself can be sent elsewhere.
    """
    about = Q() if letter.purpose in LINK_LETTERS else Q(letters__letter=letter)
    rows = Invitee.objects.active().filter(about, email__iexact=letter.address)
    rows = rows.filter(link__expires_at__gt=timezone.now()).select_related("person")
    invitee = rows.order_by(F("person").asc(nulls_last=True), "pk").first()
    if invitee is None or (invitee.person and invitee.person.email.lower() != invitee.email.lower()):
        return ""
    if invitee.person_id:
        return reverse("staff:person_change", args=[invitee.person_id])
    return reverse("staff:address_change", args=[invitee.pk])
