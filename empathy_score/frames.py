"""Frames in and out: pandas, polars and pyarrow tables through narwhals."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import narwhals as nw
import numpy as np

from empathy_score.columns import (
    Columns,
    recognise_columns,
    role_of,
    roles_mapping,
    seconds_of,
)
from empathy_score.errors import InputError
from empathy_score.native_columns import native_column
from empathy_score.records import Role, Utterance
from empathy_score.score_columns import SCORE_COLUMNS
from empathy_score.scored import Scored

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
) -> tuple[list[Utterance], bool]:
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
    list of Utterance
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
    conversations = _values(frame, columns.conversation)
    who = _values(frame, columns.role)
    starts = _times(frame, columns.start)
    ends = _times(frame, columns.end)
    known: dict[Any, Role] = {}
    named: dict[Any, str] = {}
    utterances = []
    for row, text in enumerate(texts):
        if not isinstance(text, str) or not text.strip():
            continue
        name, told = who[row], conversations[row]
        role = known.get(name)
        if role is None:
            role = "unknown" if columns.role is None else role_of(name, roles)
            known[name] = role
        conversation = named.get(told) if type(told) is str else None
        if conversation is None:
            conversation = _conversation(columns, told, row)
            if type(told) is str and told.strip():
                named[told] = conversation
        utterances.append(
            Utterance(
                row=row,
                conversation=conversation,
                role=role,
                text=text if text.isascii() else HALF_CHARACTER.sub("\ufffd", text),
                start=starts[row],
                end=ends[row],
            )
        )
    turns = _values(frame, columns.turn)
    has_roles = any(role != "unknown" for role in known.values())
    return _ordered(utterances, turns), has_roles


def _values(frame: nw.DataFrame[Any], name: str | None) -> list[Any]:
    return [None] * len(frame) if name is None else frame[name].to_list()


def _conversation(columns: Columns, value: Any, row: int) -> str:  # noqa: ANN401
    """Name the conversation; a row that names none stands alone.

    Without such a column a table with roles is one conversation.
    """
    if columns.conversation is not None:
        missing = value is None or value != value or not str(value).strip()
        return f"row-{row}" if missing else str(value).strip()
    return "" if columns.role is not None else str(row)


def _times(frame: nw.DataFrame[Any], name: str | None) -> list[float | None]:
    if name is None:
        return [None] * len(frame)
    return [seconds_of(name, value) for value in frame[name].to_list()]


def _ordered(utterances: list[Utterance], turns: Sequence[Any]) -> list[Utterance]:
    by_conversation: dict[str, list[Utterance]] = {}
    for utterance in utterances:
        by_conversation.setdefault(utterance.conversation, []).append(utterance)
    ordered: list[Utterance] = []
    for together in by_conversation.values():
        if all(_is_number(turns[utterance.row]) for utterance in together):
            together.sort(key=lambda utterance: float(turns[utterance.row]))
        if all(utterance.start is not None for utterance in together):
            together.sort(key=lambda utterance: utterance.start or 0.0)  # ties stay
        ordered.extend(together)
    return ordered


def _is_number(value: Any) -> bool:  # noqa: ANN401
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


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
    columns = {
        name: native_column(
            frame, scored.cues if name == "cues" else scored.columns[name], row_of
        )
        for name in SCORE_COLUMNS
    }
    if frame.implementation.is_polars():  # narwhals would do the same, but slower
        scored_frame = frame.to_native().with_columns(**columns)
        return cast("nw.DataFrame[Any]", nw.from_native(scored_frame))
    return frame.with_columns(
        *(
            nw.from_native(column, series_only=True).alias(name)
            for name, column in columns.items()
        )
    )
