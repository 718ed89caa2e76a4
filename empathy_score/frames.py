"""Frames in and out: pandas, polars and pyarrow tables through narwhals."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import narwhals as nw
import numpy as np
import numpy.typing as npt

from empathy_score.columns import (
    Columns,
    recognise_columns,
    role_of,
    roles_mapping,
    seconds_of,
)
from empathy_score.errors import InputError
from empathy_score.native_columns import native_columns
from empathy_score.records import Role
from empathy_score.score_columns import SCORE_COLUMNS
from empathy_score.scored import Scored
from empathy_score.utterance_table import UtteranceTable

HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""A lone surrogate: no text that can be encoded."""


def table_of(frame: Any) -> nw.DataFrame[Any]:  # noqa: ANN401
    """Check a frame and wrap it.

    Parameters
    ----------
    frame : pandas, polars or pyarrow table
        One row per utterance.

    Returns
    -------
    narwhals DataFrame

    Raises
    ------
    InputError
        If it is another thing, not yet computed, or its columns' names are no texts
        or stand twice.
    """
    if nw.dependencies.is_pandas_dataframe(frame):
        _check_names(list(frame.columns))  # before narwhals does, in its own words
    elif nw.dependencies.is_pyarrow_table(frame):
        _check_names(list(frame.column_names))
    table = nw.from_native(frame, pass_through=True)
    if isinstance(table, nw.LazyFrame):
        raise InputError(
            f"the frame is lazy ({type(frame).__name__}) and has no rows yet; "
            "score_frame(frame.collect())"
        )
    known = isinstance(table, nw.DataFrame) and (
        table.implementation.is_pandas()
        or table.implementation.is_polars()
        or table.implementation.is_pyarrow()
    )
    if not known:
        raise InputError(
            f"the frame is a {type(frame).__name__}; allowed are a pandas or polars "
            "DataFrame and a pyarrow Table"
        )
    return cast("nw.DataFrame[Any]", table)


def _check_names(names: Sequence[object]) -> None:
    for name in names:
        if not isinstance(name, str):
            raise InputError(
                f"the frame's column {name!r} is named by a {type(name).__name__}; "
                "names must be texts: frame.columns = [str(name) for name in "
                "frame.columns]"
            )
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"the frame has {names.count(name)} columns named {name!r}; "
                "rename or drop all but one"
            )


def utterances_of(
    frame: nw.DataFrame[Any],
    names: Mapping[str, str | None],
    roles: Mapping[str, Role] | None,
) -> tuple[UtteranceTable, bool]:
    """Read a frame as utterances, each conversation in order.

    Parameters
    ----------
    frame : narwhals DataFrame
        One row per utterance.
    names : mapping of str to str or None
        Columns named by the user, as for
        :func:`~empathy_score.columns.recognise_columns`.
    roles : mapping of str to role, optional
        What the frame's role names mean.

    Returns
    -------
    UtteranceTable
        Without the rows that have no text; half characters become U+FFFD.
    bool
        Whether any row names a role that is known.

    Raises
    ------
    InputError
        If there is no text column, a named column does not exist, or ``roles`` names
        what is no role.
    """
    columns = recognise_columns(frame.columns, **names)
    roles = roles_mapping([f"{name}={role}" for name, role in (roles or {}).items()])
    texts = frame[columns.text].to_list()
    rows = [
        row for row, text in enumerate(texts) if isinstance(text, str) and text.strip()
    ]
    told = _values(frame, columns.conversation, rows)
    table = UtteranceTable(
        row=rows,
        conversation=_conversations(columns, told, rows),
        role=_roles(_values(frame, columns.role, rows), roles),
        text=[*map(_whole_characters, map(texts.__getitem__, rows))],
        start=_times(frame, columns.start, rows),
        end=_times(frame, columns.end, rows),
    )
    turns = None if columns.turn is None else _values(frame, columns.turn, rows)
    order = _order(table, turns)
    if (np.diff(order) != 1).any():
        table = table.at(order.tolist())
    return table, not {"unknown"}.issuperset(table.role)


def _values(
    frame: nw.DataFrame[Any], name: str | None, rows: Sequence[int]
) -> list[Any]:
    if name is None:
        return [None] * len(rows)
    values = frame[name].to_list()
    return values if len(rows) == len(values) else [values[row] for row in rows]


def _whole_characters(text: str) -> str:
    return text if text.isascii() else HALF_CHARACTER.sub("\ufffd", text)


def _roles(names: Sequence[Any], mapping: Mapping[str, Role]) -> list[Role]:
    roles = {name: role_of(name, mapping) for name in set(names)}
    return [roles[name] for name in names]


def _conversations(
    columns: Columns, values: Sequence[Any], rows: Sequence[int]
) -> list[str]:
    named: dict[str, str] = {}  # the same text for the same conversation
    conversations = []
    for row, value in zip(rows, values, strict=True):
        name = named.get(value) if type(value) is str else None
        if name is None:
            name = _conversation(columns, value, row)
            if type(value) is str and value.strip():
                named[value] = name
        conversations.append(name)
    return conversations


def _conversation(columns: Columns, value: Any, row: int) -> str:  # noqa: ANN401
    """Name the conversation; a row that names none stands alone.

    Without such a column a table with roles is one conversation.
    """
    if columns.conversation is not None:
        missing = value is None or value != value or not str(value).strip()
        return f"row-{row}" if missing else str(value).strip()
    return "" if columns.role is not None else str(row)


def _times(
    frame: nw.DataFrame[Any], name: str | None, rows: Sequence[int]
) -> list[float | None]:
    if name is None:
        return [None] * len(rows)
    return [seconds_of(name, value) for value in _values(frame, name, rows)]


def _order(table: UtteranceTable, turns: Sequence[Any] | None) -> npt.NDArray[np.int64]:
    """Put each conversation together, by number of turn, then by time."""
    first: dict[str, int] = {}
    numbers = np.array(
        [first.setdefault(name, len(first)) for name in table.conversation],
        dtype=np.int64,
    )
    keys: list[npt.NDArray[Any]] = [numbers]  # the last counts most; ties stay
    if table.start.count(None) < len(table):
        keys.insert(0, _if_whole(table.start, numbers, len(first)))
    if turns is not None:
        keys.insert(0, _if_whole([*map(_number, turns)], numbers, len(first)))
    return np.lexsort(keys)


def _if_whole(
    values: Sequence[float | None], numbers: npt.NDArray[np.int64], n: int
) -> npt.NDArray[np.float64]:
    """Give the values of the conversations that lack none; zeros for others."""
    found = np.array(values, dtype=np.float64)
    lack = np.bincount(numbers, weights=np.isnan(found), minlength=n) > 0
    return np.where(lack[numbers], 0.0, found)


def _number(value: Any) -> float | None:  # noqa: ANN401
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def add_columns(
    frame: nw.DataFrame[Any], scored: Scored, places: Sequence[int]
) -> nw.DataFrame[Any]:
    """Add score columns to a frame, in the frame's own kind.

    Parameters
    ----------
    frame : narwhals DataFrame
        What was scored.
    scored : Scored
        Scored turns.
    places : sequence of int
        Which row of the frame each turn is; the others become rows of nulls.

    Returns
    -------
    narwhals DataFrame
        A column of the same name that was there before is kept as ``<name>_input``.
    """
    renamed: dict[str, str] = {}
    for name in frame.columns:
        if name in SCORE_COLUMNS:
            new = f"{name}_input"
            while new in {*frame.columns, *renamed.values()}:
                new += "_input"
            renamed[name] = new
    frame = frame.rename(renamed) if renamed else frame
    row_of = np.full(len(frame), -1, dtype=np.int64)  # the turn of each row
    row_of[places] = np.arange(len(places))
    columns = native_columns(frame, scored, row_of)
    if frame.implementation.is_polars():  # narwhals would do the same, but slower
        scored_frame = frame.to_native().hstack(
            [column.alias(name) for name, column in columns.items()]
        )
        return cast("nw.DataFrame[Any]", nw.from_native(scored_frame))
    return frame.with_columns(
        *(
            nw.from_native(column, series_only=True).alias(name)
            for name, column in columns.items()
        )
    )
