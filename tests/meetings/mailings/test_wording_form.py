"""What may be typed as the words of a letter, and the pages where it is typed."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from dialog_portal.access.models import Role
from dialog_portal.base.swedish import in_sentence
from dialog_portal.outbox.models import Letter
from meetings.mailings.actions import wording
from meetings.mailings.letters.example import example_letter
from meetings.mailings.letters.wording import STANDARD, Words
from meetings.models import Meeting, Purpose, Wording
from tests import factories
from tests.meetings.acting import signed_in
from tests.meetings.invitations.test_invite import invited_meeting
from tests.meetings.mailings.words import OWN, one_letter, worded

pytestmark = pytest.mark.django_db


def save(client: Any, owner: Any, purpose: str = "invitation", **values: Any) -> Any:
    return client.post(address(owner, purpose=purpose), {**OWN, "seen_version": "0", **values})


def address(owner: Any, suffix: str = "", purpose: str = "invitation") -> str:
    name = "meeting_wording" if isinstance(owner, Meeting) else "wording"
    key = owner.pk if isinstance(owner, Meeting) else owner.year
    return reverse(f"staff:{name}{suffix}", args=[key, purpose])


BAD = [
    ("body", "Hej {efternamn}!", "{efternamn} finns inte här. Du kan använda {namn} {part}"),
    ("body", "Hej {}!", "{} finns inte här. Du kan använda"),
    ("body", "Hej {namn!", "En klammer saknar sin andra hälft."),
    ("body", "Hej namn}!", "En klammer saknar sin andra hälft."),
    ("body", "Hej {{namn}}!", "En klammer saknar sin andra hälft."),
    ("body", "Hej {na\nmn}!", "En klammer saknar sin andra hälft."),
    ("body", "{skäl}", "{skäl} finns inte här."),
    ("body", "Läs detta: {hälsning}", "{hälsning} ska stå ensam i ett eget stycke"),
    ("body", "https://dialog.example/svar/AbCdEf123/ersattare/", "Texten innehåller en personlig länk"),
    ("body", "se /SVAR/AbCdEf123", "Texten innehåller en personlig länk"),
    ("body", "se dialog.example/svar%2FAbCdEf123", "Texten innehåller en personlig länk"),
    ("body", "x" * 6001, "Texten får ha högst 6000 tecken."),
    ("body", " \n ", "Skriv brevets text."),
    ("subject", "Hej\r\nBcc: alla@example.org", "Skriv på en rad, utan radbrytningar"),
    ("subject", "Hej\u2028Bcc: alla@example.org", "Skriv på en rad, utan radbrytningar"),
    ("subject", "Hej\x00", "Skriv på en rad, utan radbrytningar"),
    ("subject", "{hälsning}", "{hälsning} finns inte här. Du kan använda {namn}"),
    ("subject", "x" * 151, "Ämnesraden får ha högst 150 tecken."),
    ("subject", "", "Skriv en ämnesrad."),
    ("heading", "Rubrik\n{dag}", "Skriv på en rad, utan radbrytningar"),
    ("heading", "x" * 151, "Rubriken får ha högst 150 tecken."),
    ("heading", "", "Skriv en rubrik."),
]


# --- What may be typed -----------------------------------------------------------------------------------------------


def test_signs_that_nobody_sees_are_taken_away_also_inside_a_personal_link():
    client, _ = signed_in()
    round_ = factories.round_()
    link = save(client, round_, body="se /sv\u200bar/AbCdEf123")
    assert "Texten innehåller en personlig länk" in link.content.decode()
    save(client, round_, body="Hej\x1b \u202etxt\u2028Rad två")
    assert Wording.objects.get().body == "Hej txt\nRad två"


@pytest.mark.parametrize(("field", "typed", "sentence"), BAD)
def test_bad_words_are_refused_at_their_field_and_nothing_is_stored(field: str, typed: str, sentence: str):
    client, _ = signed_in()
    page = save(client, factories.round_(), **{field: typed})
    assert any(error.startswith(sentence) for error in page.context["form"].errors[field]), page.context[
        "form"
    ].errors
    assert f'id="id_{field}_error"' in page.content.decode()
    assert Wording.objects.count() == 0


def test_everything_that_is_wrong_is_said_at_once():
    client, _ = signed_in()
    body = "Hej {namn! {lösenord} {Namn} {part.id} {lösenord} /svar/AbCdEf123 och {hälsning} nu"
    found = save(client, factories.round_(), body=body, subject="{skäl} " + "x" * 150).context["form"].errors
    assert [sentence.partition(".")[0] for sentence in found["body"]] == [
        "Texten innehåller en personlig länk, som skulle gå till alla",
        "En klammer saknar sin andra hälft",
        "{lösenord} finns inte här",
        "{part",
        "{hälsning} ska stå ensam i ett eget stycke, med en tom rad före och efter",
    ]
    assert [sentence.count("Du kan använda") for sentence in found["body"]] == [0, 0, 0, 1, 0]
    assert [sentence[:9] for sentence in found["subject"]] == ["{skäl} fi", "Ämnesrade"]


def test_the_placeholders_are_a_list():
    client, _ = signed_in()
    page = client.get(address(factories.round_())).content.decode()
    assert page.count("<li><code>{") == 10
    assert "<li><code>{namn}</code> mottagarens namn</li>" in page


@pytest.mark.parametrize(
    "typed", ["Hej {Namn}!", "Hej { namn }!", "Se /svar/ny-lank/", "mo\u0308te {mo\u0308te}"]
)
def test_what_people_mean_is_accepted(typed: str):
    client, _ = signed_in()
    row = factories.round_()
    assert save(client, row, body=typed).status_code == 302
    assert row.wordings.in_use().count() == 1


def test_saving_the_same_words_leaves_the_letter_standard():
    client, _ = signed_in()
    row, standard = factories.round_(), STANDARD[Purpose.REMINDER]
    save(client, row, "reminder", subject=standard.subject, heading=standard.heading, body=standard.body)
    assert row.wordings.in_use().count() == 0


def test_two_editors_of_the_same_letter_lose_nothing():
    client, _ = signed_in()
    row = factories.round_()
    save(client, row, subject="Den förstas")
    page = save(client, row, subject="Den andras")
    assert page.status_code == 200
    assert ("Ämnesrad", "Den förstas") in page.context["form"].conflicts
    assert "Den andras" in page.content.decode()
    assert row.wordings.get().subject == "Den förstas"
    again = save(client, row, subject="Den andras", seen_version=page.context["form"].data["seen_version"])
    assert (again.status_code, row.wordings.get().subject) == (302, "Den andras")


def test_putting_back_the_standard_words_can_be_undone():
    client, _ = signed_in()
    meeting = factories.meeting(title="Möte")
    for owner in (meeting.round, meeting):
        save(client, owner)
        client.post(address(owner, "_choose"), {"use": "standard"})
        assert one_letter(meeting).subject.startswith("Inbjudan: Möte")
        assert (
            client.get(address(owner)).context["form"]["subject"].value()
            == STANDARD[Purpose.INVITATION].subject
        )
        client.post(address(owner, "_choose"), {"use": "own"})
        assert one_letter(meeting).subject == "Kom till möte"
        client.post(address(owner, "_choose"), {"use": "standard"})


def test_the_second_officer_is_told_when_the_words_were_put_back_meanwhile():
    client, _ = signed_in()
    row = factories.round_()
    save(client, row)
    wording.set_wording_active(row, Purpose.INVITATION, active=False, by=factories.user())
    page = save(client, row, seen_version="1")
    assert ("Ämnesrad", STANDARD[Purpose.INVITATION].subject) in page.context["form"].conflicts


# --- The pages -------------------------------------------------------------------------------------------------------


def test_the_list_says_which_letters_are_changed():
    client, _ = signed_in()
    meeting = factories.meeting(title="Mötet med egna ord")
    worded(meeting.round)
    worded(meeting, Purpose.REMINDER)
    page = client.get(reverse("staff:wording_list", args=[meeting.round.year])).content.decode()
    assert (page.count(">ändrad<"), page.count(">standard<")) == (1, len(STANDARD) - 1)
    assert "Mötet med egna ord" in page


@pytest.mark.parametrize("purpose", list(STANDARD))
@pytest.mark.parametrize("level", ["round", "meeting"])
def test_the_example_is_the_letter_with_the_typed_words_and_writes_nothing(purpose: str, level: str):
    client, _ = signed_in()
    meeting = factories.meeting()
    owner = meeting.round if level == "round" else meeting
    page = client.post(address(owner, "_example", purpose), {**OWN, "seen_version": "0"}).content.decode()
    assert "Välkommen Kim Exempelsson" in page
    letter = example_letter(owner, purpose, Words(**OWN))
    assert letter.subject.startswith("Kom till ")
    assert "& äter <lunch>." in letter.text
    assert "&amp; äter &lt;lunch&gt;." in letter.html
    assert f"<title>{letter.subject}</title>" in page
    assert "&amp; äter &lt;lunch&gt;." in page
    assert "Välkommen" not in client.get(address(owner, "_example", purpose)).content.decode()
    assert (Wording.objects.count(), Letter.objects.count()) == (0, 0)


def test_the_example_of_bad_words_says_what_is_wrong():
    client, _ = signed_in()
    page = client.post(address(factories.round_(), "_example"), {**OWN, "body": "{fel}"}).content.decode()
    assert "{fel} finns inte här." in unescape(page)
    assert "css/portal" in page  # it looks as the rest does


def test_the_words_about_the_example_may_stand_in_our_own_frame_only():
    client, _ = signed_in()
    answer = client.post(address(factories.round_(), "_example"), {**OWN, "body": "{fel}"})
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_the_preview_offers_to_change_the_words_and_shows_them():
    party = factories.party()
    factories.mandate(party)
    meeting, (client, _) = invited_meeting(party), signed_in()
    url = reverse("staff:letters_preview", args=[meeting.pk, "invitation"])
    assert "Lägg till en hälsning eller ändra orden" in client.get(url).content.decode()
    assert save(client, meeting).url == url
    assert f"Kom till {in_sentence(meeting.title)}" in client.get(url).content.decode()


def test_administrators_change_a_rounds_words_but_not_a_mailings():
    client, _ = signed_in(Role.ADMINISTRATOR)
    meeting = factories.meeting()
    answers = [save(client, owner).status_code for owner in (meeting.round, meeting)]
    assert answers == [302, 403]
