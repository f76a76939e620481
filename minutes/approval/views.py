"""Staff pages: preview the notes, as a page or as PDF, and approve exactly the content that was shown."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dialog_portal.access.staff_request import StaffRequest
from dialog_portal.base.outcome_message import run_with_message
from minutes.approval import actions
from minutes.compile_document import compile_document, document_hash, unnamed_groups
from minutes.document_html import notes_html
from minutes.models import Minutes
from minutes.pdf.render import PdfFailed, render_pdf


def minutes_preview(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the notes as the public will see them, with the button that approves exactly this content."""
    row = get_object_or_404(Minutes.objects.of_meeting(pk))
    document = compile_document(row, row.approvals.filter(voided_at__isnull=True).first())
    context = {
        "minutes": row,
        "meeting": row.meeting,
        "body": notes_html(document),
        "seen": document_hash(document),
        "is_not_author": actions.is_not_author(row, request.user),
        "unnamed": unnamed_groups(row.meeting),
        "empty": [section for section in row.sections.all() if not section.html],
    }
    return render(request, "staff/minutes/preview.html", context)


def minutes_pdf(request: StaffRequest, pk: int) -> HttpResponse:
    """Return the notes with their present content as PDF."""
    row = get_object_or_404(Minutes.objects.of_meeting(pk))
    try:
        pdf = render_pdf(compile_document(row, row.approvals.filter(voided_at__isnull=True).first()))
    except PdfFailed as failure:
        messages.error(request, str(failure))
        return redirect("staff:minutes", pk)
    name = f'inline; filename="minnesanteckningar-{row.meeting.slug}.pdf"'
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": name})


@require_POST
def minutes_approve(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Minutes.objects.of_meeting(pk))
    seen = request.POST.get("seen", "")
    run_with_message(
        request,
        lambda: actions.approve(row, seen=seen, by=request.user),
        "Anteckningarna är fastställda. Nu kan de skickas ut.",
    )
    return redirect("staff:minutes", pk)
