"""The rows of a database's query: streamed to a scratch file, then as any file's."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import duckdb

from empathy_score.errors import InputError
from empathy_score.readers.databases import (
    Database,
    check_exists,
    database_at,
    database_errors,
    transaction,
)
from empathy_score.readers.parts import Part, jsonl_part
from empathy_score.readers.rejects import MAX_ROW, Reject, encodable, reject
from empathy_score.readers.sources import Query
from empathy_score.readers.sql import (
    as_text,
    column_names,
    fetched,
    hide_progress,
    is_nested,
    run,
)

if TYPE_CHECKING:
    from psycopg import Connection as PostgresConnection

Rows: TypeAlias = "tuple[list[str], Iterator[Sequence[object]]]"
"""Names of the columns, and the rows as they come."""

_FETCH = 500
_LEAST, _MOST = -(2**63), 2**63 - 1
_TIMES = ("date", "time", "timetz", "timestamp", "timestamptz", "interval")
# DuckDB types whose Python values are used as they are.
_PLAIN = re.compile(
    r"VARCHAR|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|"
    r"DECIMAL\(\d+,\d+\)|UUID|BLOB"
)


def query_part(query: Query, scratch: Path) -> Part:
    """Stream the rows of a query into one file, and give it as a part.

    Text, whole numbers, floats, booleans and null stay what they are. Timestamps are
    ISO 8601 text, in UTC where they have a zone; UUIDs and other types are text;
    arrays and JSON are JSON. A decimal is a float where that holds each of its
    digits, else text. Columns of one name are numbered, as in a CSV header. Rows
    with bytes are set aside. Nothing in the database can change.

    Parameters
    ----------
    query : Query
    scratch : Path
        File for the rows.

    Returns
    -------
    Part
        Its ``file`` is the address without password; a line is a row's number.

    Raises
    ------
    InputError
        No such database, or the query fails.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with duckdb.connect(f"{name}/calls.duckdb") as own:
    ...         _ = own.execute("CREATE TABLE chats AS SELECT 7 AS id, 'Hi' AS text")
    ...     query = Query(url=f"duckdb:///{name}/calls.duckdb", text="FROM chats")
    ...     part = query_part(query, Path(name, "part"))
    >>> part.n_rows, part.types
    (1, {'id': 'BIGINT', 'text': 'VARCHAR'})
    """
    database = database_at(query.url)
    check_exists(database)
    if not query.text.strip() or "\0" in query.text or not encodable(query.text):
        raise InputError(f"{database.name}: the query is empty or no text")
    kinds: dict[str, set[object]] = {}
    rejects: list[Reject] = []
    n_rows = 0
    opened = _duckdb_rows if database.kind == "duckdb" else _rows
    with (
        database_errors(database, "the query failed"),
        opened(database, query.text, scratch) as (names, rows),
        scratch.open("w", encoding="utf-8", newline="") as out,
    ):
        kinds.update((name, set()) for name in names)
        for number, row in enumerate(rows, 1):
            try:
                out.write(_line(number, row, kinds))
                n_rows += 1
            except ValueError as error:  # noqa: PERF203
                raw = _raw(names, row)
                rejects.append(reject(database.name, number, str(error), raw))
    return jsonl_part(scratch, database.name, kinds, n_rows, rejects)


def _line(number: int, row: Sequence[object], kinds: dict[str, set[object]]) -> str:
    """Write one row as a JSON line and note its types; what is wrong is raised."""
    cells: dict[str, object] = {"__line": number}
    types: list[object] = []
    for name, given in zip(kinds, row, strict=True):
        value = _number(given) if isinstance(given, Decimal) else given
        try:
            cells[name] = cell = _cell(value)
        except ValueError as error:
            raise ValueError(f"column {name!r} {error}") from error
        # Words such as NaN stand for a float.
        types.append(float if type(value) is float else type(cell))
    line = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    if not encodable(line):
        raise ValueError("holds bytes that are no text in UTF-8")
    if len(line) > MAX_ROW:
        raise ValueError(f"is longer than {MAX_ROW:,} characters")
    for seen, kind in zip(kinds.values(), types, strict=True):
        seen.add(kind)
    return line + "\n"


def _cell(value: object) -> object:
    """Give what JSON can hold of a database's value; bytes raise ValueError."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if _LEAST <= value <= _MOST else str(value)
    if isinstance(value, float):
        # JSON has no words for these; DuckDB reads them from text.
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return _cell(_number(value))
    if isinstance(value, bytes | bytearray | memoryview):
        raise ValueError("holds bytes; make them text in the query, or leave them out")
    if isinstance(value, list | tuple):
        return [_cell(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _cell(one) for key, one in value.items()}
    return str(value)


def _number(value: Decimal) -> int | float | str:
    if value.is_finite() and value.as_tuple().exponent == 0:
        return int(value)
    near = float(value)
    same = not value.is_finite() or Decimal(repr(near)) == value
    return near if same else str(value)


def _raw(names: Sequence[str], row: Sequence[object]) -> str:
    cells = dict(zip(names, row, strict=True))
    return json.dumps(cells, ensure_ascii=False, default=_shown)


def _shown(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return "0x" + bytes(value[:500]).hex()
    return str(value)


def _iso(value: object) -> object:
    """Write a timestamp as ISO 8601; a database in UTC writes +00 at its end."""
    if not isinstance(value, str):
        return value
    iso = value.replace(" ", "T", 1)
    return f"{iso}:00" if iso.endswith("+00") else iso


def _parsed(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


def _converted(
    rows: Iterator[Sequence[object]], by: Sequence[Callable[[object], object] | None]
) -> Iterator[Sequence[object]]:
    """Apply to each column what is its own; None leaves it."""
    if not any(by):
        yield from rows
        return
    for row in rows:
        yield [
            value if convert is None else convert(value)
            for convert, value in zip(by, row, strict=True)
        ]


@contextmanager
def _rows(database: Database, text: str, _scratch: Path) -> Iterator[Rows]:
    """Give the rows of a query of PostgreSQL, by a cursor of the server, or SQLite."""
    with transaction(database, write=False) as connection:
        iso: set[int] = set()
        if database.kind == "postgresql":
            own = connection.connection.driver_connection
            iso = _times_as_text(cast("PostgresConnection[Any]", own))
        options = {"yield_per": _FETCH, "no_parameters": True}
        result = connection.execution_options(**options).exec_driver_sql(text)
        with result:
            if not result.returns_rows:
                raise InputError(f"{database.name}: the query gives no rows")
            description = result.cursor.description
            by = [_iso if kind in iso else None for _, kind, *_ in description]
            names = column_names(str(column[0]) for column in description)
            yield names, _converted(cast("Iterator[Sequence[object]]", result), by)


def _times_as_text(connection: PostgresConnection[Any]) -> set[int]:
    """Have PostgreSQL write times, some of which Python cannot hold, in UTC.

    Returns the types whose text is then to become ISO 8601.
    """
    from psycopg.postgres import types
    from psycopg.types.string import TextLoader

    for name in _TIMES:
        connection.adapters.register_loader(name, TextLoader)
    connection.execute("SET LOCAL timezone = 'UTC'")
    connection.execute("SET LOCAL datestyle = 'ISO'")
    return {types["timestamp"].oid, types["timestamptz"].oid}


@contextmanager
def _duckdb_rows(database: Database, text: str, scratch: Path) -> Iterator[Rows]:
    """Give the rows of a query of DuckDB, types that Python lacks as text."""
    config: dict[str, Any] = {
        "memory_limit": "300MB",
        "temp_directory": str(scratch.with_suffix(".spill")),
        "autoinstall_known_extensions": False,
    }
    with duckdb.connect(str(database.file), read_only=True, config=config) as own:
        own.execute("SET TimeZone = 'UTC'")
        hide_progress(own)
        statements = own.extract_statements(text)
        if len(statements) != 1:
            raise InputError(
                f"{database.name}: the query holds {len(statements)} statements; "
                "needed is one SELECT"
            )
        one = statements[0].query.strip().removesuffix(";")
        described = own.execute(f"DESCRIBE {one}").fetchall()
        kinds = [str(row[1]) for row in described]
        cells = ", ".join(
            f"c{at}" if _PLAIN.fullmatch(kind) else _text_of(f"c{at}", kind)
            for at, kind in enumerate(kinds)
        )
        listed = ", ".join(f"c{at}" for at in range(len(kinds)))
        run(own, f"SELECT {cells} FROM ({one}\n) AS q({listed})")
        names = column_names(str(row[0]) for row in described)
        yield names, _converted(_all(own), [_conversion(kind) for kind in kinds])


def _text_of(column: str, kind: str) -> str:
    return f"CAST({column} AS VARCHAR)" if kind == "JSON" else as_text(column, kind)


def _conversion(kind: str) -> Callable[[object], object] | None:
    if kind == "JSON" or is_nested(kind):
        return _parsed
    return _iso if kind.startswith("TIMESTAMP") else None


def _all(connection: duckdb.DuckDBPyConnection) -> Iterator[Sequence[object]]:
    while rows := fetched(connection):
        yield from rows
