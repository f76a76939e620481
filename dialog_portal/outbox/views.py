"""The staff's outbox."""

from django.http import HttpResponse

LETTER_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def letter_page(html: str) -> HttpResponse:
    """The HTML of a letter as a page for a frame: nothing is fetched, run or sent, and links open beside the portal."""
    page = HttpResponse(html.replace("<a ", '<a target="_blank" rel="noopener noreferrer" '))
    page["Content-Security-Policy"] = LETTER_CSP
    page["X-Frame-Options"] = "SAMEORIGIN"
    return page
