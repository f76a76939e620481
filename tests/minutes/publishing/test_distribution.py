"""From approved notes to letters: to each participant once, with exactly the approved words."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from dialog_portal.access.models import Role
from dialog_portal.base.states import NotAllowed
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter
from meetings.models import Meeting
from minutes.approval import actions
from minutes.compile_document import content_hash
from minutes.distribution import actions as distributing
from minutes.models import MinutesState
from minutes.publishing import actions as publishing
from minutes.writing import actions as writing
from tests import factories
from tests.minutes.acting import approved, came, distributed, fresh, held_meeting
from tests.minutes.publishing.addresses import address


@pytest.mark.django_db
def test_distribution_writes_one_letter_to_each_participant_with_notes_pdf_and_address() -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    came(meeting, "Li Ek", "0114")
    came(meeting, "Kom Inte", "0115", attended=False)
    minutes = distributed(meeting)
    letters = Letter.objects.order_by("name")
    assert [letter.name for letter in letters] == ["Li Ek", "Åsa Öhrn"]
    content = read_content(letters[0])
    assert content is not None
    assert "Vi talade." in content.text
    assert "Vi talade." in content.html
    for part in (content.text, content.html):  # the page is not public yet, so nothing leads there
        assert settings.BASE_URL + address("notes", meeting) not in part
    rendering = minutes.approvals.get().rendering
    assert [file.data for file in content.attachments] == [bytes(rendering.pdf)]


@pytest.mark.django_db
def test_a_name_that_a_guest_typed_becomes_no_link_in_the_letter() -> None:
    meeting = held_meeting()
    came(meeting, "Kom.till.example", "0192")
    known = came(meeting, "Åsa Öhrn-P.Ek", "0115")
    known.invitee.person = factories.person(name=known.name)
    known.invitee.save()
    distributed(meeting)
    letters = {
        letter.name: read_content(letter).text for letter in Letter.objects.filter(purpose="distribution")
    }
    assert set(letters) == {"Kom. till. example", "Åsa Öhrn-P.Ek"}
    assert [f"Hej {name}!" in text for name, text in letters.items()] == [True, True]


@pytest.mark.django_db
def test_distribution_twice_makes_no_second_letter() -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    minutes = distributed(meeting)
    with pytest.raises(NotAllowed):
        distributing.distribute(minutes, previewed=content_hash(minutes), by=factories.user())
    assert Letter.objects.count() == 1


@pytest.mark.django_db
def test_distribution_of_unapproved_notes_is_refused() -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    minutes = approved(meeting)
    writing.reopen_minutes(minutes, by=factories.user())
    with pytest.raises(NotAllowed):
        distributing.distribute(fresh(minutes), previewed=content_hash(minutes), by=factories.user())
    assert Letter.objects.count() == 0


@pytest.mark.django_db
def test_distribution_of_a_meeting_that_is_not_held_is_refused() -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    minutes = approved(meeting)
    Meeting.objects.filter(pk=meeting.pk).update(state="invited")
    with pytest.raises(NotAllowed, match="genomfört"):
        distributing.distribute(fresh(minutes), previewed=content_hash(minutes), by=factories.user())


@pytest.mark.django_db
def test_notes_can_go_on_without_letters_when_nobody_has_an_address() -> None:
    meeting = held_meeting()
    came(meeting, "Utan Adress", "0192", email="")
    minutes = approved(meeting)
    with pytest.raises(NotAllowed, match="Bekräfta"):
        distributing.distribute(minutes, previewed=content_hash(minutes), by=factories.user())
    distributing.distribute(minutes, previewed=content_hash(minutes), by=factories.user(), nobody=True)
    assert (fresh(minutes).state, Letter.objects.count()) == (MinutesState.DISTRIBUTED, 0)


@pytest.mark.django_db
def test_looking_at_the_letter_writes_nothing(client: Client) -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    minutes = approved(meeting)
    client.force_login(factories.user())
    page = client.get(reverse("staff:minutes_distribute", args=[meeting.pk]))
    assert "1 brev till dem som deltog" in page.content.decode()
    assert not hasattr(minutes.approvals.get(), "rendering")


@pytest.mark.django_db
def test_a_correction_says_so_in_its_subject_and_leads_to_the_edition_that_is_public() -> None:
    meeting = held_meeting()
    came(meeting, "Åsa Öhrn", "0192")
    minutes = distributed(meeting)
    publishing.publish(minutes, by=factories.user(Role.APPROVER))
    writing.start_correction(fresh(minutes), what="Fel namn i punkt 1.", by=factories.user())
    section = fresh(minutes).sections.all()[0]
    writing.save_section(
        section,
        heading=section.heading,
        html="<p>Vi talade mer.</p>",
        seen_version=section.version,
        by=factories.user(),
    )
    writing.circulate_minutes(fresh(minutes), by=factories.user())
    again = fresh(minutes)
    actions.approve(again, seen=content_hash(again), by=factories.user(Role.APPROVER))
    distributing.distribute(fresh(again), previewed=content_hash(again), by=factories.user())
    second, first = Letter.objects.order_by("-pk")
    assert (first.subject, second.subject) == (
        f"Minnesanteckningar: {meeting.title}",
        f"Rättade minnesanteckningar: {meeting.title}",
    )
    content = read_content(second)
    assert content is not None
    assert "Det här har rättats: Fel namn i punkt 1." in content.text
    assert settings.BASE_URL + address("notes", meeting) in content.text
