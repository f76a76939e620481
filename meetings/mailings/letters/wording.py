"""The wording of letters: standard texts, staff's own texts, and what their placeholders stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dialog_portal.base.swedish import clock, in_sentence, span, weekday
from meetings.models import Meeting, Purpose, Round, Wording

# What each placeholder stands for, in the order that staff see them
PLACEHOLDERS = {
    "namn": "mottagarens namn",
    "part": "parten som är inbjuden",
    "möte": "mötets rubrik",
    "dag": "mötets dag",
    "tid": "mötets dag och klockslag",
    "plats": "var mötet hålls",
    "platser": "antalet platser, som 3 platser",
    "svara_senast": "sista dag och tid för svar",
    "år": "omgångens år",
}
# Whole paragraphs that come from the meeting, in the letters that have them
PASSAGES = {
    Purpose.INVITATION: {"hälsning": "mötets egen hälsning, i ett eget stycke"},
    Purpose.CANCELLATION: {"skäl": "varför mötet ställs in"},
}
# What letters about a change know besides, in subject and heading too
OF_CHANGE = {
    "ändring": "vad som är nytt, som Ny tid",
    "nu": "den nya tiden eller platsen",
    "nu_kort": "samma, kort, för ämnesraden",
    "förut": "den tid eller plats som mottagaren har fått tidigare",
    "förut_kort": "samma, kort, för ämnesraden",
}
PLACE = re.compile(r"\{([^{}\n]*)\}")
ANSWERS_CLOSED = "Sista svarsdag har passerat. Hör av dig till oss om något ändras."
DEADLINE = re.compile(r"\{\s*svara_senast\s*\}", re.IGNORECASE)
CAPITAL_AT_BEGINNING = {"dag", "tid", "plats", "svara_senast", "nu", "förut"}
BEFORE_SENTENCE = re.compile(r"(^|[.!?]\s+|\n\s*)\Z")
BEFORE_TITLE = re.compile(r"(^|[.!?:]\s+|\n\s*|[”\"»])\Z")
PARENTHESES = re.compile(r"\s*\([^()]*\)")
SENTENCE = re.compile(r"[.!?]\s+(?=[A-ZÅÄÖ])")
SUBJECT_MOST = 240  # the outbox takes 250


@dataclass(frozen=True)
class Words:
    """What staff can change in a letter, with placeholders or filled in; blank lines separate paragraphs."""

    subject: str
    heading: str
    body: str

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs of the text, without empty ones."""
        return [part.strip("\n") for part in re.split(r"\n\s*\n", self.body) if part.strip()]


STANDARD = {
    Purpose.SAVE_THE_DATE: Words(
        "Boka dagen: {möte}, {dag}",
        "Boka dagen för {möte}",
        "Hej {namn}!\n\n"
        "Boka tiden redan nu: vi tänker bjuda in {part} till {möte}. Det här är inte inbjudan. Den kommer senare, med "
        "dagordning och sista dag att svara.\n\n"
        "Du behöver inte svara än. Vet du redan nu om du kan komma får du gärna säga det.",
    ),
    Purpose.INVITATION: Words(
        "Inbjudan: {möte}, {dag}",
        "Inbjudan till {möte}",
        "Hej {namn}!\n\n"
        "{hälsning}\n\n"
        "Inbjudan gäller {part}, som har {platser} vid mötet. Ska någon annan gå i ditt ställe anger du det i svaret."
        "\n\nSvara senast {svara_senast}. Du kan ändra ditt svar fram till dess.",
    ),
    Purpose.REMINDER: Words(
        "Påminnelse: svara på inbjudan till {möte}",
        "Vi har inte fått ditt svar",
        "Hej {namn}!\n\n"
        "Vi vill gärna veta om {part} kommer till {möte}. Svara senast {svara_senast}.\n\n"
        "Har du redan svarat på annat sätt kan du bortse från det här brevet.",
    ),
    Purpose.COMING: Words(
        "Påminnelse: {möte}, {dag}",
        "Snart är det dags för {möte}",
        "Hej {namn}!\n\n"
        "Du har svarat att du kommer för {part}, och du har en plats. Här är tid och plats en gång till.\n\n"
        "Kan du inte längre komma? Svara på det här brevet så snart du kan, så kan någon annan få platsen.",
    ),
    Purpose.AGENDA: Words(
        "Ny dagordning: {möte}, {dag}",
        "Ny dagordning för {möte}",
        "Hej {namn}!\n\n"
        "Dagordningen för {möte} har ändrats sedan vi skickade den till dig. Här är den som gäller nu.\n\n"
        "Har du redan svarat står ditt svar kvar. Du kan ändra det, eller svara, senast {svara_senast}.",
    ),
    Purpose.UPDATE: Words(
        "{ändring}: {möte}, {nu_kort} (förut {förut_kort})",
        "{ändring} för {möte}",
        "Hej {namn}!\n\n"
        "{möte} har ändrats. Nu gäller {nu}.\n\n"
        "Det här skrev vi tidigare, och det gäller inte längre: {förut}.\n\n"
        "Den bifogade kalenderfilen ersätter den du fick tidigare.\n\n"
        "Har du redan svarat står ditt svar kvar. Du kan ändra det, eller svara, senast {svara_senast}.",
    ),
    Purpose.CANCELLATION: Words(
        "Inställt: {möte}, {dag}",
        "{möte} är inställt",
        "Hej {namn}!\n\n"
        "{möte} {dag} är inställt. Du behöver inte svara.\n\n"
        "Har du mötet i din kalender? Öppna den bifogade kalenderfilen för att ta bort det. "
        "Står det kvar tar du bort det själv.\n\n"
        "Orsak: {skäl}",
    ),
}
# What a list of letters shows beside the subject. The others are shown with their first words.
PREHEADERS = {
    Purpose.SAVE_THE_DATE: "{tid}, {plats}.\n\nInbjudan kommer senare.",
    Purpose.INVITATION: "Svara senast {svara_senast}.\n\n{tid}, {plats}.",
    Purpose.REMINDER: "Svara senast {svara_senast}.\n\n{tid}, {plats}.",
    Purpose.COMING: "{tid}, {plats}.",
}


def placeholder_name(name: str) -> str:
    """Return a placeholder's name in its normal form: {Möte} and { möte } are {möte}."""
    return unicodedata.normalize("NFC", name).strip().lower()


def words_for(owner: Round | Meeting, purpose: str) -> Words:
    """Return what the letter says: the meeting's own words, else the round's, else the standard.

    A meeting loaded with `with_letters()` makes no query here, so a whole mailing needs a fixed number of them.
    """
    own = next((row for row in owner.wordings.all() if row.active and row.purpose == purpose), None)
    return words_of(own) if own else words_without_own(owner, purpose)


def words_without_own(owner: Round | Meeting, purpose: str) -> Words:
    """Return what the letter says when the round or the meeting has no words of its own."""
    return words_for(owner.round, purpose) if isinstance(owner, Meeting) else STANDARD[Purpose(purpose)]


def words_of(row: Wording) -> Words:
    """Return the words stored in a row."""
    return Words(row.subject, row.heading, row.body)


def placeholder_values(context: Mapping[str, Any]) -> dict[str, str]:
    """Return what the placeholders stand for in one letter."""
    meeting, invitee = context["meeting"], context["invitee"]
    return {
        "namn": invitee.name_in_letters,
        "part": context["party"],
        "möte": meeting.title,
        "dag": weekday(meeting.starts_at),
        "tid": span(meeting.starts_at, meeting.ends_at),
        "plats": meeting.where,
        "platser": context["seats"],
        "svara_senast": reply_by(meeting),
        "år": str(meeting.round.year),
        "hälsning": meeting.message,
        "skäl": context["reason"],
        **change_values(context.get("change")),
    }


def reply_by(meeting: Meeting) -> str:
    """Return the last day and time to answer."""
    return f"{weekday(meeting.reply_by)} kl. {clock(meeting.reply_by)}"


def change_values(change: Any) -> dict[str, str]:
    """Return what the placeholders of a letter about a change stand for; none in another letter."""
    if not change:
        return {}
    long = {"ändring": change.kind, "nu": change.now, "förut": change.before}
    return long | {"nu_kort": change.now_short, "förut_kort": change.before_short}


def fill_words(words: Words, given: Mapping[str, str]) -> Words:
    """Return the words with their placeholders filled in, without paragraphs that contain an empty placeholder."""
    said = [fill_placeholders(part, given) for part in words.paragraphs if not lacks_value(part, given)]
    subject, heading = (
        " ".join(fill_placeholders(without_empty_parentheses(line, given), given).split())
        for line in (words.subject, words.heading)
    )
    return Words(subject[:SUBJECT_MOST], heading, "\n\n".join(said))


def without_empty_parentheses(line: str, given: Mapping[str, str]) -> str:
    """Return the line without parentheses that contain an empty placeholder."""
    return PARENTHESES.sub(lambda found: "" if lacks_value(found[0], given) else found[0], line)


def without_deadline(words: Words) -> Words:
    """Return the words for a letter after the deadline of answers.

    In each paragraph, the text from the sentence with the deadline on is replaced by a sentence that it has passed.
    """
    return replace(words, body="\n\n".join(map(cut_at_deadline, words.paragraphs)))


def cut_at_deadline(paragraph: str) -> str:
    """Return the paragraph cut before its sentence with the deadline, with the sentence that it has passed instead."""
    found = DEADLINE.search(paragraph)
    if not found:
        return paragraph
    ends = [end.end() for end in SENTENCE.finditer(paragraph[: found.start()])]
    return (paragraph[: ends[-1]] if ends else "") + ANSWERS_CLOSED


def fill_placeholders(text: str, given: Mapping[str, str]) -> str:
    """Return the text with every known placeholder replaced once; braces inside a value are left as they are.

    A day or place gets a capital where a sentence begins, and a meeting's title loses its own inside one.
    """

    def value_of(place: re.Match[str]) -> str:
        name, before = placeholder_name(place[1]), text[: place.start()]
        value = given.get(name, place[0])
        if name == "möte":
            return value if BEFORE_TITLE.search(before) else in_sentence(value)
        begins = name in CAPITAL_AT_BEGINNING and BEFORE_SENTENCE.search(before)
        return value[:1].upper() + value[1:] if begins else value

    return PLACE.sub(value_of, text)


def lacks_value(paragraph: str, given: Mapping[str, str]) -> bool:
    """Return whether a paragraph contains a placeholder whose value is empty."""
    return any(not given.get(name, "-").strip() for name in map(placeholder_name, PLACE.findall(paragraph)))


def placeholders_for(purpose: str, *, in_body: bool) -> dict[str, str]:
    """Return the placeholders of a letter's text, or of its subject and heading, with what they stand for."""
    of_kind = OF_CHANGE if purpose == Purpose.UPDATE else {}
    return PLACEHOLDERS | of_kind | (PASSAGES.get(Purpose(purpose), {}) if in_body else {})


def placeholder_list(names: Iterable[str]) -> str:
    """Return the placeholders as they are typed, separated by blanks."""
    return " ".join(f"{{{name}}}" for name in names)
