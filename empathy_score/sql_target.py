"""The table of a database that scores go to: what it is called, and its SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from empathy_score.errors import InputError
from empathy_score.joined_scores import ScoredColumn
from empathy_score.readers.databases import Database, database_at
from empathy_score.readers.rejects import encodable
from empathy_score.readers.sql import quoted
from empathy_score.sql_types import type_in

IfExists = Literal["fail", "append", "replace"]

ATTACHED = "__target"
"""What the other database is called within DuckDB's scratch database."""

_LONGEST_NAME = 63  # bytes, in PostgreSQL
_PART = r'[^".\0]+|"(?:[^"\0]|"")+"'
_NAME = re.compile(rf"(?:(?P<schema>{_PART})\.)?(?P<name>{_PART})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A table of a database that a scored table is written to.

    Parameters
    ----------
    url : str
        Address of the database, as :data:`~.databases.DATABASE_URLS`; not shown.
    table : str
        ``NAME`` or ``SCHEMA.NAME``, exactly as it is to be, upper and lower case;
        in double quotes where a name holds a point.
    if_exists : {"fail", "append", "replace"}
        What happens where there is such a table.

    Examples
    --------
    >>> Target(url="postgresql://ann:secret@db/calls", table="crm.scored")
    Target(table='crm.scored', if_exists='fail')
    """

    url: str = field(repr=False)
    table: str
    if_exists: IfExists = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetTable:
    """A target that was looked through.

    Parameters
    ----------
    database : Database
        Where it is.
    schema : str or None
        Its schema; None for the database's own choice.
    name : str
        Its name, without quotes.
    if_exists : {"fail", "append", "replace"}
        As in :class:`Target`.
    """

    database: Database
    schema: str | None
    name: str
    if_exists: IfExists

    @property
    def sql(self) -> str:
        """The table's name in SQL."""
        schema = self.schema
        if self.database.kind == "duckdb":
            return f"{ATTACHED}.{quoted(schema or 'main')}.{quoted(self.name)}"
        return f"{quoted(schema)}.{quoted(self.name)}" if schema else quoted(self.name)


def target_table(target: Target) -> TargetTable:
    """Look through a target before any database is opened.

    Parameters
    ----------
    target : Target

    Returns
    -------
    TargetTable

    Raises
    ------
    InputError
        No such address, no such folder, or a name that no table can have.

    Examples
    --------
    >>> url = "postgresql://ann@db.example/calls"
    >>> print(target_table(Target(url=url, table='crm."scored.2024"')).sql)
    "crm"."scored.2024"
    """
    if target.if_exists not in get_args(IfExists):
        allowed = ", ".join(get_args(IfExists))
        raise InputError(f"if_exists: {target.if_exists!r} is none of {allowed}")
    database = database_at(target.url)
    if database.kind != "postgresql" and not database.file.parent.is_dir():
        raise InputError(f"{database.name}: there is no such folder; create it first")
    found = _NAME.fullmatch(target.table) if encodable(target.table) else None
    if found is None:
        raise InputError(
            f"{target.table!r} is no name of a table; write NAME or SCHEMA.NAME, in "
            'double quotes what holds a point, as in crm."scored.2024"'
        )
    schema = _unquoted(found["schema"]) if found["schema"] else None
    name = _unquoted(found["name"])
    if database.kind == "postgresql" and len(name.encode()) > _LONGEST_NAME:
        raise InputError(
            f"{name!r} is longer than the {_LONGEST_NAME} bytes that PostgreSQL keeps "
            "of a name; shorten it"
        )
    if database.kind == "sqlite" and schema not in {None, "main"}:
        raise InputError(f"{target.table!r}: a SQLite file has no schemas; write NAME")
    return TargetTable(
        database=database, schema=schema, name=name, if_exists=target.if_exists
    )


def _unquoted(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part


def own_names(
    database: Database, columns: Iterable[ScoredColumn]
) -> list[ScoredColumn]:
    """Cut names as PostgreSQL would; two that become one are refused.

    Examples
    --------
    >>> database = database_at("postgresql://ann@db.example/calls")
    >>> long = ScoredColumn(name="x" * 70, sql="i.x", kind="VARCHAR")
    >>> len(own_names(database, [long])[0].name)
    63
    """
    if database.kind != "postgresql":
        return list(columns)
    named: dict[str, ScoredColumn] = {}
    for column in columns:
        name = column.name.encode()[:_LONGEST_NAME].decode(errors="ignore")
        if name in named:
            raise InputError(
                f"{database.name}: keeps {_LONGEST_NAME} bytes of a name, so that "
                f"{column.name!r} and another column would both be {name!r}; rename "
                "one in the input"
            )
        named[name] = replace(column, name=name)
    return list(named.values())


def check_free(table: TargetTable, known: Sequence[str] | None) -> None:
    """Raise InputError where the table exists and is neither extended nor replaced.

    Parameters
    ----------
    table : TargetTable
    known : sequence of str or None
        Columns that the table has; None where there is no such table.

    Examples
    --------
    >>> url = "postgresql://ann@db.example/calls"
    >>> check_free(target_table(Target(url=url, table="scored")), None)
    """
    if known is not None and table.if_exists == "fail":
        raise InputError(
            f"{table.database.name}: there is a table {table.name} already; say "
            "if_exists= / --if-exists append or replace, or name another table"
        )


def table_statements(
    table: TargetTable, columns: Sequence[ScoredColumn], known: Sequence[str] | None
) -> list[str]:
    """Write what makes the table ready: nothing where rows are appended.

    Parameters
    ----------
    table : TargetTable
    columns : sequence of ScoredColumn
        What it is to hold.
    known : sequence of str or None
        Columns that the table has; None where there is no such table.

    Raises
    ------
    InputError
        The table is there and may not be, or lacks a column.

    Examples
    --------
    >>> url = "postgresql://ann@db.example/calls"
    >>> table = target_table(Target(url=url, table="scored"))
    >>> column = ScoredColumn(name="score", sql="s.score", kind="DOUBLE")
    >>> table_statements(table, [column], None)
    ['CREATE TABLE "scored" ("score" double precision)']
    """
    check_free(table, known)
    kind = table.database.kind
    if known is not None and table.if_exists == "append":
        # Only PostgreSQL tells upper from lower case.
        fold = str if kind == "postgresql" else str.lower
        there = {fold(name) for name in known}
        missing = [column.name for column in columns if fold(column.name) not in there]
        if missing:
            raise InputError(
                f"{table.database.name}: the table {table.name} lacks the columns "
                f"{', '.join(map(repr, missing))}; add them, or replace the table"
            )
        return []
    cells = (
        f"{quoted(column.name)} {type_in(kind, column.kind)}" for column in columns
    )
    create = f"CREATE TABLE {table.sql} ({', '.join(cells)})"
    return [create] if known is None else [f"DROP TABLE {table.sql}", create]
