"""DuckDB's types in the three databases, and the SQL of what is sent for each."""

from __future__ import annotations

import re

from empathy_score.readers.databases import Kind
from empathy_score.readers.sql import is_nested

_POSTGRESQL = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "integer",
    "INTEGER": "integer",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "UBIGINT": "numeric(20)",
    "HUGEINT": "numeric(39)",
    "UHUGEINT": "numeric(39)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "INTERVAL": "interval",
    "UUID": "uuid",
    "BLOB": "bytea",
    "JSON": "jsonb",
}
_SQLITE = {
    "BOOLEAN": "BOOLEAN",
    **dict.fromkeys(
        (
            *("TINYINT", "UTINYINT", "SMALLINT", "USMALLINT"),
            *("INTEGER", "UINTEGER", "BIGINT"),
        ),
        "INTEGER",
    ),
    "FLOAT": "REAL",
    "DOUBLE": "REAL",
    "BLOB": "BLOB",
}
_DATES = ("DATE", "TIMESTAMP")
_DECIMAL = re.compile(r"DECIMAL(\(\d+,\d+\))")


def type_in(database: Kind, kind: str) -> str:
    """Give the type of a column in a database for its DuckDB type.

    Parameters
    ----------
    database : {"postgresql", "sqlite", "duckdb"}
    kind : str
        The DuckDB type; one that the database lacks becomes text.

    Examples
    --------
    >>> type_in("postgresql", "STRUCT(a INTEGER)[]"), type_in("sqlite", "UUID")
    ('jsonb', 'TEXT')
    >>> type_in("postgresql", "DECIMAL(9,2)"), type_in("duckdb", "HUGEINT")
    ('numeric(9,2)', 'HUGEINT')
    """
    if database == "duckdb":
        return kind
    decimal = _DECIMAL.fullmatch(kind)
    if database == "sqlite":
        return "NUMERIC" if decimal else _SQLITE.get(kind, "TEXT")
    if is_nested(kind):
        return "jsonb"
    return f"numeric{decimal[1]}" if decimal else _POSTGRESQL.get(kind, "text")


def cell_sql(database: Kind, column: str, kind: str) -> str:
    """Write DuckDB's SQL for what is sent to a database for a column.

    Parameters
    ----------
    database : {"postgresql", "sqlite", "duckdb"}
        PostgreSQL takes text for everything, SQLite for what it has no type for.
    column : str
        SQL of the column.
    kind : str
        Its DuckDB type.

    Examples
    --------
    >>> cell_sql("sqlite", "s.score", "DOUBLE")
    's.score'
    >>> cell_sql("postgresql", "s.score", "DOUBLE")
    'CAST(s.score AS VARCHAR)'
    >>> cell_sql("sqlite", "s.cues", "STRUCT(a INTEGER)[]")
    'CAST(to_json(s.cues) AS VARCHAR)'
    """
    if database == "duckdb" or (database == "sqlite" and kind in _SQLITE):
        return column
    if kind == "BLOB":
        return rf"'\x' || hex({column})"
    nested = is_nested(kind)
    text = f"CAST({f'to_json({column})' if nested else column} AS VARCHAR)"
    if database == "sqlite":
        return text
    if nested or kind == "JSON":
        return _json_without_nul(text)
    if kind == "VARCHAR":
        return f"replace({column}, chr(0), chr(65533))"
    return f"replace({text}, '(BC)', 'BC')" if kind.startswith(_DATES) else text


def _json_without_nul(text: str) -> str:
    r"""Replace each escaped NUL, which JSONB cannot hold, by U+FFFD.

    Not the six characters after an escaped backslash; chr(1) marks those, which
    never stands in JSON as it is.
    """
    marked = rf"replace({text}, '\\', chr(1))"
    return rf"replace(replace({marked}, '\u0000', '\ufffd'), chr(1), '\\')"
