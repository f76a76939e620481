"""The bytes that leave, read back by the standard library and by the calendar's own parser."""

import hashlib

from dialog_portal.outbox import mime
from dialog_portal.outbox.mime import Attachment, Parts

ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


def write(**values):
    parts = {"text": "Hej på dig!\n.en punkt först\nFrån", "html": "<p>Hej på dig!</p>", **values}
    headers = {
        "To": mime.address_header("Åsa Öberg, ordförande", "asa@kommun.example"),
        "Subject": mime.encode_header("Subject", "Möte"),
    }
    return mime.write_message(headers, Parts(**parts), "<1@region.example>")


def test_letter_has_text_html_and_calendar_as_ways_to_read_and_calendar_as_file():
    message = mime.parse_message(
        write(
            calendar=ICS,
            calendar_method="REQUEST",
            attachments=(Attachment("å.pdf", "application/pdf", b"%PDF"),),
        )
    )
    alternative, ics, pdf = message.iter_parts()
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    assert list(alternative.iter_parts())[2].get_param("method") == "REQUEST"
    assert ics.get_filename() == "dialogmote.ics"
    assert ics.get_payload(decode=True) == ICS
    assert (pdf.get_filename(), pdf.get_content_type(), pdf.get_payload(decode=True)) == (
        "å.pdf",
        "application/pdf",
        b"%PDF",
    )


def test_what_is_written_is_what_is_read():
    content = mime.read_message(write(calendar=ICS))
    assert content.subject == "Möte"
    assert content.text == "Hej på dig!\n.en punkt först\nFrån\n"
    assert content.html.strip() == "<p>Hej på dig!</p>"
    assert [file.filename for file in content.attachments] == ["dialogmote.ics"]


def test_text_only_letter_is_one_part():
    assert mime.parse_message(write(html="")).get_content_type() == "text/plain"


def test_no_line_is_longer_than_a_server_may_take_and_every_line_ends_as_mail_does():
    raw = write(html="<p>" + "å" * 5000 + "</p>", text="x" * 5000)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0


def test_name_with_comma_quote_and_long_swedish_stays_one_address():
    for name in ("Öberg, Åsa", 'Åsa "Chefen" Ö', "Berg, Anna", 'A "B" <c@d.example>', "Å" * 150, ""):
        raw = mime.write_message({"To": mime.address_header(name, "a@b.example")}, Parts("x"), "s")
        (address,) = mime.parse_message(raw)["To"].addresses
        assert address.addr_spec == "a@b.example"
        # Its reader puts blanks between words
        assert address.display_name.replace(" ", "") == name.replace(" ", "")


def test_same_letter_has_the_same_bytes():
    assert hashlib.sha256(write(calendar=ICS)).digest() == hashlib.sha256(write(calendar=ICS)).digest()


def test_swedish_domain_is_written_as_servers_write_it():
    assert mime.machine_address("a@håbo.example") == "a@xn--hbo-ula.example"


def test_changed_headers_leave_the_rest_untouched():
    raw = write(calendar=ICS)
    new = mime.replace_headers(raw, {"To": "ny@kommun.example", "Message-ID": "<2@region.example>"})
    assert mime.parse_message(new)["To"] == "ny@kommun.example"
    assert mime.parse_message(new)["Subject"] == "Möte"
    assert new.split(b"\r\n\r\n", 1)[1] == raw.split(b"\r\n\r\n", 1)[1]
