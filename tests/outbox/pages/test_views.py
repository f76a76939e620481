"""The staff's pages: found, read and acted on."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialog_portal.access.models import Role, User
from dialog_portal.outbox.health import record_pulse
from dialog_portal.outbox.mime import Attachment
from dialog_portal.outbox.models import Hold, Host, Letter, State
from dialog_portal.outbox.queue.deliver import deliver
from dialog_portal.outbox.queue.hold import hold
from dialog_portal.outbox.queue.post import post_all
from tests import factories
from tests.access.world import addresses
from tests.outbox.letters import draft, letter
from tests.pages import without_breaks


@pytest.fixture
def staff(db, client):
    client.force_login(factories.user())
    return client


def page(answer) -> str:
    return without_breaks(answer.content)


def test_empty_outbox_says_so(staff):
    assert "Utkorgen är tom" in page(staff.get("/arbete/utkorg/"))


def test_list_finds_by_swedish_name_and_state(staff):
    letter(name="Örjan ÅS", address="o@kommun.example")
    letter(name="Bo")
    found = page(staff.get("/arbete/utkorg/?q=örjan+ås"))
    assert "o@kommun.example" in found
    assert "1 brev passar in" in found
    assert "Inga brev passar in" in page(staff.get("/arbete/utkorg/?state=failed"))
    assert '2 brev: <a href="/arbete/utkorg/?state=waiting">2 väntar</a>.' in found


def test_list_takes_as_many_queries_for_many_as_for_few(staff):
    letter()
    staff.get("/arbete/utkorg/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        staff.get("/arbete/utkorg/")
    post_all([draft() for _ in range(300)])
    with CaptureQueriesContext(connection) as many:
        answer = staff.get("/arbete/utkorg/?page=2")
    assert len(many) == len(few)
    assert "Sida 2 av 7" in page(answer)


def test_letter_shows_what_the_recipient_gets(staff):
    row = letter(
        attachments=(Attachment("dagordning.pdf", "application/pdf", b"%PDF-x"),),
        calendar=b"BEGIN:VCALENDAR\r\n",
    )
    shown = staff.get(f"/arbete/utkorg/{row.pk}/")
    assert "dagordning.pdf" in page(shown)
    assert "frame-src 'self'" in shown["Content-Security-Policy"]
    body = staff.get(f"/arbete/utkorg/{row.pk}/innehall/")
    assert '<a target="_blank" rel="noopener noreferrer" href="https://dialog.example/svar/x">' in page(body)
    assert "frame-ancestors 'self'" in body["Content-Security-Policy"]
    assert "script-src" not in body["Content-Security-Policy"]
    assert body["X-Frame-Options"] == "SAMEORIGIN"
    assert body["Cache-Control"] == "no-store"
    pdf = staff.get(f"/arbete/utkorg/{row.pk}/innehall/2/")
    assert (pdf.content, pdf["Content-Disposition"]) == (b"%PDF-x", 'attachment; filename="dagordning.pdf"')
    assert staff.get(f"/arbete/utkorg/{row.pk}/innehall/3/").status_code == 404


def test_wiped_letter_says_so_kindly(staff):
    row = letter()
    Letter.objects.update(state=State.ACCEPTED, accepted_at=timezone.now(), raw=None)
    assert "Innehållet är raderat" in page(staff.get(f"/arbete/utkorg/{row.pk}/"))
    assert staff.get(f"/arbete/utkorg/{row.pk}/innehall/").status_code == 404


def test_stop_and_undo(staff):
    row = letter()
    assert "är stoppat" in page(staff.post(f"/arbete/utkorg/{row.pk}/stoppa/", follow=True))
    assert "Ångra och skicka ändå" in page(staff.get(f"/arbete/utkorg/{row.pk}/"))
    assert "Ångrat" in page(staff.post(f"/arbete/utkorg/{row.pk}/stoppa/", {"undo": 1}, follow=True))
    assert Letter.objects.get().state == State.QUEUED
    assert [step.by for step in row.steps.all()] == [User.objects.get()] * 2


def test_address_is_corrected_and_a_bad_one_refused(staff):
    row = letter()
    assert "giltig e-postadress" in page(staff.post(f"/arbete/utkorg/{row.pk}/adress/", {"address": "x"}))
    quoted = page(staff.post(f"/arbete/utkorg/{row.pk}/adress/", {"address": '"ny"@kommun.example'}))
    assert "utan citattecken" in quoted
    assert "samma adress" in page(staff.post(f"/arbete/utkorg/{row.pk}/adress/", {"address": row.address}))
    done = staff.post(f"/arbete/utkorg/{row.pk}/adress/", {"address": "ny@kommun.example"}, follow=True)
    assert "ny@kommun.example" in page(done)


@pytest.mark.parametrize(("outcome", "first"), [("address", "Rätta adressen"), ("policy", "Försök nu")])
def test_what_helps_is_the_first_button(staff, outcome, first):
    row = letter()
    row.attempts.create(fence=1, worker="prov", started=timezone.now(), ended=timezone.now(), outcome=outcome)
    Letter.objects.update(state=State.FAILED, fence=1, attempts_made=1)
    shown = page(staff.get(f"/arbete/utkorg/{row.pk}/"))
    assert re.findall(r'class="button button--primary"[^>]*>([^<]+)<', shown) == [first]


def test_told_in_another_way(staff):
    row = letter()
    done = page(staff.post(f"/arbete/utkorg/{row.pk}/meddelad/", {"how": "ringde i dag"}, follow=True))
    assert "ringde i dag" in done
    assert Letter.objects.get().state == State.STOPPED


def test_a_letter_that_a_person_saw_bounce_is_marked_so(staff):
    row = letter()
    where = f"/arbete/utkorg/{row.pk}/studsat/"
    assert "kan inte markeras som studsat" in page(staff.post(where, {"why": "adressen finns inte"}))
    Letter.objects.update(state=State.ACCEPTED, accepted_at=timezone.now(), last_code="250")
    assert "Brevet har studsat" in page(staff.get(f"/arbete/utkorg/{row.pk}/"))
    assert 'aria-invalid="true"' in page(staff.post(where, {"why": ""}))
    shown = page(staff.post(where, {"why": "adressen finns inte"}, follow=True))
    assert "Brevet studsade: adressen finns inte" in shown
    assert "Ring eller meddela personen på annat sätt." in shown
    assert Letter.objects.get().state == State.BOUNCED


def test_buttons_that_cannot_be_pressed_answer_in_words(staff):
    row = letter()
    Letter.objects.update(state=State.ACCEPTED, accepted_at=timezone.now())
    for path in ("forsok", "stoppa"):
        answer = page(staff.post(f"/arbete/utkorg/{row.pk}/{path}/", follow=True))
        assert "message--error" in answer


def test_hold_needs_a_reason_and_release_lets_go(staff):
    letter()
    asked = page(staff.post("/arbete/utkorg/hall/", {"do": "hold", "reason": ""}))
    assert 'id="id_reason_error"' in asked
    assert "Skriv varför breven ska hållas kvar." in asked
    assert Hold.objects.count() == 0
    staff.post("/arbete/utkorg/hall/", {"do": "hold", "reason": "återställd kopia"})
    assert "återställd kopia" in page(staff.get("/arbete/utkorg/"))
    staff.post("/arbete/utkorg/hall/", {"do": "release", "campaign": ""})
    assert Hold.objects.count() == 0


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/arbete/moten/1/inbjudna/", "/arbete/moten/1/inbjudna/"),
        ("https://evil.example/", "/arbete/utkorg/"),
        ("//evil.example/", "/arbete/utkorg/"),
        ("", "/arbete/utkorg/"),
    ],
)
def test_holding_leads_back_to_the_page_where_it_was_pressed_if_it_is_ours(staff, back, to):
    answer = staff.post("/arbete/utkorg/hall/", {"do": "hold", "reason": "fel bilaga", "back": back})
    assert answer["Location"] == to


def test_a_held_mailing_is_called_by_its_meeting_and_no_new_try_is_promised(staff):
    meeting = factories.meeting()
    row = letter(campaign=meeting.campaign)
    Letter.objects.update(state=State.RETRYING)
    assert "Nästa försök" in page(staff.get(f"/arbete/utkorg/{row.pk}/"))
    hold(meeting.campaign, by=None, reason="fel bilaga")
    said = f"Breven om {meeting.title} hålls kvar."
    where = [f"/arbete/utkorg/{row.pk}/", "/arbete/utkorg/", f"/arbete/moten/{meeting.pk}/"]
    for address in [*where, f"/arbete/moten/{meeting.pk}/inbjudna/"]:
        shown = page(staff.get(address))
        assert said in shown
        assert "Släpp breven" in shown
        assert "nytt försök" not in shown
        assert "Nästa försök" not in shown


def test_paused_server_can_be_tried_again(staff):
    Host.objects.create(name="mx", paused_at=timezone.now(), trouble="535 nej")
    assert "535 nej" in page(staff.get("/arbete/utkorg/"))
    staff.post("/arbete/utkorg/hall/", {"do": "resume"})
    assert Host.objects.get().paused_at is None


def test_get_changes_nothing(staff):
    row = letter()
    for path in ("forsok", "stoppa"):
        assert staff.get(f"/arbete/utkorg/{row.pk}/{path}/").status_code in {403, 404, 405}
    assert "Varför?" in staff.get("/arbete/utkorg/hall/").content.decode()
    assert Letter.objects.get().state == State.QUEUED


def test_reader_does_not_see_the_outbox(db, client):
    client.force_login(factories.user(Role.READER))
    assert client.get("/arbete/utkorg/").status_code == 403


@pytest.mark.parametrize("do", ["hold", "release"])
@pytest.mark.parametrize("campaign", ["x" * 81, "meeting:\x001"])
def test_hold_of_something_that_cannot_be_a_campaign_is_refused_in_words(staff, do, campaign):
    asked = {"do": do, "campaign": campaign, "reason": "därför"}
    assert "Utskicket finns inte" in page(staff.post("/arbete/utkorg/hall/", asked, follow=True))
    assert Hold.objects.count() == 0


def test_address_that_ascii_cannot_say_is_refused_on_the_form(staff):
    row = letter()
    for address in ("a\u017f@kommun.example", f"a@{'ö' * 60}.example"):
        answer = staff.post(f"/arbete/utkorg/{row.pk}/adress/", {"address": address})
        assert 'aria-invalid="true"' in page(answer)


SILENT, REFUSED = "ingen arbetsprocess har hörts", "535 nej"


def pages_that_say(staff, words: str) -> dict[str, bool]:
    """Each staff page that is about nothing in particular, and whether it says this."""
    paths = [f"/{one.route}" for one in addresses() if one.name.startswith("staff:") and not one.places]
    answers = {path: staff.get(path) for path in paths}
    shown = {path: page(answer) for path, answer in answers.items() if answer.status_code == 200}
    return {path: words in text for path, text in shown.items() if "<nav" in text}


def test_every_staff_page_says_when_letters_stand_still(staff):
    silent = pages_that_say(staff, SILENT)
    assert (len(silent) > 5, [path for path, said in silent.items() if not said]) == (True, [])
    record_pulse("worker")
    record_pulse("beat")
    Host.objects.create(name="mx", paused_at=timezone.now(), trouble="535 nej")
    assert [path for path, said in pages_that_say(staff, REFUSED).items() if not said] == []
    assert [path for path, said in pages_that_say(staff, SILENT).items() if said] == []


def test_control_no_staff_page_says_so_when_letters_leave(staff):
    record_pulse("worker")
    record_pulse("beat")
    for words in (SILENT, REFUSED):
        assert [path for path, said in pages_that_say(staff, words).items() if said] == []


def test_without_a_mail_server_nothing_is_said_to_have_left(staff, settings):
    settings.MAIL = {}
    kept = letter(campaign="meeting:7")
    deliver()
    listed, shown = page(staff.get("/arbete/utkorg/")), page(staff.get(f"/arbete/utkorg/{kept.pk}/"))
    for text in (listed, shown):
        assert ("sparat i utkorgen" in text, ">lämnat<" in text) == (True, False)
    assert ("1 sparat i utkorgen" in listed, "har inte lämnat portalen" in shown) == (True, True)
    assert "Brevet har studsat" not in shown
    assert kept.subject in page(staff.get("/arbete/utkorg/?state=kept"))
    assert kept.subject not in page(staff.get("/arbete/utkorg/?state=left"))


def test_what_was_kept_before_a_server_was_set_is_told_from_what_has_left(db):
    for code in ("", "250", "250"):
        row = letter()
        Letter.objects.filter(pk=row.pk).update(
            state=State.ACCEPTED, accepted_at=timezone.now(), last_code=code
        )
    tally = Letter.objects.tally()
    assert tally.sentence == "3 brev: 2 lämnade, 1 sparat i utkorgen."
    assert tally.difference == 0


def test_while_the_server_is_paused_no_letter_is_said_to_be_tried_again_by_itself(staff):
    row = letter()
    Letter.objects.update(state=State.RETRYING)
    Host.objects.create(name="mx.example:25", paused_at=timezone.now(), trouble="554 5.2.252 SendAsDenied")
    listed, shown = page(staff.get("/arbete/utkorg/")), page(staff.get(f"/arbete/utkorg/{row.pk}/"))
    assert ("tills felet är rättat" in shown, "Portalen försöker igen av sig själv" in shown) == (True, False)
    assert ("Nästa försök" in shown, bool(re.search(r"nytt försök \d", listed))) == (False, False)
