"""The register: categories with cadences, parties with memberships and former names, people and mandates."""

from parties.models.cadence import Cadence
from parties.models.category import MAX_SEATS, Category
from parties.models.former_name import FormerName
from parties.models.mandate import Mandate
from parties.models.membership import Membership
from parties.models.municipality import NO_MUNICIPALITY, Municipality
from parties.models.party import Party, PartyQuerySet
from parties.models.person import Person, PersonQuerySet
from parties.models.register_import import (
    IMPORT_NEXT,
    ImportedKind,
    ImportedRow,
    ImportState,
    RegisterImport,
)
from parties.models.years import (
    EARLIEST_YEAR,
    FIRST_YEAR,
    LATEST_YEAR,
    YEAR_VALIDATORS,
    ends_after_it_begins,
    in_year,
)

__all__ = [
    "EARLIEST_YEAR",
    "FIRST_YEAR",
    "IMPORT_NEXT",
    "LATEST_YEAR",
    "MAX_SEATS",
    "NO_MUNICIPALITY",
    "YEAR_VALIDATORS",
    "Cadence",
    "Category",
    "FormerName",
    "ImportState",
    "ImportedKind",
    "ImportedRow",
    "Mandate",
    "Membership",
    "Municipality",
    "Party",
    "PartyQuerySet",
    "Person",
    "PersonQuerySet",
    "RegisterImport",
    "ends_after_it_begins",
    "in_year",
]
