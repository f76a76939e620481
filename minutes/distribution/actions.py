"""Sending the approved notes to everybody who came: from here they are a public record."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dialog_portal.access.models import User
from dialog_portal.base.audit import record
from dialog_portal.base.states import NotAllowed, step
from dialog_portal.outbox.queue.actions import Attachment, Draft, post_all
from dialog_portal.outbox.render import render
from meetings.models import Attendee, MeetingLetter, Purpose
from minutes.approval.actions import standing_approval
from minutes.audit_events import MinutesEvent
from minutes.compile_document import as_json, compile_document, hash_of
from minutes.document import Document
from minutes.document_html import notes_html
from minutes.models import NEXT, Approval, Minutes, MinutesState, Rendering
from minutes.pdf.render import PdfFailed, render_pdf
from minutes.sanitise.plain_text import as_text
from minutes.writing.actions import must_be_held

LETTER_LIFE = timedelta(days=60)  # a wrong address may be found long after the first tries have ended


def rendering_of(approval: Approval) -> Rendering:
    """The approved words as files, made once: letters and the web carry the same bytes. Takes seconds; hold no lock."""
    known = Rendering.objects.filter(approval=approval).first()
    if known:
        return known
    document = compile_document(approval.minutes, approval)
    if hash_of(document) != approval.content_hash:
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
        "json": as_json(document),
        "pdf": pdf,
        "sha256": hashlib.sha256(pdf).hexdigest(),
    }
    return Rendering.objects.get_or_create(approval=approval, defaults=files)[0]


def distribution_recipients(minutes: Minutes) -> list[Attendee]:
    """Everybody who came and whose address is known, each address once."""
    came = minutes.meeting.attendees.filter(attended=True).exclude(email="").select_related("invitee")
    return list({attendee.email.lower(): attendee for attendee in came}.values())


def distribution_letters(
    minutes: Minutes, approval: Approval, pdf: bytes = b""
) -> list[tuple[Attendee, Draft]]:
    """One letter to each recipient with the notes in it, the PDF attached and the public address.

    A preview leaves the PDF out, since only its name is shown there.
    """
    document = compile_document(minutes, approval)
    shared = shared_context(minutes, document)
    file = Attachment(f"minnesanteckningar-{minutes.meeting.slug}.pdf", "application/pdf", pdf)
    return [
        (attendee, distribution_letter(attendee, minutes, document.edition, shared, file))
        for attendee in distribution_recipients(minutes)
    ]


def shared_context(minutes: Minutes, document: Document) -> dict[str, object]:
    """What is the same in everybody's letter."""
    meeting = minutes.meeting
    facts = [("När", document.when), ("Var", document.where)]
    return {
        "meeting": meeting,
        "document": document,
        "texts": [(section.number, section.heading, as_text(section.html)) for section in document.sections],
        "facts": [*facts, ("Diarienummer", document.diary_number)] if document.diary_number else facts,
        "button_url": document.public_url,
        "button_text": "Läs anteckningarna på webben",
        "signed_by": meeting.round.signer,
        "signed_title": meeting.round.signer_title,
        "reply_to": settings.MAIL_REPLY_TO,
    }


def distribution_letter(
    attendee: Attendee, minutes: Minutes, number: int, shared: dict[str, object], pdf: Attachment
) -> Draft:
    rendered = render("distribution", {**shared, "attendee": attendee})
    return Draft(
        key=f"distribution:m{minutes.meeting_id}:e{number}:a{attendee.pk}",
        purpose=Purpose.DISTRIBUTION,
        campaign=minutes.meeting.campaign,
        name=attendee.called,
        address=attendee.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        deadline=timezone.now() + LETTER_LIFE,
        attachments=(pdf,),
    )


def distribute(minutes: Minutes, *, previewed: str, by: User, nobody: bool = False) -> int:
    """Mail the approved notes to everybody who came; answers how many letters lie in the outbox.

    `previewed` is the hash of the approved content that the person saw before pressing; `nobody` says that they saw
    that no participant has an address.
    """
    if minutes.state != MinutesState.APPROVED:
        raise NotAllowed(f"Anteckningarna är {minutes.get_state_display()} och kan inte skickas ut.")
    approval = standing_approval(minutes)
    if approval.content_hash != previewed:
        raise NotAllowed(
            "Anteckningarna har fastställts på nytt sedan du förhandsgranskade. Titta igenom brevet igen."
        )
    return mail_out(minutes, rendering_of(approval), by=by, nobody=nobody)


@transaction.atomic
def mail_out(minutes: Minutes, rendering: Rendering, *, by: User, nobody: bool) -> int:
    """Put the letters in the outbox and take the step, once, for exactly the approval that was rendered."""
    rows = Minutes.objects.select_for_update(of=("self",)).select_related("meeting__round", "meeting__host")
    minutes = rows.get(pk=minutes.pk)
    must_be_held(minutes.meeting)
    approval = standing_approval(minutes)
    if approval.pk != rendering.approval_id:
        raise NotAllowed(
            "Anteckningarna har fastställts på nytt sedan du förhandsgranskade. Titta igenom brevet igen."
        )
    if not minutes.meeting.attendees.filter(attended=True).exists():
        raise NotAllowed("Ingen står som deltagare. Notera närvaron först.")
    pairs = distribution_letters(minutes, approval, bytes(rendering.pdf))
    if not pairs and not nobody:
        raise NotAllowed("Ingen deltagare har någon e-postadress. Bekräfta att inget brev ska skickas.")
    step(minutes, NEXT, MinutesState.DISTRIBUTED, by=by)
    record(by, MinutesEvent.DISTRIBUTED, minutes, approval=approval.pk, letters=len(pairs))
    posted = post_all([draft for _, draft in pairs], by=by)
    MeetingLetter.objects.bulk_create(
        MeetingLetter(
            meeting=minutes.meeting, invitee=attendee.invitee, purpose=Purpose.DISTRIBUTION, letter=letter
        )
        for (attendee, _), letter in zip(pairs, posted, strict=True)
    )
    return len(posted)
