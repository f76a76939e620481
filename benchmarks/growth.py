"""Databases that hold the demo many times over, made by the database itself, and a way to step between them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from django.db import connection, connections, models

STEP = 1_000_000  # copy number n of a row has its key n steps higher, and so have those that point to it


@contextmanager
def using(name: str) -> Iterator[None]:
    """Everything within the block happens in that database."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def copy_database(name: str) -> str:
    """The database as it is now, under another name."""
    source = connection.settings_dict["NAME"]
    connections.close_all()
    with using("template1"), connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    return name


def multiply(
    times: int, instead: dict[Any, dict[str, str]], only: Mapping[Any, str] = MappingProxyType({})
) -> None:
    """Each row of these models so many times more, in the models' order.

    `instead` says how n changes a column, and `only` which rows of a model are meant, in SQL.
    """
    with connection.cursor() as cursor:
        for model, changes in instead.items():
            pairs = [
                (field.column, value(field, changes, set(instead))) for field in model._meta.concrete_fields
            ]
            columns, values = zip(*pairs, strict=True)
            key, table = model._meta.pk.column, model._meta.db_table
            meant = only.get(model, "true")
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(map(quoted, columns))}) SELECT {', '.join(values)} "
                f"FROM {table}, generate_series(1, {times}) n WHERE {quoted(key)} < {STEP} AND {meant}"
            )
    vacuum()


def vacuum() -> None:
    """What autovacuum does after so many new or deleted rows."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def value(field: Any, changes: dict[str, str], copied: set[Any]) -> str:
    """What a copy has in a column."""
    column = quoted(field.column)
    if field.column in changes:
        return changes[field.column]
    if (field.primary_key and not field.remote_field) or field.related_model in copied:
        return f"{column} + n::bigint * {STEP}"
    if field.unique and isinstance(field, models.CharField):
        return f"left({column}, 140) || '-' || n"
    return column
