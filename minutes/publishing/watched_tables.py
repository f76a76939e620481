"""Which tables public pages read, and the triggers that note each change of them in the table of PublicChange.

So no action, form, admin page, migration or SQL statement can change what a page shows without its page being baked:
nobody has to remember to ask for it. A test renders every page and compares the tables that were read with this list.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db import models

from meetings.models import Agenda, AgendaItem, Invitation, Invitee, Meeting, MeetingStep, Round, RoundPurpose
from minutes.models import Edition, PublicChange, PublicText, Redirect, TextRevision
from parties.models import Cadence, Category, FormerName, Membership, Party


@dataclass(frozen=True)
class Watched:
    """A change of a row of this table is a change of the subject whose key stands in the column."""

    model: type[models.Model]
    column: str
    subject: str


WATCHED = (
    Watched(Meeting, "id", "meeting"),
    Watched(Meeting, "round_id", "year"),
    Watched(MeetingStep, "meeting_id", "meeting"),
    Watched(Agenda, "meeting_id", "meeting"),
    Watched(AgendaItem, "agenda_id", "agenda"),
    Watched(Invitation, "meeting_id", "meeting"),
    Watched(Invitee, "invitation_id", "invitation"),
    Watched(Invitee.also.through, "invitation_id", "invitation"),
    Watched(Round, "id", "round"),
    Watched(Round.purposes.through, "round_id", "year"),
    Watched(RoundPurpose, "id", "purpose"),
    Watched(Edition, "minutes_id", "minutes"),
    Watched(Category, "id", "category"),
    Watched(Party, "id", "party"),
    Watched(FormerName, "party_id", "party"),
    Watched(Membership, "category_id", "category"),
    Watched(Cadence, "category_id", "category"),
    Watched(Meeting.categories.through, "meeting_id", "meeting"),
    Watched(PublicText, "id", "text"),
    Watched(TextRevision, "text_id", "text"),
    Watched(Redirect, "id", "redirect"),
)
PREFIX = "public_change"
QUEUE = PublicChange._meta.db_table
FUNCTION = f"""
CREATE OR REPLACE FUNCTION {PREFIX}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint := CASE WHEN TG_OP <> 'INSERT' THEN (to_jsonb(OLD) ->> TG_ARGV[1])::bigint END;
    now_is bigint := CASE WHEN TG_OP <> 'DELETE' THEN (to_jsonb(NEW) ->> TG_ARGV[1])::bigint END;
BEGIN
    INSERT INTO {QUEUE} (subject, key)
    SELECT TG_ARGV[0], changed FROM (VALUES (now_is), (before)) AS found (changed)
    WHERE changed IS NOT NULL GROUP BY changed;
    RETURN NULL;
END $$
"""  # noqa: S608 only the name of our own table is put in
POSTGRESQL = """
CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {prefix}('{subject}', '{column}')
"""
SQLITE = """
CREATE TRIGGER {name} AFTER {event} ON {table}
BEGIN INSERT INTO {queue} (subject, key) SELECT '{subject}', changed FROM ({rows}) WHERE changed IS NOT NULL; END
"""
SQLITE_ROWS = {
    "INSERT": "SELECT NEW.{column} AS changed",
    "UPDATE": "SELECT NEW.{column} AS changed UNION SELECT OLD.{column}",
    "DELETE": "SELECT OLD.{column} AS changed",
}
ON_POSTGRESQL = (
    "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE %s"
)
ON_SQLITE = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"


def wanted_triggers(vendor: str) -> dict[str, str]:
    """Return the statement that creates each trigger, by the trigger's name, which changes with the statement."""
    statements = []
    for watched in WATCHED:
        told = {"table": watched.model._meta.db_table, "column": watched.column, "subject": watched.subject}
        if vendor == "postgresql":
            statements.append(POSTGRESQL.replace("{prefix}", PREFIX).format(name="{name}", **told))
            continue
        for event, rows in SQLITE_ROWS.items():
            selected = rows.format(column=watched.column)
            statements.append(SQLITE.format(name="{name}", event=event, rows=selected, queue=QUEUE, **told))
    return {(name := trigger_name(sql)): sql.format(name=name) for sql in statements}


def trigger_name(statement: str) -> str:
    """Return a name that another statement would not have."""
    return f"{PREFIX}_{hashlib.sha256((FUNCTION + statement).encode()).hexdigest()[:16]}"


def present_triggers(connection: Any) -> dict[str, str]:
    """Return the table of each of our triggers that the database has, by the trigger's name."""
    with connection.cursor() as cursor:
        cursor.execute(ON_POSTGRESQL if connection.vendor == "postgresql" else ON_SQLITE, [f"{PREFIX}%"])
        return dict(cursor.fetchall())


def drop_triggers(connection: Any, triggers: dict[str, str]) -> None:
    """Drop these triggers."""
    with connection.cursor() as cursor:
        for name, table in triggers.items():
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on_table}")


def set_triggers(connection: Any) -> None:
    """Give the database exactly the triggers that WATCHED asks for; nothing is done when it has them.

    After every `migrate`, because SQLite rebuilds tables and loses their triggers.
    """
    if QUEUE not in connection.introspection.table_names():
        return
    present, wanted = present_triggers(connection), wanted_triggers(connection.vendor)
    drop_triggers(connection, {name: table for name, table in present.items() if name not in wanted})
    missing = [sql for name, sql in wanted.items() if name not in present]
    with connection.cursor() as cursor:
        if missing and connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for sql in missing:
            cursor.execute(sql)
