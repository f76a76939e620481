"""The kinds of audit log entries about accounts."""

from dialog_portal.base.audit import EventKind


class AccessEvent(EventKind):
    ACCOUNT_OFFERED = "konto: bjöd in"
    OFFER_REVOKED = "konto: återtog inbjudan"
    OFFER_ACCEPTED = "konto: tog emot inbjudan"
    ROLE_CHANGED = "konto: ändrade roll"
    ACCOUNT_CLOSED = "konto: stängde"
    ACCOUNT_REOPENED = "konto: öppnade"
    MORNING_LETTER_CHOSEN = "konto: valde morgonbrev"
