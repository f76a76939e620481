"""The page for guests who have lost their link."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dialog_portal.links.guest_view import guest_error_page, guest_view
from dialog_portal.links.rate_limits import exceeds_request_limit
from meetings.invitations.actions.resend_link import request_links
from meetings.replies.forms.guest import OwnAddress
from meetings.replies.views.guest import redirect_with_get


@guest_view
@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: HttpRequest) -> HttpResponse:
    """Show the form and take an address; the page says the same whether the address is invited or not."""
    form = OwnAddress(request.POST or None)
    if request.method == "POST":
        if exceeds_request_limit(request):
            return guest_error_page("guest/429.html", 429)
        if form.is_valid():
            request_links(form.cleaned_data["email"])
            return redirect_with_get(f"{reverse('guest:send_again')}?skickat=1")
    context = {"form": form, "sent": "skickat" in request.GET, "mailbox": settings.MAIL_REPLY_TO}
    return render(request, "guest/send_again.html", context, status=422 if form.errors else 200)
