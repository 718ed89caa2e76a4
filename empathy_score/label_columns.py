"""The columns of a labelled table, by row: levels, context, groups, weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from empathy_score.errors import InputError
from empathy_score.readers import Export
from empathy_score.readers.sql import as_text, column_types, quoted

_CONTEXTS = ("reply_to", "context")
_GROUPS = ("group", "groups")
_WEIGHTS = ("weight", "weights", "sample_weight")


def levels_by_row(export: Export, level: str) -> dict[int, int]:
    """Read a column of levels.

    Parameters
    ----------
    export : Export
        The opened table.
    level : str
        The column.

    Returns
    -------
    dict of int to int
        Level of each row that has one.

    Raises
    ------
    InputError
        If a value is no level, with its file and line and those of others, or no row
        has one.
    """
    rows = export.connection.execute(
        f"SELECT __row, __file, __line, {_text_of(export, level)} FROM input"
    ).fetchall()
    levels: dict[int, int] = {}
    wrong: list[tuple[str, int, str]] = []
    for row, file, line, value in rows:
        if value is None or not value.strip():
            continue
        if value.strip() in ("0", "1", "2", "0.0", "1.0", "2.0"):
            levels[int(row)] = int(float(value))
        else:
            wrong.append((file, line, value))
    if wrong:
        raise InputError(_wrong(wrong, level))
    if not levels:
        raise InputError(f"no row has a {level}; nothing to learn or to compare")
    return levels


def _wrong(found: Sequence[tuple[str, int, str]], level: str) -> str:
    """Name the first of the values that are no levels, and where the others stand."""
    file, line, value = found[0]
    said = f"{file}:{line}: {level} is {value!r}; allowed are 0, 1, 2 and empty"
    if len(found) == 1:
        return said
    others = ", ".join(f"{other}:{at}" for other, at, _ in found[1:6])
    more = f" and {len(found) - 6} more" if len(found) > 6 else ""
    return f"{said}; the same in {others}{more}"


def places_of(export: Export, rows: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """Give file and line of some rows.

    Parameters
    ----------
    export : Export
        The opened table.
    rows : sequence of int
        Rows of the input.

    Returns
    -------
    tuple of (str, int)
    """
    query = "SELECT __row, __file, __line FROM input"
    found = export.connection.execute(query).fetchall()
    place = {int(row): (str(file), int(line)) for row, file, line in found}
    return tuple(place[row] for row in rows)


def stated_by_row(export: Export) -> dict[int, tuple[str | None, str | None]]:
    """Give turn before and group where columns state them.

    Parameters
    ----------
    export : Export
        The opened table.

    Returns
    -------
    dict of int to (str or None, str or None)
        By row; empty where there are no such columns.
    """
    context, group = _named(export, _CONTEXTS), _named(export, _GROUPS)
    if context is None and group is None:
        return {}
    parts = [
        "NULL" if name is None else _text_of(export, name) for name in (context, group)
    ]
    rows = export.connection.execute(
        f"SELECT __row, {parts[0]}, {parts[1]} FROM input"
    ).fetchall()
    return {
        int(row): ((before or "") if context else None, together)
        for row, before, together in rows
    }


def weights_of(export: Export, rows: Sequence[int]) -> npt.NDArray[np.float64] | None:
    """Give the weights of rows.

    Parameters
    ----------
    export : Export
        The opened table.
    rows : sequence of int
        Rows of the input.

    Returns
    -------
    ndarray of shape (n_rows,) or None
        None where there is no such column; 1 for the rows of a table without it,
        where another one has it.

    Raises
    ------
    InputError
        If one is no number over 0.
    """
    name = _named(export, _WEIGHTS)
    values = None if name is None else texts_by_row(export, name)
    if values is None:
        return None
    found = []
    places = places_of(export, rows)
    weighted = {
        file
        for row, (file, _) in zip(rows, places, strict=True)
        if values[row] is not None
    }
    for row, (file, line) in zip(rows, places, strict=True):
        weight = _number(values[row]) if file in weighted else 1.0
        if not 0 < weight < np.inf:
            raise InputError(
                f"{file}:{line}: {name} is {values[row]!r}; allowed are numbers over 0"
            )
        found.append(weight)
    return np.array(found)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def names_groups(export: Export) -> bool:
    """Say whether the table tells which rows belong together.

    Parameters
    ----------
    export : Export
        The opened table.

    Returns
    -------
    bool
    """
    names = {name.lower() for name in export.names}
    return export.columns.conversation is not None or not names.isdisjoint(_GROUPS)


def texts_by_row(export: Export, name: str) -> dict[int, str | None] | None:
    """Give the texts of a column by row.

    Parameters
    ----------
    export : Export
        The opened table.
    name : str
        The column.

    Returns
    -------
    dict of int to (str or None), or None
        None where there is no such column.
    """
    if name not in export.names:
        return None
    query = f"SELECT __row, {_text_of(export, name)} FROM input"
    return {int(row): text for row, text in export.connection.execute(query).fetchall()}


def _named(export: Export, wanted: Sequence[str]) -> str | None:
    """Give the first of some names of a column that the table has, as it has it."""
    names = {name.lower(): name for name in export.names}
    return next((names[name] for name in wanted if name in names), None)


def _text_of(export: Export, name: str) -> str:
    kinds = column_types(export.connection, "input")
    return as_text(quoted(name), kinds[name])
