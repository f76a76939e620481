"""The kinds of audit log entries about the register: parties, categories, people and mandates."""

from dialog_portal.base.audit import EventKind


class PartiesEvent(EventKind):
    PARTY_ADDED = "part: la till"
    PARTY_CHANGED = "part: ändrade"
    PARTY_RENAMED = "part: bytte namn"
    PARTY_ENDED = "part: avslutade"
    PARTY_REOPENED = "part: återupptog"
    MEMBERSHIP_ADDED = "part: förde till kategori"
    MEMBERSHIP_CHANGED = "part: ändrade tillhörighet"
    CATEGORY_ADDED = "kategori: la till"
    CATEGORY_CHANGED = "kategori: ändrade"
    PERSON_ADDED = "person: la till"
    PERSON_CHANGED = "person: ändrade"
    MANDATE_ADDED = "uppdrag: la till"
    MANDATE_CHANGED = "uppdrag: ändrade"
    MANDATE_ENDED = "uppdrag: avslutade"
    IMPORT_DONE = "import: läste in"
    IMPORT_UNDONE = "import: ångrade"
    IMPORT_DISCARDED = "import: kastade"
