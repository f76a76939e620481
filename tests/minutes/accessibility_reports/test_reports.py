"""A reader reports a barrier: it is stored, its owner gets a letter, and nobody forgets to answer."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dialog_portal.access.models import Role
from dialog_portal.dashboard.tasks import tasks_for
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.encrypted_bytes import decrypt_letter
from dialog_portal.outbox.models import Letter
from minutes.accessibility_reports.views import MAX_REPORTS_PER_MINUTE
from minutes.models import AccessibilityReport, TextKind
from tests import factories
from tests.meetings.acting import signed_in
from tests.minutes.public_texts.texts import publish, write

pytestmark = [pytest.mark.once, pytest.mark.django_db]
FORM = reverse("public:report")
REPORT = {
    "kind": "barrier",
    "message": "Knappen <b>syns</b> inte.",
    "email": "ek@example.org",
    "name": "Eva Ek",
}


def test_a_report_reaches_its_owner_with_a_day_to_answer(settings):
    owner = factories.user()
    publish(write(TextKind.ACCESSIBILITY, owner=owner.pk, answer_days=10))
    visitor = Client()
    answer = visitor.post(FORM, REPORT)
    assert (answer.status_code, visitor.cookies.output()) == (303, "")
    assert "svarar inom 10 dagar" in visitor.get(answer["Location"]).content.decode()
    letter, report = Letter.objects.get(), AccessibilityReport.objects.get()
    assert (letter.address, report.owner) == (owner.email, owner)
    assert report.answer_by == timezone.localdate() + timedelta(days=10)
    content = read_content(letter)
    assert content is not None
    assert ("Knappen <b>syns</b> inte." in content.text, "&lt;b&gt;syns" in content.html) == (True, True)
    raw = message_from_bytes(decrypt_letter(letter.raw), policy=policy.default)
    assert "ek@example.org" in raw["Reply-To"]


def test_without_an_owner_the_shared_mailbox_gets_the_letter(settings):
    Client().post(FORM, {"kind": "format", "message": "Jag vill ha texten uppläst."})
    assert Letter.objects.get().address == settings.MAIL_REPLY_TO


@pytest.mark.parametrize(
    "wrong", [{"message": ""}, {"kind": "x"}, {"email": "inte en adress"}, {"page": "a\nBcc: b"}]
)
def test_a_form_that_lacks_something_is_shown_again_with_what_was_typed(wrong: dict[str, str]):
    page = Client().post(FORM, {**REPORT, "page": "/moten/2019/", **wrong})
    assert (page.status_code, AccessibilityReport.objects.count(), Letter.objects.count()) == (422, 0, 0)
    assert "Eva Ek" in page.content.decode()


def test_one_client_cannot_fill_the_mailbox():
    visitor = Client()
    answers = [visitor.post(FORM, REPORT).status_code for _ in range(MAX_REPORTS_PER_MINUTE + 1)]
    assert (answers[-1], Letter.objects.count()) == (429, MAX_REPORTS_PER_MINUTE)


def test_a_form_on_another_site_is_refused():
    answer = Client().post(FORM, REPORT, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, AccessibilityReport.objects.count()) == (403, 0)


def test_looking_writes_nothing():
    for address in (FORM, f"{FORM}?skickat=1"):
        assert Client().get(address).status_code == 200
    assert AccessibilityReport.objects.count() == 0


def tasks(user) -> list[str]:
    return [task.verb for task in tasks_for(user, timezone.now())[0]]


def test_an_unanswered_report_is_a_task_of_its_owner_until_the_answer_is_noted():
    owner, other = factories.user(), factories.user()
    publish(write(TextKind.ACCESSIBILITY, owner=owner.pk))
    Client().post(FORM, REPORT)
    report = AccessibilityReport.objects.get()
    verb = "Svara på en synpunkt"
    assert (verb in tasks(owner), verb in tasks(other)) == (True, False)
    client, by = signed_in(Role.APPROVER)
    client.post(reverse("staff:accessibility_report", args=[report.pk]), {"answer": "Knappen är rättad."})
    report.refresh_from_db()
    assert (report.answered_by, report.answer, verb in tasks(owner)) == (by, "Knappen är rättad.", False)


def test_an_answer_that_comes_second_stays_on_the_page_beside_the_first():
    Client().post(FORM, REPORT)
    report = AccessibilityReport.objects.get()
    where = reverse("staff:accessibility_report", args=[report.pk])
    first, second = (signed_in(Role.APPROVER)[0] for _ in range(2))
    first.post(where, {"answer": "Knappen är rättad."})
    said = second.post(where, {"answer": "Jag ringde Eva."}, follow=True).content.decode()
    assert "redan noterat" in said
    assert ("Knappen är rättad." in said, "Jag ringde Eva.</textarea>" in said) == (True, True)
    assert "Notera att den är besvarad" not in said
    report.refresh_from_db()
    assert report.answer == "Knappen är rättad."
    assert "<textarea" not in second.get(where).content.decode()


def test_a_late_report_says_so():
    report = AccessibilityReport.objects.create(
        kind="other",
        message="Hej",
        received_at=timezone.now(),
        answer_by=timezone.localdate() - timedelta(days=1),
    )
    client, _ = signed_in(Role.READER)
    assert "försenat" in client.get(reverse("staff:accessibility_reports")).content.decode()
    assert (report.is_late(timezone.localdate()), report.is_late(report.answer_by)) == (True, False)


def test_three_hundred_reports_make_as_many_queries_as_three(django_assert_max_num_queries):
    rows = [
        AccessibilityReport(
            kind="other", message="x" * 4000, received_at=timezone.now(), answer_by=timezone.localdate()
        )
        for _ in range(300)
    ]
    AccessibilityReport.objects.bulk_create(rows)
    client, _ = signed_in()
    with django_assert_max_num_queries(12):
        assert client.get(reverse("staff:accessibility_reports")).status_code == 200
