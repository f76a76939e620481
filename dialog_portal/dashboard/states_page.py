"""Writes docs/states.md: state diagrams generated from the transition tables in the code."""

from django.conf import settings

from dialog_portal.base.states import StateTable
from dialog_portal.outbox import models as outbox
from meetings.models import agenda, meeting, planned_mailing
from minutes import models as minutes
from parties.models import IMPORT_NEXT

STATES_FILE = settings.BASE_DIR / "docs" / "states.md"
STATE_TABLES: dict[str, StateTable] = {
    "Dialogmöte": meeting.MEETING_NEXT,
    "Dagordning": agenda.AGENDA_NEXT,
    "Automatisk påminnelse": planned_mailing.PLANNED_NEXT,
    "Minnesanteckningar": minutes.MINUTES_NEXT,
    "Brev": outbox.LETTER_NEXT,
    "Import till registret": IMPORT_NEXT,
}


def states_markdown() -> str:
    """Return the whole page as Markdown, with a Mermaid diagram for each table."""
    head = "# States\n\nWritten by `manage.py states` from the tables beside the enums; a test keeps it current.\n"
    return head + "".join(f"\n## {name}\n\n{state_diagram(table)}" for name, table in STATE_TABLES.items())


def state_diagram(table: StateTable) -> str:
    """Return the Mermaid diagram of a transition table; the first state in the table is the initial state."""
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.value}: {state.label} ({state.value})" for state in table]
    lines.append(f"    [*] --> {next(iter(table)).value}")
    for before, following in table.items():
        lines += [f"    {before.value} --> {after.value}" for after in type(before) if after in following]
    return "\n".join([*lines, "```", ""])
