"""Why a mail server cannot be reached, in a Swedish sentence for staff and for those who run the portal."""

from __future__ import annotations

import smtplib
import socket
import ssl

from dialog_portal.outbox.inbox.incoming_letter import to_one_line


def connection_trouble(error: Exception, server: str) -> str:
    """Return what is wrong with the connection to a server, and the error's own words."""
    said = to_one_line(f"{type(error).__name__}: {error}")
    return f"{reason_of(error, server)} ({said})"


def reason_of(error: Exception, server: str) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"Certifikatet hos {server} godtas inte."
        case ssl.SSLError():
            return f"{server} talar inte TLS på den porten."
        case socket.gaierror():
            return f"Namnet {server} går inte att slå upp."
        case ConnectionRefusedError():
            return f"Ingen server svarar på {server}."
        case TimeoutError():
            return f"{server} svarade inte i tid."
        case smtplib.SMTPNotSupportedError():
            return f"{server} erbjuder inte det som portalen är inställd på."
        case _:
            return f"Samtalet med {server} bröts."
