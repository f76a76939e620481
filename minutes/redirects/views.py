"""Staff pages of redirects: list, add, change, remove."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.versioned_form import submit
from minutes.models import Redirect
from minutes.redirects import actions
from minutes.redirects.forms import RedirectForm

REDIRECTS_PER_PAGE = 50


def redirects(request: StaffRequest) -> HttpResponse:
    """List the old addresses."""
    page = Paginator(Redirect.objects.all(), REDIRECTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "staff/redirects/list.html", {"page_obj": page})


def redirect_add(request: StaffRequest) -> HttpResponse:
    return redirect_page(request, Redirect())


def redirect_change(request: StaffRequest, pk: int) -> HttpResponse:
    return redirect_page(request, get_object_or_404(Redirect, pk=pk))


def redirect_page(request: StaffRequest, row: Redirect) -> HttpResponse:
    """Show the form of a new or stored redirect, or save it."""
    form = RedirectForm(request.POST or None, instance=row)
    stored = Redirect.objects.filter(pk=row.pk).first() or Redirect()

    def save() -> Redirect:
        return actions.save_redirect(stored, form.values, seen_version=form.seen_version, by=request.user)

    if request.method == "POST" and (saved := submit(form, save)):
        messages.success(request, f"{saved.old_path} leder nu till {saved.target}.")
        return redirect("staff:redirects")
    return render(request, "staff/redirects/form.html", {"form": form, "row": stored})


@require_POST
def redirect_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Remove a redirect."""
    row = get_object_or_404(Redirect, pk=pk)
    actions.remove_redirect(row, by=request.user)
    messages.success(request, f"{row.old_path} är borttagen.")
    return redirect("staff:redirects")
