"""Food and access needs, asked of those who come."""

import pytest

from meetings.models import Need
from tests.meetings.replies.guest_page.guest import look, press

pytestmark = pytest.mark.django_db


def test_needs_are_asked_of_those_who_come_with_purpose_and_time(chief):
    assert "Mat och tillgänglighet" not in look(chief)
    press(chief, svar="ja")
    assert "raderas 14 dagar efter mötet" in look(chief)
    press(chief, svar="behov", food="Vegetariskt", access="")
    assert list(Need.objects.values_list("food", "access")) == [("Vegetariskt", "")]
    assert "Uppgifterna är sparade" in look(chief)


def test_food_is_asked_about_only_where_a_meal_is_served(chief):
    chief.meeting.serves_meal = False
    chief.meeting.save()
    press(chief, svar="ja")
    assert "vegetarisk" not in look(chief)
    press(chief, svar="behov", food="Vegetariskt", access="Hörslinga")
    assert list(Need.objects.values_list("food", "access")) == [("", "Hörslinga")]
