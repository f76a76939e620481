"""The public form for reports about accessibility, and the staff's pages about them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.states import NotAllowed
from dialog_portal.links.guest_view import guest_error_page, guest_view
from dialog_portal.links.rate_limits import exceeds_limit
from minutes.accessibility_reports import actions
from minutes.accessibility_reports.forms import AnswerForm, ReportForm
from minutes.models import AccessibilityReport, TextKind
from minutes.publishing.texts import public_content

MAX_REPORTS_PER_MINUTE = 5  # from one client
REPORTS_PER_PAGE = 50


@guest_view
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Show the form, or take a report; the page then says when it will be answered. No cookie, no script."""
    form = ReportForm(request.POST or None)
    if request.method == "POST":
        if exceeds_limit(MAX_REPORTS_PER_MINUTE, "reports", request):
            return guest_error_page("guest/429.html", 429)
        if form.is_valid():
            actions.receive_report(form.cleaned_data)
            response = HttpResponseRedirect(f"{reverse('public:report')}?skickat=1")
            response.status_code = 303
            return response
    context = {
        "form": form,
        "sent": "skickat" in request.GET,
        "text": public_content(TextKind.ACCESSIBILITY),
        "mailbox": settings.MAIL_REPLY_TO,
    }
    return render(request, "public/report.html", context, status=422 if form.errors else 200)


def accessibility_reports(request: StaffRequest) -> HttpResponse:
    """List the reports: first those that wait for an answer, the most urgent first."""
    rows = AccessibilityReport.objects.select_related("owner").order_by(
        F("answered_at").desc(nulls_first=True), "answer_by", "pk"
    )
    page = Paginator(rows, REPORTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "today": timezone.localdate()}
    return render(request, "staff/accessibility_reports/list.html", context)


def accessibility_report(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a report, and note the answer to it. What is refused stays on the page with what was typed."""
    row = get_object_or_404(AccessibilityReport.objects.select_related("owner", "answered_by"), pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_report(row, form.cleaned_data["answer"], by=request.user)
            messages.success(request, "Svaret är noterat.")
            return redirect("staff:accessibility_report", pk)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    context = {"report": row, "form": form, "late": row.is_late(timezone.localdate())}
    return render(request, "staff/accessibility_reports/detail.html", context)
