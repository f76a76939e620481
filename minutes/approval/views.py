"""Staff pages: read the notes as the public will, and approve exactly what was read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from minutes.approval import actions
from minutes.compile_document import compile_document, hash_of
from minutes.document_html import notes_html
from minutes.pdf.render import PdfFailed, render_pdf
from minutes.writing.views import attempt, find_minutes


def minutes_preview(request: StaffRequest, pk: int) -> HttpResponse:
    """The notes as the public will read them; here an approver approves exactly what the page shows."""
    row = find_minutes(pk)
    document = compile_document(row, row.approvals.filter(voided_at__isnull=True).first())
    context = {
        "minutes": row,
        "meeting": row.meeting,
        "body": notes_html(document),
        "seen": hash_of(document),
        "others_wrote": actions.may_approve(row, request.user),
        "empty": [section for section in row.sections.all() if not section.html],
    }
    return render(request, "staff/minutes/preview.html", context)


def minutes_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """The notes as they stand now, as PDF."""
    row = find_minutes(pk)
    try:
        pdf = render_pdf(compile_document(row, row.approvals.filter(voided_at__isnull=True).first()))
    except PdfFailed as failure:
        messages.error(request, str(failure))
        return redirect("staff:minutes", pk)
    name = f'inline; filename="minnesanteckningar-{row.meeting.slug}.pdf"'
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name})


@require_POST
def minutes_approve(request: StaffRequest, pk: int) -> HttpResponse:
    row = find_minutes(pk)
    seen = request.POST.get("seen", "")
    attempt(
        request,
        lambda: actions.approve(row, seen=seen, by=request.user),
        "Anteckningarna är fastställda. Nu kan de skickas ut.",
    )
    return redirect("staff:minutes", pk)
