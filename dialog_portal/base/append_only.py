"""Append-only tables, such as the audit log: triggers that refuse UPDATE and DELETE, on PostgreSQL and SQLite."""

from typing import Any

POSTGRESQL = (
    """
    CREATE FUNCTION {table}_only_grows() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'rows of {table} are only ever added' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_only_grows()
    """,
)
SQLITE = (
    """
    CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table}
    BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END
    """,
    """
    CREATE TRIGGER {table}_is_never_emptied BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END
    """,
)
LIFT_POSTGRESQL = ("DROP TRIGGER {table}_only_grows ON {table}", "DROP FUNCTION {table}_only_grows()")
LIFT_SQLITE = ("DROP TRIGGER {table}_is_never_changed", "DROP TRIGGER {table}_is_never_emptied")


def protect(table: str, vendor: str) -> list[str]:
    """Return the SQL statements that make a table append-only; `vendor` is Django's connection.vendor."""
    return [sql.format(table=table) for sql in (SQLITE if vendor == "sqlite" else POSTGRESQL)]


def lift(table: str, vendor: str) -> list[str]:
    """Return the SQL statements that remove what `protect` added."""
    return [sql.format(table=table) for sql in (LIFT_SQLITE if vendor == "sqlite" else LIFT_POSTGRESQL)]


def run_statements(editor: Any, statements: list[str]) -> None:
    """Execute SQL statements in order with a migration's schema editor."""
    for sql in statements:
        editor.execute(sql)
