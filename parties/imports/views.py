"""Staff pages of imports: upload, columns, what each row does, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dialog_portal.base.outcome_message import run_with_message
from dialog_portal.base.states import NotAllowed
from dialog_portal.base.upload_limit import is_upload_too_large
from parties.imports import actions
from parties.imports.columns import trouble_with
from parties.imports.forms import ColumnsForm, UploadForm
from parties.imports.plan import Verdict, count_verdicts, fingerprint
from parties.models import ImportState, RegisterImport

ROWS_PER_PAGE = 100
LATEST = 20  # imports in the list
# What rows with the verdict do, and the heading of all of them
VERDICT_WORDS = {
    Verdict.NEW: ("ger något nytt", "Nya"),
    Verdict.CHANGED: ("ändrar något", "Ändrade"),
    Verdict.SAME: ("finns redan", "Samma"),
    Verdict.ERROR: ("har fel", "Fel"),
}


def import_list(request: HttpRequest) -> HttpResponse:
    """Take a file, and list the latest imports."""
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        too_large=is_upload_too_large(request),
    )
    if form.is_bound and form.is_valid():
        return store(request, form)
    latest = RegisterImport.objects.select_related("by").prefetch_related("steps")[:LATEST]
    return render(request, "staff/imports/list.html", {"form": form, "imports": latest})


def store(request: HttpRequest, form: UploadForm) -> HttpResponse:
    """Store the rows and lead to what they do; a file that is there already leads to its import."""
    file = form.cleaned_data["file"]
    file.seek(0)
    sha256 = actions.digest_of(file.read())
    same = actions.find_same_file(sha256)
    if same and same.state == ImportState.UPLOADED:
        messages.info(request, "Filen är redan uppladdad. Fortsätt här.")
        return redirect("staff:import_detail", same.pk)
    stored = actions.store_upload(form.table, file_name=file.name[:200], sha256=sha256, by=request.user)
    if same:
        messages.info(
            request, f"Samma fil har redan importerats av {same.by}. Bara det som skiljer sig nu räknas."
        )
    matched = not trouble_with(actions.columns_of(stored))
    return redirect("staff:import_detail" if matched else "staff:import_columns", stored.pk)


def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose by hand what each column holds."""
    stored = get_object_or_404(RegisterImport, pk=pk)
    if stored.state != ImportState.UPLOADED:
        return redirect("staff:import_detail", pk)
    table, columns = actions.table_of(stored), actions.columns_of(stored)
    form = ColumnsForm(request.POST or None, table=table, columns=columns, has_header=stored.has_header)
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_columns(stored, columns=form.chosen, has_header=form.cleaned_data["has_header"])
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        return redirect("staff:import_detail", pk)
    return render(request, "staff/imports/columns.html", {"form": form, "import": stored})


def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what each row of a file would do; or, when it is imported or discarded, what became of it."""
    stored = get_object_or_404(RegisterImport.objects.select_related("by"), pk=pk)
    if stored.state != ImportState.UPLOADED:
        undoable = stored.state == ImportState.IMPORTED and stored.written.exists()
        steps = stored.steps.select_related("by")
        context = {"import": stored, "undoable": undoable, "steps": steps}
        return render(request, "staff/imports/finished.html", context)
    if trouble_with(actions.columns_of(stored)):
        return redirect("staff:import_columns", pk)
    return render(request, "staff/imports/preview.html", preview_context(request, stored))


def preview_context(request: HttpRequest, stored: RegisterImport) -> dict[str, Any]:
    """Return what the preview shows: all rows or those with one verdict, in pages."""
    planned = actions.planned_rows(stored)
    counts = count_verdicts(planned)
    kind = request.GET.get("visa", "")
    shown = [row for row in planned if row.verdict == kind] if kind in Verdict.values else planned
    return {
        "import": stored,
        "counts": [(verdict, counts[verdict], *VERDICT_WORDS[verdict]) for verdict in Verdict],
        "errors": counts[Verdict.ERROR],
        "to_write": counts[Verdict.NEW] + counts[Verdict.CHANGED],
        "kind": kind if kind in Verdict.values else "",
        "number": len(planned),
        "page_obj": Paginator(shown, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "seen": fingerprint(planned),
    }


@require_POST
def import_apply(request: HttpRequest, pk: int) -> HttpResponse:
    stored, seen = get_object_or_404(RegisterImport, pk=pk), request.POST.get("seen", "")
    run_with_message(
        request,
        lambda: actions.carry_out(stored, seen=seen, by=request.user),
        "Importen är klar. Du kan ångra den här.",
    )
    return redirect("staff:import_detail", pk)


@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    stored = get_object_or_404(RegisterImport, pk=pk)
    run_with_message(
        request,
        lambda: actions.undo_import(stored, by=request.user),
        "Importen är ångrad. Registret är som det var före den.",
    )
    return redirect("staff:import_detail", pk)


@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    stored = get_object_or_404(RegisterImport, pk=pk)
    run_with_message(
        request,
        lambda: actions.discard_import(stored, by=request.user),
        f"{stored.file_name} är kastad. Inget ändrades i registret.",
    )
    return redirect("staff:import_list")
