"""The kinds of audit log entries about minutes (meeting notes) and about the public site."""

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
    TEXT_WRITTEN = "webbplatsen: skrev text"
    TEXT_PUBLISHED = "webbplatsen: publicerade text"
    REDIRECT_SAVED = "webbplatsen: sparade gammal adress"
    REDIRECT_REMOVED = "webbplatsen: tog bort gammal adress"
    REPORT_ANSWERED = "webbplatsen: besvarade synpunkt om tillgänglighet"
