"""What the letters say, by themselves and in staff's own words."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dialog_portal.base.swedish import clock, in_sentence, span, weekday
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.draft import Draft
from dialog_portal.outbox.models import Letter
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.compose import WITHOUT_CALENDAR, compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.mailings.letters.what_changed import beginning
from meetings.mailings.letters.wording import PLACEHOLDERS, STANDARD, fill_placeholders
from meetings.models import MeetingState, Purpose, Wording
from meetings.planning.actions.rounds import copy_round
from tests import factories
from tests.meetings.invitations.test_invite import invited_meeting, loaded, previewed, send
from tests.meetings.mailings.words import INVITATION, OWN, one_letter, worded, words_in

pytestmark = pytest.mark.django_db
BOOK = (
    "Boka tiden redan nu: vi tänker bjuda in Nacka till dialogmöte. Det här är inte inbjudan. Den kommer senare, med "
    "dagordning och sista dag att svara."
)
INVITED_TO = (
    "Inbjudan gäller Nacka, som har 3 platser vid mötet. "
    "Ska någon annan gå i ditt ställe anger du det i svaret."
)
COMING = "Du har svarat att du kommer för Nacka, och du har en plats. Här är tid och plats en gång till."
RELEASE = "Kan du inte längre komma? Svara på det här brevet så snart du kan, så kan någon annan få platsen."
NOT_YET = "Du behöver inte svara än. Vet du redan nu om du kan komma får du gärna säga det."
REPLACES = "Den bifogade kalenderfilen ersätter den du fick tidigare."
REMOVES = (
    "Har du mötet i din kalender? Öppna den bifogade kalenderfilen för att ta bort det. "
    "Står det kvar tar du bort det själv."
)


def opening(text: str) -> str:
    """What stands above the facts in the plain part."""
    return text.split("\n\nNär:")[0]


# --- What the letters say by themselves ------------------------------------------------------------------------------


def test_standard_letters_say_what_they_always_did():
    meeting = factories.meeting(title="Dialogmöte", message="Välkomna!\n\nVi bjuder på\nkaffe.", seats=3)
    day, reply = weekday(meeting.starts_at), f"{weekday(meeting.reply_by)} kl. {clock(meeting.reply_by)}"
    when = span(meeting.starts_at, meeting.ends_at)
    said = {
        Purpose.SAVE_THE_DATE: (
            f"Boka dagen: Dialogmöte, {day}",
            "Boka dagen för dialogmöte",
            BOOK,
            NOT_YET,
        ),
        Purpose.INVITATION: (
            f"Inbjudan: Dialogmöte, {day}",
            "Inbjudan till dialogmöte",
            "Välkomna!",
            "Vi bjuder på\nkaffe.",
            INVITED_TO,
            f"Svara senast {reply}. Du kan ändra ditt svar fram till dess.",
        ),
        Purpose.REMINDER: (
            "Påminnelse: svara på inbjudan till dialogmöte",
            "Vi har inte fått ditt svar",
            f"Vi vill gärna veta om Nacka kommer till dialogmöte. Svara senast {reply}.",
            "Har du redan svarat på annat sätt kan du bortse från det här brevet.",
        ),
        Purpose.COMING: (
            f"Påminnelse: Dialogmöte, {day}",
            "Snart är det dags för dialogmöte",
            COMING,
            RELEASE,
        ),
        Purpose.AGENDA: (
            f"Ny dagordning: Dialogmöte, {day}",
            "Ny dagordning för dialogmöte",
            "Dagordningen för dialogmöte har ändrats sedan vi skickade den till dig. Här är den som gäller nu.",
            f"Har du redan svarat står ditt svar kvar. Du kan ändra det, eller svara, senast {reply}.",
        ),
        Purpose.UPDATE: (
            f"Ny tid eller plats: Dialogmöte, {beginning(meeting.starts_at)}",
            "Ny tid eller plats för dialogmöte",
            f"Dialogmöte har ändrats. Nu gäller {when}.",
            REPLACES,
            f"Har du redan svarat står ditt svar kvar. Du kan ändra det, eller svara, senast {reply}.",
        ),
        Purpose.CANCELLATION: (
            f"Inställt: Dialogmöte, {day}",
            "Dialogmöte är inställt",
            f"Dialogmöte {day} är inställt. Du behöver inte svara.",
            REMOVES,
        ),
    }
    invitee = factories.invitee(factories.invitation(meeting, factories.party(name="Nacka")), name="Åsa")
    for purpose, (subject, heading, *paragraphs) in said.items():
        draft = compose(MAILINGS[purpose], loaded(meeting), invitee)
        text = "\n\n".join([heading, "Hej Åsa!", *paragraphs])
        whole = f"Region Stockholm · Kulturförvaltningen\n\n{text}"
        assert (draft.subject, opening(draft.text)) == (subject, whole)
        assert words_in(draft.html) == " ".join(text.split())
    assert set(said) == set(STANDARD)


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
    assert draft.subject == "Kom till dialogmöte"
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
    assert stored.subject == f"Kom till {in_sentence(meeting.title)}"


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


def test_on_the_way_back_only_the_words_of_the_letter_that_is_unknown_there_are_removed():
    round_ = factories.round_()
    for purpose in (Purpose.AGENDA, Purpose.INVITATION):
        round_.wordings.create(purpose=purpose, subject="Ämne", heading="Rubrik", body="Hej {namn}!")
    import_module("meetings.migrations.0020_words_of_unknown_letters_leave_on_the_way_back").remove_words(
        apps, None
    )
    assert [row.purpose for row in round_.wordings.all()] == [Purpose.INVITATION]


# --- What lists of letters and calendars show ------------------------------------------------------------------------


def preheader(draft: Draft) -> str:
    found = re.search(r'<div class="preheader"[^>]*>(.*?)</div>', draft.html)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("purpose", MAILINGS)
def test_every_mailing_has_a_calendar_file_and_says_the_essential_beside_its_subject(purpose: str):
    draft = one_letter(factories.meeting(town="Nacka"), purpose)
    assert (draft.calendar is None) == (purpose in WITHOUT_CALENDAR)
    assert len(preheader(draft)) > 20
    assert preheader(draft) != draft.subject


def test_the_day_to_book_and_the_invitation_are_told_apart_at_a_glance():
    meeting = factories.meeting()
    booked, invited = (one_letter(meeting, kind) for kind in (Purpose.SAVE_THE_DATE, Purpose.INVITATION))
    assert preheader(booked).endswith("Inbjudan kommer senare.")
    assert preheader(invited).startswith("Svara senast ")
    assert ("Svar: Vi bjuder in senare" in booked.text, "Svara senast: " in booked.text) == (True, False)
    assert ("Svar: Vi bjuder in senare" in invited.text, "Svara senast: " in invited.text) == (False, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Vi ses på {möte}.", "Vi ses på dialogmöte med KLYS."),
        ("{möte} är inställt.", "Dialogmöte med KLYS är inställt."),
        ("Hej! {möte} börjar snart.", "Hej! Dialogmöte med KLYS börjar snart."),
        ("Inbjudan: {möte}", "Inbjudan: Dialogmöte med KLYS"),
        ("{dag} ses vi.", "Torsdag 6 maj 2027 ses vi."),
        ("Vi ses {dag}.", "Vi ses torsdag 6 maj 2027."),
    ],
)
def test_a_capital_stands_where_a_sentence_begins_and_not_inside_it(text: str, said: str):
    assert fill_placeholders(text, {"möte": "Dialogmöte med KLYS", "dag": "torsdag 6 maj 2027"}) == said


@pytest.mark.parametrize("title", ["KLYS årsmöte", "Nackas dialog", "Kommunförbundets dag", "EU-dialog", ""])
def test_a_title_keeps_the_capital_of_a_name(title: str):
    assert in_sentence(title) == title


@pytest.mark.parametrize(
    "title", ["Dialogen", "Kommundialog, västra gruppen", "Rundabordssamtal om scenkonst", "Årets dialog"]
)
def test_a_title_that_begins_with_an_ordinary_word_loses_its_capital(title: str):
    assert in_sentence(title) == title[0].lower() + title[1:]
