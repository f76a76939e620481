"""What a line of typed text may hold: names of every language pass, what a mail program makes a link of does not."""

import re
import unicodedata
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from dialog_portal.access.forms import InviteForm
from dialog_portal.base.typed_text import (
    CONTROL_CHARACTERS,
    DIRECTION_MARKS,
    LINE_BREAKS,
    name_without_links,
    only_a_name,
)
from dialog_portal.outbox.draft import check_deliverable
from dialog_portal.outbox.pages.forms import Correct
from meetings.attendance.forms import AddAttendee
from meetings.invitations.forms import FreeGuest
from meetings.models import Meeting
from meetings.replies.forms.guest import OwnAddress, SomebodyElse
from meetings.replies.forms.staff import NoteReply
from parties.forms.mandate import HolderForm, PersonForm
from tests import factories

NAMES = [
    "Åsa Öhrn", "Anna-Karin Sjölander", "von Ähren", "Gustaf af Geijerstam", "Karl XVI Gustaf", "J. R. Ek", "J.R. Ek",
    "O'Brien", "O’Brien", "O´Brien", "Maria (vik.) Berg", "Elsa Laula", "Áile Ánne Gáppe", "Ŋillá Đoarvi Šaŋŋot",
    "Väinö Järvinen", "Yrjö Äijälä", "François d’Aubigné", "Zoë Lefèvre-Œuvrard", "Gal·la Plàcidia", "Nguyễn Thị Ánh",
    "محمد بن سلمان", "فاطمة الزهراء", "مُحَمَّد", "王小明", "毛利 さくら", "マリア・カールソン", "김민준", "Ольга Петрова",
    "Łukasz Żółć", "İbrahim Çelik", "दीपिका शर्मा", "יוסף ז׳בוטינסקי",
]  # fmt: skip
LINKS = [
    "evil.se", "evil․se", "evil．se", "evil。se", "evil｡se", "evil﹒se", "evil۔se", "evilꓸse", "ｅｖｉｌ．ｓｅ",
    "evil .se", "www.x", "ｗｗｗ．x", "anna@evil.example", "anna＠evil", "anna﹫evil", "https:evil", "javascript:x",
    "tel：0701234567", "evil／nu", "a\\b", "Ring 070 123 45 67", "Ring ０７０１２３", "Ring ①②③", "℅ evil", "<b>",
    "☎ evil", "evil\u2024com",
]  # fmt: skip
UNSEEN = [
    "An\u200bna", "An\u200dna", "An\u2060na", "An\ufeffna", "An\u00adna", "\u202eannA", "An\u200fna", "An\u2066na",
    "An\u034fna", "An\ufe0fna", "An\u3164na", "An\u115fna", "An\U000e0061na", "An\ue000na", "An\x07na", "An\nna",
]  # fmt: skip
LINKED = re.compile(
    r"://|www\.\S|\w@\w|\w[.\u2024\u3002\uff0e\uff61\ufe52\u06d4\ua4f8]\w|\w:\S", re.IGNORECASE
)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_many_languages_pass(name: str):
    only_a_name(name)
    assert name_without_links(name).replace(" ", "") == name.translate({0xB4: "'", 0xB7: "."}).replace(
        " ", ""
    )


@pytest.mark.parametrize("name", LINKS)
def test_what_reads_as_an_address_is_refused_and_is_no_link_in_a_letter(name: str):
    with pytest.raises(ValidationError, match="Skriv bara personens namn"):
        only_a_name(name)
    assert LINKED.search(name_without_links(name)) is None


def test_control_as_typed_the_look_alikes_are_links():
    assert len([name for name in LINKS if LINKED.search(name)]) >= 12


@pytest.mark.parametrize("name", UNSEEN)
def test_what_is_not_seen_is_refused_and_left_out_of_letters(name: str):
    with pytest.raises(ValidationError, match=r"tecken som inte syns|styrtecken|osynliga"):
        only_a_name(name)
    assert name_without_links(name).replace(" ", "") in {"Anna", "annA"}


@pytest.mark.parametrize("marks", [2, 3, 40])
def test_at_most_two_marks_lie_on_one_letter(marks: int):
    piled = "Ann" + "\u035c" * marks + "a"
    if marks == 2:
        only_a_name(piled)
        return
    with pytest.raises(ValidationError, match="fler än 2 tecken över eller under"):
        only_a_name(piled)


def test_a_line_refuses_every_control_and_turning_character_and_no_other():
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for char in map(chr, [*range(0x3000), *range(0xD7F0, 0xE010), *range(0xFF00, 0x10010)]):
        refused = (
            unicodedata.category(char) in {"Cc", "Cs"}
            or unicodedata.bidirectional(char) in turning
            or char in LINE_BREAKS
        )
        assert (bool(CONTROL_CHARACTERS.search(char)) or bool(DIRECTION_MARKS.search(char))) is refused, hex(
            ord(char)
        )


# --- Addresses -------------------------------------------------------------------------------------------------------

QUOTED = '"anna.ek"@kommun.example'
SENTENCE = "Skriv adressen utan citattecken, som namn@example.org."
PERSON = {"name": "Anna Ek", "organisation": "Nacka", "role": "reader"}
ENTERED: dict[str, tuple[Any, dict[str, Any]]] = {
    "substitute": (SomebodyElse, {"domains": [], "only_these": False}),
    "own": (OwnAddress, {}),
    "free guest": (FreeGuest, {}),
    "noted substitute": (NoteReply, {}),
    "attendee": (AddAttendee, {"meeting": Meeting()}),
    "account": (InviteForm, {}),
    "person": (PersonForm, {}),
    "holder": (HolderForm, {"chosen": None}),
    "letter": (Correct, {}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENTERED)
def test_an_address_in_quotation_marks_is_refused_at_its_field_wherever_it_is_typed(name: str):
    form, given = ENTERED[name]
    if form is AddAttendee:
        given = {"meeting": factories.meeting()}
    field = "address" if form is Correct else "email"
    typed = (QUOTED, '"anna ek"@kommun.example', '"anna\\ ek"@kommun.example', "anna.ek@kommun.example")
    quoted, spaced, escaped, taken = (form({**PERSON, field: value}, **given) for value in typed)
    assert [list(one.errors[field]) for one in (quoted, escaped)] == [[SENTENCE]] * 2
    assert (field in spaced.errors, field in taken.errors) == (True, False)


def test_a_letter_may_leave_for_an_address_in_quotation_marks_that_is_already_stored():
    check_deliverable(QUOTED)
