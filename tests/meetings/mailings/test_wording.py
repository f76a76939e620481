"""The words of the letters: standard unless changed, the same in both parts, and nothing slips in through them."""

from __future__ import annotations

import re
from email import message_from_bytes
from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from dialog_portal.access.models import Role
from dialog_portal.base.swedish import clock, weekday
from dialog_portal.base.typed_text import name_without_links
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.encrypted_bytes import decrypt
from dialog_portal.outbox.models import Letter
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.actions import wording
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.mailings.letters.wording import PLACEHOLDERS, STANDARD, Words, fill_words
from meetings.models import Meeting, MeetingState, Purpose, Wording
from meetings.planning.actions.rounds import copy_round
from tests import factories
from tests.meetings.acting import signed_in
from tests.meetings.invitations.test_invite import invited_meeting, loaded, previewed, send

pytestmark = pytest.mark.django_db
INVITATION = MAILINGS[Purpose.INVITATION]
OWN = {
    "subject": "Kom till {möte}",
    "heading": "Välkommen {namn}",
    "body": "Hej!\n\nVi ses {dag} & äter <lunch>.",
}


BOOK = (
    "Vi bjuder in Nacka till Dialogmöte och ber dig boka tiden redan nu. "
    "Inbjudan med dagordning kommer senare."
)
INVITED_TO = (
    "Inbjudan gäller Nacka, som har 3 platser vid mötet. "
    "Ska någon annan gå i ditt ställe anger du det i svaret."
)
COMING = "Du har svarat att du kommer för Nacka, och du har en plats. Här är tid och plats en gång till."
RELEASE = "Kan du inte längre komma? Svara på det här brevet så snart du kan, så kan någon annan få platsen."
CHANGED = (
    "Tiden eller platsen för Dialogmöte har ändrats. Det här gäller nu. "
    "Den bifogade kalenderfilen ersätter den du fick tidigare."
)
REMOVES = "Den bifogade kalenderfilen tar bort mötet ur din kalender."


def one_letter(meeting: Meeting, purpose: str = Purpose.INVITATION, **values: Any) -> Draft:
    invitee = factories.invitee(factories.invitation(meeting, factories.party()), **values)
    return compose(MAILINGS[purpose], loaded(meeting), invitee)


def worded(owner: Any, purpose: str = Purpose.INVITATION, **values: Any) -> Wording:
    return wording_row(owner, purpose, **{**OWN, **values})


def wording_row(owner: Any, purpose: str, **values: Any) -> Wording:
    kind = "meeting" if isinstance(owner, Meeting) else "round"
    return Wording.objects.create(**{kind: owner, "purpose": purpose, **values})


def opening(text: str) -> str:
    """What stands above the facts in the plain part."""
    return text.split("\n\nNär:")[0]


def words_in(html: str) -> str:
    """Heading and paragraphs above the facts in the HTML part, as text."""
    start, end = html.index("<h1"), html.index("cell-facts", html.index("<h1"))
    marked = re.sub(r"<br\s*/?>|</p>|</h1>", "\n", html[start:end].rpartition("<tr")[0])
    return " ".join(unescape(strip_tags(marked)).split())


# --- What the letters say by themselves ------------------------------------------------------------------------------


def test_standard_letters_say_what_they_always_did():
    meeting = factories.meeting(title="Dialogmöte", message="Välkomna!\n\nVi bjuder på\nkaffe.", seats=3)
    day, reply = weekday(meeting.starts_at), f"{weekday(meeting.reply_by)} kl. {clock(meeting.reply_by)}"
    said = {
        Purpose.SAVE_THE_DATE: (
            f"Boka dagen: Dialogmöte, {day}",
            "Boka dagen för Dialogmöte",
            BOOK,
        ),
        Purpose.INVITATION: (
            f"Inbjudan: Dialogmöte, {day}",
            "Inbjudan till Dialogmöte",
            "Välkomna!",
            "Vi bjuder på\nkaffe.",
            INVITED_TO,
            f"Svara senast {reply}. Du kan ändra ditt svar fram till dess.",
        ),
        Purpose.REMINDER: (
            "Påminnelse: svara på inbjudan till Dialogmöte",
            "Vi har inte fått ditt svar",
            f"Vi vill gärna veta om Nacka kommer till Dialogmöte. Svara senast {reply}.",
            "Har du redan svarat på annat sätt kan du bortse från det här brevet.",
        ),
        Purpose.COMING: (
            f"Påminnelse: Dialogmöte, {day}",
            "Snart är det dags för Dialogmöte",
            COMING,
            RELEASE,
        ),
        Purpose.UPDATE: (
            f"Ändrat: Dialogmöte, {day}",
            "Ny tid eller plats för Dialogmöte",
            CHANGED,
            f"Har du redan svarat står ditt svar kvar. Du kan ändra det, eller svara, senast {reply}.",
        ),
        Purpose.CANCELLATION: (
            f"Inställt: Dialogmöte, {day}",
            "Dialogmöte är inställt",
            f"Dialogmöte {day} är inställt. Du behöver inte göra något. {REMOVES}",
        ),
    }
    invitee = factories.invitee(factories.invitation(meeting, factories.party(name="Nacka")), name="Åsa")
    for purpose, (subject, heading, *paragraphs) in said.items():
        draft = compose(MAILINGS[purpose], loaded(meeting), invitee)
        text = "\n\n".join([heading, "Hej Åsa!", *paragraphs])
        whole = f"Region Stockholm · Kulturförvaltningen\n\n{text}"
        assert (draft.subject, opening(draft.text)) == (subject, whole)
        assert words_in(draft.html) == " ".join(text.split())


def test_the_reason_is_given_when_there_is_one():
    meeting = factories.meeting(state=MeetingState.CANCELLED)
    meeting.steps.create(before="planned", after="cancelled", by=factories.user(), reason="Storm.")
    assert opening(one_letter(meeting, Purpose.CANCELLATION).text).endswith("Orsak: Storm.")


def test_every_mailing_that_staff_send_for_a_meeting_has_words():
    assert set(MAILINGS) == set(STANDARD)


def test_every_placeholder_has_a_value():
    meeting = factories.meeting()
    body = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    worded(meeting, body=body)
    assert "{" not in opening(one_letter(meeting).text)


# --- Whose words are used --------------------------------------------------------------------------------------------


def test_changed_words_stand_in_subject_and_both_parts():
    meeting = factories.meeting(title="Dialogmöte")
    worded(meeting.round)
    draft = one_letter(meeting, name="Åsa")
    day = weekday(meeting.starts_at)
    assert draft.subject == "Kom till Dialogmöte"
    assert opening(draft.text).endswith(f"Välkommen Åsa\n\nHej!\n\nVi ses {day} & äter <lunch>.")
    assert words_in(draft.html) == f"Välkommen Åsa Hej! Vi ses {day} & äter <lunch>."
    assert "&lt;lunch&gt;" in draft.html


def test_a_meetings_own_words_go_before_the_rounds_and_reach_no_other_meeting():
    mine, other = factories.meeting(), factories.meeting()
    worded(mine.round, subject="Omgångens")
    worded(mine, subject="Mötets")
    assert (one_letter(mine).subject, one_letter(other).subject) == ("Mötets", "Omgångens")


def test_resting_words_are_not_used():
    meeting = factories.meeting(title="Möte")
    worded(meeting, active=False)
    assert one_letter(meeting).subject.startswith("Inbjudan: Möte")


def test_preview_is_what_the_outbox_stores_with_changed_words():
    party = factories.party()
    factories.mandate(party)
    meeting = invited_meeting(party)
    worded(meeting)
    ((_, draft),) = mailings_send.drafts_for(INVITATION, loaded(meeting))
    send(meeting)
    stored = read_content(Letter.objects.get())
    assert stored is not None
    assert (stored.subject, stored.text.strip(), stored.html.strip()) == (
        draft.subject,
        draft.text.strip(),
        draft.html.strip(),
    )
    assert stored.subject == f"Kom till {meeting.title}"


@pytest.mark.parametrize("level", ["round", "meeting"])
def test_sending_is_refused_when_the_words_changed_since_the_preview(level: str):
    party = factories.party()
    factories.mandate(party)
    meeting = invited_meeting(party)
    seen = previewed(meeting)
    worded(meeting.round if level == "round" else meeting)
    with pytest.raises(mailings_send.PreviewOutdated):
        mailings_send.send_previewed_letters(INVITATION, meeting, previewed=seen, by=factories.user())
    assert Letter.objects.count() == 0


def test_letters_of_a_mailing_ask_for_the_words_once():
    few, many = [factories.party()], [factories.party() for _ in range(26)]
    for party in few + many:
        factories.mandate(party)
    asked = []
    for parties in (few, many):
        meeting = invited_meeting(*parties)
        worded(meeting)
        with CaptureQueriesContext(connection) as queries:
            drafts = mailings_send.drafts_for(INVITATION, loaded(meeting))
        assert len(drafts) == len(parties)
        asked.append((len(queries), sum("meetings_wording" in query["sql"] for query in queries)))
    assert asked[0] == asked[1]
    assert asked[1][1] == 2


def test_copying_a_round_copies_its_words_but_not_those_of_meetings_or_resting_ones():
    meeting = factories.meeting(round=factories.round_(year=2030))
    worded(meeting.round)
    worded(meeting.round, Purpose.UPDATE, active=False)
    worded(meeting, Purpose.REMINDER)
    made = copy_round(meeting.round, year=2031, meetings=[meeting], by=factories.user())
    copied = made.wordings.get()
    assert (copied.purpose, copied.subject, copied.body) == (Purpose.INVITATION, OWN["subject"], OWN["body"])
    assert made.meetings.get().wordings.count() == 0


@pytest.mark.parametrize("whose", ["both", "neither"])
def test_words_belong_to_a_round_or_to_a_meeting(whose: str):
    meeting = factories.meeting()
    owners = {"round": meeting.round, "meeting": meeting} if whose == "both" else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        Wording.objects.create(purpose=Purpose.INVITATION, **OWN, **owners)


# --- What may be typed -----------------------------------------------------------------------------------------------


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
    ("body", "Hej\x1b[31m", "Texten innehåller osynliga styrtecken."),
    ("body", "Hej \u202etxt", "Texten innehåller osynliga styrtecken."),
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
        assert one_letter(meeting).subject == "Kom till Möte"
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
    assert (page.count(">ändrad<"), page.count(">standard<")) == (1, 5)
    assert "Mötet med egna ord" in page


@pytest.mark.parametrize("purpose", list(STANDARD))
@pytest.mark.parametrize("level", ["round", "meeting"])
def test_the_example_is_the_letter_with_the_typed_words_and_writes_nothing(purpose: str, level: str):
    client, _ = signed_in()
    meeting = factories.meeting()
    owner = meeting.round if level == "round" else meeting
    page = client.post(address(owner, "_example", purpose), {**OWN, "seen_version": "0"}).content.decode()
    assert "Välkommen Kim Exempelsson" in page
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
    assert f"Kom till {meeting.title}" in client.get(url).content.decode()


def test_administrators_change_a_rounds_words_but_not_a_mailings():
    client, _ = signed_in(Role.ADMINISTRATOR)
    meeting = factories.meeting()
    answers = [save(client, owner).status_code for owner in (meeting.round, meeting)]
    assert answers == [302, 403]


# --- Nothing slips in ------------------------------------------------------------------------------------------------

PAYLOADS = [
    "Anna\r\nBcc: alla@evil.example",
    "Anna\nSubject: Vinst",
    "Anna\u2028X-Extra: 1",
    "Anna\x07",
    "<a href='https://evil.example'>Anna</a>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</p></td></tr></table><h1>Hej",
    "{{ meeting.uid }}",
    "{% include 'x' %}",
    "{part} {namn}",
    "https://evil.example/logga-in",
    "www.evil.example",
    "evil.se",
    "evil\u200b.se",
    "evil。com",
    "ｅｖｉｌ．ｃｏｍ／ａ",
    "anna@evil.example",
    "mailto:anna@evil.example?bcc=x",
    "javascript:alert(1)",
    "=?utf-8?q?Bcc:_x?=",
    "\u202eannA",
    "A" * 120,
]
LINKED = re.compile(r"://|www\.\S|\w@\w|\w\.\w|\w:\S", re.IGNORECASE)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_guests_name_brings_no_header_link_or_html(payload: str):
    meeting = factories.meeting(title="Möte")
    worded(meeting, subject="Hej {namn}", heading="{namn}", body="{namn}")
    plain, spiked = one_letter(meeting, name="Anna"), one_letter(meeting, name=payload)
    name = spiked.subject.removeprefix("Hej ")
    assert (len(name) <= 80, LINKED.search(name), "\n" in name) == (True, None, False)
    assert words_in(spiked.html) == f"{name} {name}"
    assert re.findall(r"</?\w+", spiked.html) == re.findall(r"</?\w+", plain.html)
    assert len(re.findall(r"://", spiked.text)) == len(re.findall(r"://", plain.text))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_staffs_words_bring_no_header_or_html(payload: str):
    party = factories.party()
    factories.mandate(party, factories.person(name="Anna"))
    meeting = invited_meeting(party)
    worded(meeting, subject=payload[:150], heading=payload[:150], body=payload)
    ((_, draft),) = mailings_send.drafts_for(INVITATION, loaded(meeting))
    tags = [tag for tag in re.findall(r"</?(\w+)", draft.html) if tag in {"script", "img", "svg"}]
    assert (tags, draft.html.count("<a "), draft.html.count("<h1")) == ([], standard_links(meeting), 1)
    if "\x07" in payload or "\u202e" in payload:
        return  # the outbox refuses these, and so does the form
    send(meeting)
    raw = Letter.objects.get().raw
    assert raw is not None
    mail = message_from_bytes(decrypt(raw))
    assert {"Bcc", "X-Extra"} & set(mail.keys()) == set()
    assert len(mail.get_all("Subject", [])) == 1


def standard_links(meeting: Meeting) -> int:
    Wording.objects.filter(meeting=meeting).update(active=False)
    ((_, draft),) = mailings_send.drafts_for(INVITATION, loaded(meeting))
    Wording.objects.filter(meeting=meeting).update(active=True)
    return draft.html.count("<a ")


def test_without_the_guard_the_payloads_would_be_links():
    links = [payload for payload in PAYLOADS if LINKED.search(payload)]
    assert len(links) >= 7
    assert [name_without_links(name) for name in links if LINKED.search(name_without_links(name))] == []


@pytest.mark.parametrize("name", ["Åsa Öhrn", "Anna-Karin O'Neill", "Maria (vik.) Berg & Co", "J. R. Ek"])
def test_ordinary_names_stay_as_they_are(name: str):
    assert name_without_links(name) == name


def test_a_value_with_braces_is_not_filled_again():
    words = fill_words(Words("{namn}", "{namn}", "{namn}"), {"namn": "{part}", "part": "Nacka"})
    assert words == Words("{part}", "{part}", "{part}")
