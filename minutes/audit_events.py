"""The kinds of audit log entries about minutes (meeting notes), from the first draft to a correction."""

from dialog_portal.base.audit import EventKind


class MinutesEvent(EventKind):
    BEGUN = "anteckningar: påbörjade"
    SECTION_WRITTEN = "anteckningar: skrev i avsnitt"
    SECTION_ADDED = "anteckningar: la till avsnitt"
    SECTION_REMOVED = "anteckningar: tog bort avsnitt"
    CIRCULATED = "anteckningar: delade"
    REOPENED = "anteckningar: öppnade"
    APPROVED = "anteckningar: fastställde"
    DISTRIBUTED = "anteckningar: skickade ut"
    PUBLISHED = "anteckningar: publicerade"
    NAME_DEALT_WITH = "anteckningar: åtgärdade skyddat namn"
    CORRECTION_BEGUN = "anteckningar: påbörjade rättelse"
