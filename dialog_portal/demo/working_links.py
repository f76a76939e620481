"""The way in as a guest, for who tries the portal: only where no letter leaves it, and apart from the letter itself.

On every other page of staff, and wherever letters do leave, personal links are dead (links/dead_links.py).
"""

from __future__ import annotations

import re

from django import template
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from dialog_portal.links.addresses import GUEST_PATHS
from dialog_portal.links.dead_links import KEY_LENGTH
from dialog_portal.outbox.content import content_for_staff
from dialog_portal.outbox.models import Letter

register = template.Library()
GUEST_PAGE = re.compile(rf"/(?:{'|'.join(map(re.escape, GUEST_PATHS))})[\w-]{{{KEY_LENGTH},}}/", re.ASCII)


def guest_pages(letter: Letter) -> list[str]:
    """Return the addresses of the guest's pages that a letter leads to; none where letters leave the portal."""
    content = None if settings.MAIL else content_for_staff(letter)
    return list(dict.fromkeys(GUEST_PAGE.findall(content.text))) if content else []


@register.filter
def numbers_of_working_links(letter: Letter) -> range:
    """Return the numbers of the links that `letter_open` follows."""
    return range(1, len(guest_pages(letter)) + 1)


def letter_open(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Go to the page that a link of a letter leads to, as its receiver would. Raise Http404 where letters leave."""
    letter = get_object_or_404(Letter.objects.visible_to(request.user), pk=pk)
    found = guest_pages(letter)
    if not 0 < number <= len(found):
        raise Http404
    return redirect(found[number - 1])
