"""Demo texts of the public site: what the dialogues of a year are, and the old addresses that lead to its pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from dialog_portal.access.models import Role, User
from dialog_portal.demo.clock import clock_at
from dialog_portal.demo.people import SECOND
from dialog_portal.demo.site_words import ABOUT_CATEGORIES, CURRENT_YEAR, YEAR_2019
from dialog_portal.outbox.queue.deliver import deliver
from meetings.models import Round
from minutes.accessibility_reports.actions import receive_report
from minutes.models import Redirect, ReportKind, TextKind
from minutes.public_texts import actions
from minutes.publishing.parties_of_year import categories_due, category_field
from minutes.publishing.standard_texts import STANDARD
from minutes.redirects.actions import save_redirect

# The old page's address, the page of this site, and the stamp of the old page
OLD_PAGES = (
    ("/dialogmoten-2019", "/moten/2019/", "AKTNR 2692-11572"),
    (
        "/dialogmote-31-januari-2019",
        "/moten/2019/dialogmote-med-regionala-centrumbildningar/",
        "AKTNR 2605-10597",
    ),
)


def publish_year_text(made: Round, staff: dict[str, User], *, at: datetime) -> None:
    """Let the officer write the text of a year, and the approver publish it a day later."""
    about = {category_field(row): ABOUT_CATEGORIES[row.slug] for row in categories_due(made.year)}
    content = {**(YEAR_2019 if made.year == 2019 else CURRENT_YEAR), **about}
    with clock_at(at):
        empty = actions.text_of(TextKind.YEAR, made)
        text = actions.save_text(empty, content, seen_version=0, by=staff[Role.OFFICER])
    with clock_at(at + timedelta(days=1)):
        actions.publish_text(text, seen=text.version, by=staff[Role.APPROVER])


def write_accessibility_draft(staff: dict[str, User]) -> None:
    """Let the second officer go through the standard accessibility statement; the draft waits for the approver."""
    text, officer = actions.text_of(TextKind.ACCESSIBILITY), staff[f"{SECOND}{Role.OFFICER}"]
    content = {**STANDARD[TextKind.ACCESSIBILITY], "owner": officer.pk}
    actions.save_text(text, content, seen_version=0, by=officer)


def report_barrier() -> None:
    """Let a reader report something about accessibility."""
    values = {
        "kind": ReportKind.BARRIER,
        "message": "Rubrikerna i PDF-filen från maj 2019 läses inte upp i rätt ordning i min skärmläsare.",
        "page": "/moten/2019/dialogmote-med-lanets-kommuner/anteckningar/",
        "name": "Malin Rask",
        "email": "malin.rask@lasare.example",
    }
    receive_report(values)
    deliver()


def add_redirects(by: User) -> None:
    """Add the addresses that the pages of 2019 once had."""
    for old_path, target, stamp in OLD_PAGES:
        values = {"old_path": old_path, "target": target, "page_stamp": stamp}
        save_redirect(Redirect(), values, seen_version=None, by=by)
