"""Distribute the approved notes: one letter to each participant. After that the notes are a public record."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, take_step
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.mime import Attachment
from dialog_portal.outbox.queue.post import post_all
from dialog_portal.outbox.render import break_long_words, render
from meetings.models import Attendee, MeetingLetter, Purpose
from minutes.approval.actions import valid_approval
from minutes.audit_events import MinutesEvent
from minutes.compile_document import compile_document, document_hash, document_json
from minutes.document import Document
from minutes.document_html import notes_html
from minutes.models import MINUTES_NEXT, Approval, Minutes, MinutesState, Rendering
from minutes.pdf.render import PdfFailed, render_pdf
from minutes.sanitise.plain_text import html_to_text
from minutes.writing.actions import must_be_held

SEND_WITHIN = timedelta(days=60)  # so long, because a wrong address may be corrected late


def get_or_create_rendering(approval: Approval) -> Rendering:
    """Return the approved notes as files (HTML, JSON, PDF). They are made once: letters and public pages are the same.

    Raise NotAllowed if the content has changed since the approval, or if the PDF cannot be made.
    It takes some seconds, so call it without holding a lock.
    """
    known = Rendering.objects.filter(approval=approval).first()
    if known:
        return known
    document = compile_document(approval.minutes, approval)
    if document_hash(document) != approval.content_hash:
        raise NotAllowed(
            "Något har ändrats sedan anteckningarna fastställdes. Öppna dem och fastställ dem på nytt."
        )
    try:
        pdf = render_pdf(document)
    except PdfFailed as failure:
        raise NotAllowed(str(failure)) from failure
    files = {
        "number": document.edition,
        "html": notes_html(document),
        "json": document_json(document),
        "pdf": pdf,
        "sha256": hashlib.sha256(pdf).hexdigest(),
    }
    return Rendering.objects.get_or_create(approval=approval, defaults=files)[0]


def distribution_recipients(minutes: Minutes) -> list[Attendee]:
    """Return the attendees who have an address, each address once (upper and lower case count as the same)."""
    came = minutes.meeting.attendees.filter(attended=True).exclude(email="").select_related("invitee")
    return list({attendee.email.lower(): attendee for attendee in came}.values())


def distribution_letters(
    minutes: Minutes, approval: Approval, pdf: bytes = b""
) -> list[tuple[Attendee, Draft]]:
    """Return one letter for each recipient, with the notes, the attached PDF and the public address.

    A preview needs no PDF, because only its file name is shown there.
    """
    document = compile_document(minutes, approval)
    shared = common_context(minutes, document)
    file = Attachment(f"minnesanteckningar-{minutes.meeting.slug}.pdf", "application/pdf", pdf)
    return [
        (attendee, distribution_letter(attendee, minutes, document.edition, shared, file))
        for attendee in distribution_recipients(minutes)
    ]


def common_context(minutes: Minutes, document: Document) -> dict[str, object]:
    """Return what the template gets in all letters."""
    meeting = minutes.meeting
    facts = [("När", document.when), ("Var", document.where)]
    return {
        "meeting": meeting,
        "document": document,
        "parts": [
            (section.number, section.heading, break_long_words(section.html)) for section in document.sections
        ],
        "texts": [
            (section.number, section.heading, html_to_text(section.html)) for section in document.sections
        ],
        "facts": [*facts, ("Diarienummer", document.diary_number)] if document.diary_number else facts,
        # Only what is public already: the letter comes before this edition is published
        "button_url": document.public_url if minutes.editions.exists() else "",
        "button_text": "Läs den tidigare utgåvan på webben",
        "corrected": was_sent_before(minutes),
        "signed_by": meeting.round.signer,
        "signed_title": meeting.round.signer_title,
        "reply_to": settings.MAIL_REPLY_TO,
    }


def was_sent_before(minutes: Minutes) -> bool:
    """Return whether the participants have got the notes before, so that these correct them."""
    return minutes.steps.filter(after=MinutesState.DISTRIBUTED).exists()


def distribution_letter(
    attendee: Attendee, minutes: Minutes, number: int, shared: dict[str, object], pdf: Attachment
) -> Draft:
    """Return the letter to one attendee about edition `number`."""
    rendered = render("distribution", {**shared, "attendee": attendee})
    return Draft(
        key=f"distribution:m{minutes.meeting_id}:e{number}:a{attendee.pk}",
        purpose=Purpose.DISTRIBUTION,
        campaign=minutes.meeting.campaign,
        name=attendee.name_in_letters,
        address=attendee.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        deadline=timezone.now() + SEND_WITHIN,
        attachments=(pdf,),
    )


def distribute(minutes: Minutes, *, previewed: str, by: User, nobody: bool = False) -> int:
    """Send the approved notes to the participants. Return the number of letters queued.

    `previewed` is the hash of the approved content that `by` saw in the preview. `nobody` means that `by` has confirmed
    that no letter is sent, because no participant has an address.
    Raise NotAllowed if the notes are not approved or the approval is another than the previewed one.
    """
    if minutes.state != MinutesState.APPROVED:
        raise NotAllowed(f"Anteckningarna är {minutes.get_state_display()} och kan inte skickas ut.")
    approval = valid_approval(minutes)
    if approval.content_hash != previewed:
        raise NotAllowed(
            "Anteckningarna har fastställts på nytt sedan du förhandsgranskade. Titta igenom brevet igen."
        )
    return queue_distribution(minutes, get_or_create_rendering(approval), by=by, nobody=nobody)


@transaction.atomic
def queue_distribution(minutes: Minutes, rendering: Rendering, *, by: User, nobody: bool) -> int:
    """Queue the letters and change the state to distributed, in one transaction. Return the number of letters.

    Raise NotAllowed if another approval than the rendered one is valid now, or if nobody attended.
    """
    rows = Minutes.objects.select_for_update(of=("self",)).select_related("meeting__round", "meeting__host")
    minutes = rows.get(pk=minutes.pk)
    must_be_held(minutes.meeting)
    approval = valid_approval(minutes)
    if approval.pk != rendering.approval_id:
        raise NotAllowed(
            "Anteckningarna har fastställts på nytt sedan du förhandsgranskade. Titta igenom brevet igen."
        )
    if not minutes.meeting.attendees.filter(attended=True).exists():
        raise NotAllowed("Ingen står som deltagare. Notera närvaron först.")
    pairs = distribution_letters(minutes, approval, bytes(rendering.pdf))
    if not pairs and not nobody:
        raise NotAllowed("Ingen deltagare har någon e-postadress. Bekräfta att inget brev ska skickas.")
    take_step(minutes, MINUTES_NEXT, MinutesState.DISTRIBUTED, by=by)
    record(by, MinutesEvent.DISTRIBUTED, minutes, approval=approval.pk, letters=len(pairs))
    posted = post_all([draft for _, draft in pairs], by=by)
    MeetingLetter.objects.bulk_create(
        MeetingLetter(
            meeting=minutes.meeting, invitee=attendee.invitee, purpose=Purpose.DISTRIBUTION, letter=letter
        )
        for (attendee, _), letter in zip(pairs, posted, strict=True)
    )
    return len(posted)
