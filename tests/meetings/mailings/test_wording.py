"""What the letters say, by themselves and in staff's own words."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dialog_portal.base.swedish import clock, weekday
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.models import Letter
from meetings.mailings.actions import send as mailings_send
from meetings.mailings.letters.compose import compose
from meetings.mailings.letters.recipients import MAILINGS
from meetings.mailings.letters.wording import PLACEHOLDERS, STANDARD
from meetings.models import MeetingState, Purpose, Wording
from meetings.planning.actions.rounds import copy_round
from tests import factories
from tests.meetings.invitations.test_invite import invited_meeting, loaded, previewed, send
from tests.meetings.mailings.words import INVITATION, OWN, one_letter, worded, words_in

pytestmark = pytest.mark.django_db
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


def opening(text: str) -> str:
    """What stands above the facts in the plain part."""
    return text.split("\n\nNär:")[0]


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
        Purpose.AGENDA: (
            f"Ny dagordning: Dialogmöte, {day}",
            "Ny dagordning för Dialogmöte",
            "Dagordningen för Dialogmöte har ändrats sedan vi skickade den till dig. Här är den som gäller nu.",
            f"Har du redan svarat står ditt svar kvar. Du kan ändra det, eller svara, senast {reply}.",
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
