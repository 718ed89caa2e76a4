"""Parts into one table: columns merged by name, rows without text set aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from empathy_score.errors import InputError
from empathy_score.readers.parts import Part
from empathy_score.readers.rejects import MAX_COLUMNS, Reject, reject
from empathy_score.readers.sql import as_text, fetched, is_nested, literal, quoted, run

_WHOLE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
)
_FRACTIONS = ("FLOAT", "DOUBLE")
_NOT_BLANK = r"[^\s\x0b\p{Z}\x{200b}\x{feff}]"


def merged_types(parts: Sequence[Part]) -> dict[str, str]:
    """Give all columns, in order of appearance, a type that holds every part's.

    Raises
    ------
    InputError
        They are more than a table may have.
    """
    spelling: dict[str, str] = {}
    types: dict[str, str | None] = {}
    for part in parts:
        for own, kind in part.types.items():
            name = spelling.setdefault(own.lower(), own)
            types[name] = _common(types.get(name), kind)
    if len(types) > MAX_COLUMNS:
        raise InputError(
            f"{parts[0].file}: with the files beside it has {len(types):,} columns; "
            f"at most {MAX_COLUMNS:,} can be read together"
        )
    return {name: kind or "VARCHAR" for name, kind in types.items()}


def _common(one: str | None, other: str | None) -> str | None:
    if one is None or other is None or one == other:
        return one or other
    if one in _WHOLE and other in _WHOLE:
        return "BIGINT"
    numbers = _WHOLE + _FRACTIONS
    return "DOUBLE" if one in numbers and other in numbers else "VARCHAR"


def load(
    connection: duckdb.DuckDBPyConnection,
    parts: Sequence[Part],
    types: dict[str, str],
    text: str,
) -> tuple[int, list[Reject]]:
    """Fill ``input``; rows without text are set aside.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where ``input`` is made.
    parts : sequence of Part
        Their scratch files are removed once they are loaded.
    types : dict
        The columns of ``input`` and their DuckDB types.
    text : str
        The column of the messages.

    Returns
    -------
    tuple of (int, list of Reject)
        How many rows were kept, and those that were not.
    """
    listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
    connection.execute(
        f"CREATE TABLE input (__row BIGINT, __file VARCHAR, __line BIGINT, {listed})"
    )
    n_rows = 0
    blank: list[Reject] = []
    connection.execute("SET threads = 1")  # row_number() then counts in file order
    for part in parts:
        own = {name.lower(): (name, kind) for name, kind in part.types.items()}
        reason = _blank_reason(own.get(text.lower()), text)
        cells = [
            f"{_converted(*own[name.lower()], kind)} AS {quoted(name)}"
            for name, kind in types.items()
            if name.lower() in own
        ]
        try:
            run(
                connection,
                f"INSERT INTO input BY NAME SELECT row_number() OVER () + {n_rows - 1} "
                f"AS __row, {part.file_of_row} AS __file, {part.line} AS __line, "
                f"{', '.join(cells)} FROM {part.source} WHERE {reason} IS NULL",
            )
            kept = connection.execute("SELECT count(*) FROM input").fetchone()
            before, n_rows = n_rows, kept[0] if kept else 0
            missing = part.n_rows - (n_rows - before)
            found = list(_blank_rows(connection, part, reason)) if missing else []
            blank += found
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise InputError(f"{part.file}: cannot be loaded: {first}") from error
        if missing != len(found):
            raise InputError(
                f"{part.file}: {missing - len(found)} rows were not loaded"
            )
        if part.scratch is not None:
            part.scratch.unlink()
    connection.execute("RESET threads")
    connection.execute("SET threads = 2")
    return n_rows, blank


def _converted(name: str, kind: str | None, wanted: str) -> str:
    if kind == wanted:
        return quoted(name)
    if wanted == "VARCHAR":
        return as_text(quoted(name), kind or "VARCHAR")
    return f"CAST({quoted(name)} AS {wanted})"


def _blank_reason(own: tuple[str, str | None] | None, text: str) -> str:
    """Write the SQL for why a row cannot be scored; NULL where it can."""
    empty = literal("empty text")
    if own is None:
        return literal(f"empty text: the file has no column {text!r}")
    name, kind = own
    said = as_text(quoted(name), kind or "VARCHAR")
    blank = f"coalesce(NOT regexp_matches({said}, {literal(_NOT_BLANK)}), true)"
    if kind != "JSON" and not is_nested(kind or ""):
        return f"CASE WHEN {blank} THEN {empty} END"
    nested = f"json_type(to_json({quoted(name)})) IN ('OBJECT', 'ARRAY')"
    odd = literal("the text is a list or an object, not a string")
    return f"CASE WHEN {nested} THEN {odd} WHEN {blank} THEN {empty} END"


def _blank_rows(
    connection: duckdb.DuckDBPyConnection, part: Part, reason: str
) -> Iterator[Reject]:
    cells = ", ".join(f"{literal(name)}: {quoted(name)}" for name in part.types if name)
    run(
        connection,
        f"SELECT {part.file_of_row}, {part.line}, {reason}, "
        f"CAST(to_json({{{cells}}}) AS VARCHAR) "
        f"FROM {part.source} WHERE {reason} IS NOT NULL",
    )
    while rows := fetched(connection):
        for file, line, why, raw in rows:
            yield reject(file, line, why, raw)
