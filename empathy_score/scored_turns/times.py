"""Times in seconds, as :func:`~empathy_score.columns.seconds_of` reads them, in SQL."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from empathy_score.columns import seconds_of
from empathy_score.readers.sql import as_text, literal, quoted

_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT")
_ISO = r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?"
_SIZES = (1e17, 1e14, 1e11, 0.0)


def add_seconds(
    connection: duckdb.DuckDBPyConnection, meaning: str, column: str | None
) -> None:
    """Give a database the function that reads the rarer kinds of times of a column.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Gets ``seconds_of_<meaning>``, from text to seconds or null.
    meaning : {"start", "end"}
        Which time it is.
    column : str or None
        Its name tells the unit.

    Examples
    --------
    >>> with duckdb.connect() as connection:
    ...     add_seconds(connection, "start", "begin")
    ...     connection.execute("SELECT seconds_of_start('1:02')").fetchone()
    (62.0,)
    """

    def seconds(cell: str | None) -> float | None:
        return None if cell is None else seconds_of(column or "", cell)

    connection.create_function(  # type: ignore[call-overload]
        f"seconds_of_{meaning}",
        seconds,
        ["VARCHAR"],
        "DOUBLE",
        null_handling="special",  # what is no time is null
    )


def seconds_sql(meaning: str, column: str | None, kinds: Mapping[str, str]) -> str:
    """Write the SQL for a time in seconds.

    A function in Python takes ten times as long as all the rest of a table, so that it
    is left what DuckDB does not read the same.

    Parameters
    ----------
    meaning : {"start", "end"}
        Which time it is.
    column : str or None
        The column of the view ``input``.
    kinds : mapping of str to str
        DuckDB types of the columns.

    Returns
    -------
    str
        Calls ``seconds_of_<meaning>`` of :func:`add_seconds` for other texts.

    Examples
    --------
    >>> print(seconds_sql("end", "ended", {"ended": "TIMESTAMP"}))
    epoch("ended")
    """
    if column is None:
        return "NULL::DOUBLE"
    kind = kinds[column]
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return f"epoch({quoted(column)})"
    if kind.startswith((*_NUMBERS, "U", "HUGEINT")) and not kind.endswith("]"):
        return _scaled(column, f"CAST({quoted(column)} AS DOUBLE)")
    cell = as_text(quoted(column), kind)
    number = f"TRY_CAST({cell} AS DOUBLE)"
    return (
        f"CASE WHEN regexp_full_match({cell}, {literal(_ISO)}) "
        f"THEN epoch(TRY_CAST({cell} AS TIMESTAMPTZ)) "
        f"WHEN {number} IS NOT NULL AND NOT contains({cell}, '_') "
        f"THEN {_scaled(column, number)} "
        f"ELSE seconds_of_{meaning}({cell}) END"
    )


def _scaled(column: str, number: str) -> str:
    """Write the SQL that brings a number to seconds, by its column's name or size."""
    cases = []
    for size in _SIZES:
        example = 2 * size or 1.0
        factor = (seconds_of(column, example) or 0.0) / example
        cases.append(f"WHEN abs({number}) >= {size!r} THEN {factor!r}")
    return (
        f"CASE WHEN isfinite({number}) THEN {number} * CASE {' '.join(cases)} END END"
    )
