"""DuckDB: the scratch database, its queries, and names and values in SQL."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

_FETCH = 2_000
_SETTINGS = (
    "threads = 2",
    "TimeZone = 'UTC'",
    "preserve_insertion_order = true",
)


def quoted(name: str) -> str:
    """Quote a column name for SQL.

    Examples
    --------
    >>> quoted('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a string for SQL.

    Examples
    --------
    >>> print(literal("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path | str) -> str:
    """Quote the name of one file to read for SQL, so that it is no pattern.

    Examples
    --------
    >>> print(file_literal("calls[1].parquet"))
    'calls[[]1].parquet'
    """
    plain = "".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path))
    return literal(plain)


def is_nested(kind: str) -> bool:
    """Tell whether a DuckDB type holds others.

    Examples
    --------
    >>> is_nested("INTEGER[]"), is_nested("VARCHAR")
    (True, False)
    """
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))


def as_text(column: str, kind: str) -> str:
    """Write the SQL that gives a column as text: strings without JSON's quotes.

    Examples
    --------
    >>> print(as_text(quoted("meta"), "JSON"))
    ("meta" ->> '$')
    """
    if kind == "VARCHAR":
        return column
    if kind == "JSON":
        return f"({column} ->> '$')"
    if is_nested(kind):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def column_name(name: str, position: int) -> str:
    """Give a name that a column may have; empty and reserved ones are replaced.

    Examples
    --------
    >>> column_name("", 3), column_name("__row", 1), column_name("text", 2)
    ('column_3', '__row_input', 'text')
    """
    kept = name.replace("\0", "")
    if not kept.strip():
        return f"column_{position}"
    return f"{kept}_input" if kept.lower() in {"__row", "__file", "__line"} else kept


def column_names(cells: Iterable[str]) -> list[str]:
    """Give the columns of a header names they may have, no two alike but for case.

    Examples
    --------
    >>> column_names(["id", "", "Id"])
    ['id', 'column_2', 'Id_2']
    """
    names: list[str] = []
    taken: set[str] = set()
    numbers: dict[str, Iterator[int]] = {}
    for position, cell in enumerate(cells, 1):
        name = column_name(cell, position)
        if name.lower() in taken:
            number = numbers.setdefault(name.lower(), itertools.count(2))
            tries = (f"{name}_{one}" for one in number)
            name = next(one for one in tries if one.lower() not in taken)
        taken.add(name.lower())
        names.append(name)
    return names


def column_types(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    """Give the columns of a table or table function and their DuckDB types.

    Examples
    --------
    >>> with duckdb.connect() as connection:
    ...     column_types(connection, "(SELECT 1 AS a)")
    {'a': 'INTEGER'}
    """
    rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def database(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open the scratch database of an export: little memory, never the network.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with database(Path(name)) as connection:
    ...         connection.execute("SELECT current_setting('TimeZone')").fetchone()
    ('UTC',)
    """
    connection = duckdb.connect(
        str(folder / "input.duckdb"),
        config={
            "memory_limit": "300MB",
            "temp_directory": str(folder / "spill"),
            # Never the network: everything needed is built in.
            "autoinstall_known_extensions": False,
        },
    )
    for setting in _SETTINGS:
        connection.execute(f"SET {setting}")
    hide_progress(connection)
    # A scratch table: loading is faster where nothing is compressed.
    connection.execute("PRAGMA force_compression = 'uncompressed'")
    return connection


def hide_progress(connection: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB write no progress bar; version 2 would write one to stdout.

    In a notebook without ipywidgets there is none, and DuckDB refuses the setting.

    Examples
    --------
    >>> with duckdb.connect() as connection:
    ...     hide_progress(connection)
    ...     query = "SELECT current_setting('enable_progress_bar')"
    ...     connection.execute(query).fetchone()
    (False,)
    """
    shown = connection.execute("SELECT current_setting('enable_progress_bar')")
    if shown.fetchone() == (True,):
        connection.execute("SET enable_progress_bar = false")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C during a query be KeyboardInterrupt; DuckDB says RuntimeError.

    Examples
    --------
    >>> with duckdb.connect() as connection, interruptible():
    ...     connection.execute("SELECT 1").fetchone()
    (1,)
    """
    try:
        yield
    except (RuntimeError, duckdb.InterruptException) as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from error
        raise


def run(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    """Execute a query that Ctrl-C may stop.

    Examples
    --------
    >>> with duckdb.connect() as connection:
    ...     run(connection, "SELECT 1")
    ...     fetched(connection)
    [(1,)]
    """
    with interruptible():
        connection.execute(query)


def fetched(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Fetch the next rows of what :func:`run` asked for; none at the end.

    Examples
    --------
    >>> with duckdb.connect() as connection:
    ...     run(connection, "SELECT * FROM range(3000)")
    ...     len(fetched(connection)), len(fetched(connection)), fetched(connection)
    (2000, 1000, [])
    """
    with interruptible():
        return connection.fetchmany(_FETCH)
