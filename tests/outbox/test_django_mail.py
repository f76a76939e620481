"""Mail from the account pages goes through the outbox, and only administrators know of it there."""

from django.core.mail import EmailMultiAlternatives, send_mail

from dialog_portal.access.models import Role
from dialog_portal.outbox.content import read_content
from dialog_portal.outbox.django_mail import OutboxBackend
from dialog_portal.outbox.models import Letter
from tests import factories
from tests.outbox.letters import text_of


def test_account_mail_becomes_a_letter_for_each_recipient(db, settings):
    settings.EMAIL_BACKEND = "dialog_portal.outbox.django_mail.OutboxBackend"
    send_mail("Nytt lösenord", "Öppna länken", None, ["a@region.example", "b@region.example"])
    assert sorted(Letter.objects.values_list("address", flat=True)) == [
        "a@region.example",
        "b@region.example",
    ]
    assert text_of(Letter.objects.get(address="a@region.example")) == "Öppna länken\n"


def test_html_comes_along(db):
    message = EmailMultiAlternatives("Ämne", "text", to=["a@region.example"])
    message.attach_alternative("<p>text</p>", "text/html")
    assert OutboxBackend().send_messages([message]) == 1
    content = read_content(Letter.objects.get())
    assert content is not None
    assert content.html.strip() == "<p>text</p>"


def test_way_into_an_account_is_for_administrators_only(db, client):
    OutboxBackend().send_messages(
        [EmailMultiAlternatives("Nytt lösenord", "hemlig", to=["a@region.example"])]
    )
    row = Letter.objects.get()
    for role, status in (
        (Role.OFFICER, 404),
        (Role.APPROVER, 404),
        (Role.ADMINISTRATOR, 200),
        (Role.READER, 403),
    ):
        client.force_login(factories.user(role))
        page = client.get(f"/arbete/utkorg/{row.pk}/")
        assert (page.status_code, "hemlig" in page.content.decode()) == (status, False)
        assert client.get(f"/arbete/utkorg/{row.pk}/innehall/").status_code in {403, 404}
