"""The notes of meetings: sections, approvals, rendered files, editions and pages to bake."""

from minutes.models.approval import Approval
from minutes.models.bake import BakedPage, PublicChange
from minutes.models.edition import Edition, Rendering
from minutes.models.minutes import MINUTES_NEXT, Minutes, MinutesState, MinutesStep
from minutes.models.section import Section, SectionRevision

__all__ = [
    "MINUTES_NEXT",
    "Approval",
    "BakedPage",
    "Edition",
    "Minutes",
    "MinutesState",
    "MinutesStep",
    "PublicChange",
    "Rendering",
    "Section",
    "SectionRevision",
]
