"""The notes of meetings with their editions, and the public site: its texts, redirects and reports from readers."""

from minutes.models.accessibility_report import AccessibilityReport, ReportKind
from minutes.models.approval import Approval
from minutes.models.bake import Bake
from minutes.models.edition import Edition, Rendering
from minutes.models.minutes import MINUTES_NEXT, Minutes, MinutesState, MinutesStep
from minutes.models.protected_name import ProtectedName
from minutes.models.public_text import PublicText, TextKind, TextRevision
from minutes.models.redirect import Redirect
from minutes.models.section import Section, SectionRevision

__all__ = [
    "MINUTES_NEXT",
    "AccessibilityReport",
    "Approval",
    "Bake",
    "Edition",
    "Minutes",
    "MinutesState",
    "MinutesStep",
    "ProtectedName",
    "PublicText",
    "Redirect",
    "Rendering",
    "ReportKind",
    "Section",
    "SectionRevision",
    "TextKind",
    "TextRevision",
]
