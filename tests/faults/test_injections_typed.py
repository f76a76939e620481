"""Attempts to write headers and properties of one's own, typed where people type."""

from __future__ import annotations

from collections import Counter

import pytest

from meetings import tasks
from meetings.models import Channel
from meetings.replies.actions import substitute_requests
from meetings.replies.actions.colleagues import bring_colleague
from tests.faults.typing import (
    ALL,
    INVITATION,
    MEETING,
    WORDS,
    Typists,
    Way,
    address,
    foreign,
    handed_over_past_the_field,
    letters_after,
    some,
)
from tests.meetings.acting import retyped, signed_in

pytestmark = [pytest.mark.fault, pytest.mark.django_db, pytest.mark.once]


def changed_meeting(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        world.type_("meeting_change", world.meeting.pk, **{**retyped(world.meeting), field: text})

    return way


def changed_round(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        row = world.meeting.round
        kept = {
            "year": row.year,
            "signer": row.signer,
            "signer_title": row.signer_title,
            "seen_version": row.version,
        }
        world.type_("round_change", row.year, **{**kept, field: text})

    return way


def changed_item(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        kept = {"title": world.item.title, "minutes": 20, "seen_version": world.item.version}
        world.type_("item_change", world.item.pk, **{**kept, field: text})

    return way


def new_words(field: str, *, rounds: bool) -> Way:
    def way(world: Typists, text: str) -> None:
        name, place = (
            ("wording", world.meeting.round.year) if rounds else ("meeting_wording", world.meeting.pk)
        )
        kept = {"subject": "Inbjudan", "heading": "Välkommen", "body": "Hej {namn}!", "seen_version": "0"}
        world.type_(name, place, INVITATION, **{**kept, field: text})

    return way


def free_guest(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        kept = {"organisation": "Folkets hus", "name": "Eva Lind", "email": "eva@folkets.example"}
        world.type_("guest_add", world.meeting.pk, **{**kept, field: text})

    return way


def noted(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        said = {"answer": "ersattare", "name": "Eva Lind", "email": "eva@kommun.example", "channel": "phone"}
        if world.type_("reply_note", world.chief.pk, **{**said, field: text}):
            world.deputy_answers_and_is_sent_home()

    return way


def substitute(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        said = {"svar": "ersattare", "name": "Eva Lind", "email": "eva@kommun.example"}
        if world.press(world.chief, **{**said, field: text}) and world.chief.substitutes.active().exists():
            world.deputy_answers_and_is_sent_home()

    return way


def outsider(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        said = {"svar": "ersattare", "name": "Eva Lind", "email": "eva@elsewhere.example"}
        if world.press(world.chief, **{**said, field: text}):
            world.wish_is_refused()

    return way


def colleague(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        said = {"svar": "kollega", "name": "Eva Lind", "email": "eva@kommun.example"}
        world.press(world.comes, **{**said, field: text})

    return way


def needs(field: str) -> Way:
    def way(world: Typists, text: str) -> None:
        if world.press(world.chief, svar="behov", **{field: text}):
            world.press(world.chief, svar="ja")

    return way


def link_again(world: Typists, text: str) -> None:
    if world.press(world.chief, "send_again", email=text.replace("eva@", "ada@")):
        tasks.send_links()


def cancelled(world: Typists, text: str) -> None:
    world.type_("meeting_cancel", world.meeting.pk, reason=text)


def brought_past_the_field(world: Typists, text: str) -> None:
    world.act(bring_colleague, world.comes, name=text, email="eva@kommun.example", channel=Channel.LINK)


def asked_for_past_the_field(world: Typists, text: str) -> None:
    said = {"name": text, "email": "eva@elsewhere.example", "channel": Channel.LINK}
    if world.act(substitute_requests.ask_for_substitute, world.chief, **said):
        world.wish_is_refused()


WAYS: dict[str, Way] = {
    **{f"meeting: {field}": changed_meeting(field) for field in MEETING},
    **{f"round: {field}": changed_round(field) for field in ("signer", "signer_title", "diary_number")},
    **{f"agenda: {field}": changed_item(field) for field in ("title", "description", "presenter")},
    **{f"round's words: {field}": new_words(field, rounds=True) for field in WORDS},
    **{f"meeting's words: {field}": new_words(field, rounds=False) for field in WORDS},
    **{f"free guest: {field}": free_guest(field) for field in ("organisation", "name", "email")},
    **{f"noted answer: {field}": noted(field) for field in ("name", "email", "note")},
    **{f"substitute: {field}": substitute(field) for field in ("name", "email")},
    **{f"substitute from elsewhere: {field}": outsider(field) for field in ("name", "email")},
    **{f"colleague: {field}": colleague(field) for field in ("name", "email")},
    **{f"needs: {field}": needs(field) for field in ("food", "access")},
    "link again: email": link_again,
    "cancelled: reason": cancelled,
    "substitute, past the field": handed_over_past_the_field,
    "colleague, past the field": brought_past_the_field,
    "substitute from elsewhere, past the field": asked_for_past_the_field,
}


def test_nothing_that_is_typed_becomes_a_header_or_a_property(size, figure):
    world = Typists(signed_in()[0])
    tried, refused, letters, found = 0, 0, 0, Counter[str]()
    for number, (name, way) in enumerate(WAYS.items()):
        for payload in some(ALL, number, size(1, 0)):
            no, raw = letters_after(way, address(payload) if name.endswith("email") else payload, world)
            tried, refused, letters = tried + 1, refused + no, letters + len(raw)
            for headers, properties in map(foreign, raw):
                found += Counter({f"{name}, headers": headers, f"{name}, properties": properties})
    figure("injections by form, fields", len(WAYS))
    figure(f"injections by form, refused of {tried} typed", refused)
    figure("injections by form, letters read", letters)
    figure("injections by form, headers and properties that were not ours", found.total())
    assert +found == Counter()
    assert letters > 0


# What is typed here stands in the letters that staff send afterwards
LATER = ("meeting", "round", "agenda", "free guest", "needs", "cancelled")


def test_each_way_writes_letters_when_what_is_typed_is_harmless():
    """Else a page that refuses everything would pass for safe."""
    world = Typists(signed_in()[0])
    fine = {"name": "Eva Lind", "email": "eva@kommun.example", "online": "https://mote.example/1"}
    fine |= {"diary_number": "KN 2027/1", "past the field": "Eva Lind"}
    for name, way in WAYS.items():
        known = [text for end, text in fine.items() if name.endswith(end)]
        text = (known or ["Ett ord"])[0]
        text = text.replace("kommun", "elsewhere") if "from elsewhere" in name else text
        refused, raw = letters_after(way, text, world, all_leave=False)
        assert (name, refused) == (name, False)
        assert raw or name.startswith(LATER), name
