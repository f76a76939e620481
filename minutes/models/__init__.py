"""The notes of meetings: sections, approvals, rendered files, editions and pages to bake."""

from minutes.models.approval import Approval
from minutes.models.bake import Bake
from minutes.models.edition import Edition, Rendering
from minutes.models.minutes import MINUTES_NEXT, Minutes, MinutesState, MinutesStep
from minutes.models.protected_name import ProtectedName
from minutes.models.section import Section, SectionRevision

__all__ = [
    "MINUTES_NEXT",
    "Approval",
    "Bake",
    "Edition",
    "Minutes",
    "MinutesState",
    "MinutesStep",
    "ProtectedName",
    "Rendering",
    "Section",
    "SectionRevision",
]
