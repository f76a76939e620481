"""A real Chromium at the guests' door: scripts give no answer, people with mouse, keyboard or an old browser do."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from dialog_portal.links.actions import token_for
from meetings.models import Answer, Channel, Reply
from meetings.replies.actions.answer import store_answer
from meetings.replies.actions.substitutes import hand_over
from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.once, pytest.mark.django_db(transaction=True)]
SCRIPTS = {
    "submit": "document.querySelector('form').submit()",
    "click": "document.querySelector('button[value=ja]').click()",
    "requestSubmit": "document.querySelector('form').requestSubmit(document.querySelector('button[value=ja]'))",
    "fetch": "fetch(location.href, {method: 'POST', body: 'svar=ja'}).catch(() => 0)",
}

ONCE = (
    "addEventListener('load', () => { if (!document.querySelector('[role=alert], [role=status]')) { %s } })"
)


@pytest.fixture
def guest():
    party = factories.party(name="Nynäshamn", full_name="Nynäshamns kommun", mail_domains="nynashamn.example")
    meeting = factories.meeting(title="Dialogmöte i söder", serves_meal=True)
    factories.item(meeting, title="Välkomna")
    return factories.invitee(
        factories.invitation(meeting, party), name="Nina Lund", email="nina.lund@nynashamn.example"
    )


@pytest.fixture
def at(live_server):
    return lambda guest, rest="": f"{live_server.url}/svar/{token_for(guest.link)}/{rest}"


@pytest.mark.fault
@pytest.mark.parametrize("script", list(SCRIPTS))
def test_what_a_script_does_is_never_an_answer(page, at, guest, script, figure):
    page.add_init_script(ONCE % SCRIPTS[script])  # evaluate() would give it a person's gesture
    page.goto(at(guest))
    page.wait_for_load_state("networkidle")
    silent = Reply.objects.confirmed().count()
    figure(f"silent answers by {script}", silent)
    assert silent == 0
    assert Reply.objects.unconfirmed().count() == (1 if script in {"click", "requestSubmit"} else 0)


def test_control_without_looking_at_the_press_a_script_answers(page, at, guest, monkeypatch):
    monkeypatch.setattr("dialog_portal.links.human_press.is_pressed_by_person", lambda _: True)
    page.add_init_script(ONCE % SCRIPTS["click"])
    page.goto(at(guest))
    page.get_by_role("heading", level=1, name="Du är anmäld").wait_for()
    assert Reply.objects.confirmed().count() == 1


@pytest.mark.parametrize("key", ["", "Enter", "Space"])
def test_a_press_by_mouse_or_keyboard_is_an_answer_without_script_or_cookie(browser, at, guest, key):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(at(guest))
    button = page.get_by_role("button", name="Ja Jag kommer")
    if key:
        button.focus()
        page.keyboard.press(key)
    else:
        button.click()
    page.get_by_role("heading", level=1, name="Du är anmäld").wait_for()
    assert [reply.confirmed for reply in Reply.objects.all()] == [True]
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_have_no_findings_and_fit_a_phone(browser, at, live_server, guest, scheme):
    others = [factories.invitee(guest.invitation, email=f"kollega{n}@nynashamn.example") for n in range(3)]
    store_answer(others[0], Answer.YES, channel=Channel.LINK)
    store_answer(others[1], Answer.YES, channel=Channel.LINK, confirmed=False)
    hand_over(others[2], name="Sune Berg", email="sune@nynashamn.example", channel=Channel.LINK)
    addresses = [at(one) for one in (guest, *others)] + [at(guest, "ersattare/"), at(guest, "kollega/")]
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": 320, "height": 700}, bypass_csp=True
    )
    page = context.new_page()
    for address in [*addresses, f"{live_server.url}/svar/x/", f"{live_server.url}/svar/ny-lank/"]:
        page.goto(address)
        findings = [
            (one["id"], [node["target"] for node in one["nodes"]])
            for one in Axe().run(page).response["violations"]
        ]
        assert findings == [], json.dumps(findings, indent=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
