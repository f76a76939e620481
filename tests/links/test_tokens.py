"""Personal links: nothing but the whole, genuine, living token opens, and it opens one purpose only."""

import base64
import random
import string
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from dialog_portal.links import actions
from dialog_portal.links.actions import LENGTH, find, mint, prolong, renew, revoke, token
from dialog_portal.links.models import Link

pytestmark = pytest.mark.django_db
ALPHABET = string.ascii_letters + string.digits + "-_"


def make(purpose="svar") -> Link:
    return mint(purpose, timezone.now() + timedelta(days=10))


def test_a_token_is_42_characters_and_finds_its_link():
    link = make()
    assert len(token(link)) == LENGTH
    assert find(token(link), "svar") == link


def test_a_token_is_the_same_each_time():
    link = make()
    assert token(link) == token(Link.objects.get(pk=link.pk))


def test_another_purpose_finds_nothing():
    assert find(token(make("svar")), "synpunkter") is None


def test_a_link_with_the_purpose_changed_in_the_database_is_worthless():
    link = make("svar")
    before = token(link)
    Link.objects.update(purpose="synpunkter")
    assert find(before, "synpunkter") is None


def test_expired_finds_nothing_and_prolonged_opens_again():
    link = make()
    with time_machine.travel(timezone.now() + timedelta(days=11)):
        assert find(token(link), "svar") is None
        prolong([link], timezone.now() + timedelta(days=1))
        assert find(token(link), "svar") == link


def test_revoked_finds_nothing():
    link = make()
    revoke(link)
    revoke(link)
    assert find(token(link), "svar") is None


def test_renewed_makes_the_old_token_worthless_and_gives_a_new_one():
    link = make()
    old = token(link)
    assert find(token(renew(link)), "svar") == link
    assert find(old, "svar") is None


def test_a_changed_key_still_opens_old_letters_until_it_is_taken_away(settings):
    link = make()
    old = token(link)
    settings.LINK_KEYS = ["a new key", *settings.LINK_KEYS]
    assert token(link) != old
    assert find(old, "svar") == find(token(link), "svar") == link
    settings.LINK_KEYS = ["a new key"]
    assert find(old, "svar") is None


def test_the_database_alone_opens_nothing(settings):
    """Somebody with a dump knows everything but the key; signing with another key gives a token that is refused."""
    link = make()
    ours, settings.LINK_KEYS = settings.LINK_KEYS, ["guess"]
    forged = token(link)
    settings.LINK_KEYS = ours
    assert find(forged, "svar") is None
    assert find(token(link), "svar") == link


def spellings(text: str) -> list[str]:
    """Other texts that decode to the same bytes, because the last character carries spare bits."""
    raw = base64.urlsafe_b64decode(text + "==")
    tails = [text[:-1] + char for char in ALPHABET]
    return [tail for tail in tails if tail != text and base64.urlsafe_b64decode(tail + "==") == raw]


def test_a_second_spelling_of_the_same_bytes_is_refused():
    text = token(make())
    assert len(spellings(text)) == 3 or len(spellings(text)) == 15
    assert {find(other, "svar") for other in spellings(text)} == {None}


def mangled(text: str, other: str, chance: random.Random) -> str:
    """One of the ways in which links are broken: by mail programs, by hand, or on purpose."""
    place = chance.randrange(len(text))
    return chance.choice(
        [
            text[:place],
            text[:place] + chance.choice(ALPHABET.replace(text[place], "")) + text[place + 1 :],
            text[:place] + text[place].swapcase() + text[place + 1 :] if text[place].isalpha() else text[1:],
            text.lower() if text.lower() != text else text[:-1],
            text + chance.choice(ALPHABET + "=.>%"),
            text[: place or 1] + other[place or 1 :],
            "".join(chance.choices(ALPHABET, k=LENGTH)),
            text[:place] + chance.choice("\0 \n\u2028åé/+=") + text[place + 1 :],
            f"{text}{text}",
        ]
    )


def several(one: str, two: str, chance: random.Random, number: int) -> set[str]:
    tried: set[str] = set()
    while len(tried) < number:
        tried |= {mangled(one, two, chance)} - {one, two}
    return tried


@pytest.mark.fault
def test_mangled_tokens_find_nothing(seed, size, figure):
    chance = random.Random(seed)
    one, two = token(make()), token(make())
    tried = several(one, two, chance, size(2_000, 100_000))
    hits = [text for text in tried if find(text, "svar")]
    figure("mangled tokens tried", len(tried))
    figure("mangled tokens that opened", len(hits))
    assert hits == []


@pytest.mark.fault
def test_control_without_the_proof_a_mangled_token_would_open(monkeypatch):
    link = make()
    text = token(link)
    broken = text[:-2] + ("AA" if text[-2:] != "AA" else "EE")
    assert find(broken, "svar") is None
    monkeypatch.setattr(actions, "signed", lambda *_: True)
    assert find(broken, "svar") == link
