"""The kinds of audit log entries about the outbox."""

from dialog_portal.base.audit import EventKind


class OutboxEvent(EventKind):
    LETTERS_HELD = "utkorg: höll brev"
    LETTERS_RELEASED = "utkorg: släppte brev"
    LETTERS_STOPPED = "utkorg: stoppade brev"
    SERVER_TRIED_AGAIN = "utkorg: försökte med servern igen"
