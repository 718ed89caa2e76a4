"""Open a scored table, whatever it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from empathy_score.columns import (
    Columns,
    named_columns,
    recognise_columns,
    roles_mapping,
)
from empathy_score.errors import InputError
from empathy_score.readers.sql import column_types, database, interruptible
from empathy_score.records import Role
from empathy_score.score_columns import SCORE_COLUMNS
from empathy_score.scored_turns.sources import (
    names_files,
    paths_of,
    unreadable,
    view_files,
    view_frame,
)
from empathy_score.scored_turns.turns import make_turns


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredTurns:
    """An opened scored table.

    Attributes
    ----------
    connection : duckdb.DuckDBPyConnection
        The database; its table ``turns`` has the columns of :data:`TURN_COLUMNS` and
        a row for each turn with a text, in no order: sort by ``row``.
    columns : Columns
        Which column of the input holds what.
    names : tuple of str
        All columns of the input.
    title : str
        What to call the input: its files, or the kind of frame.
    """

    connection: duckdb.DuckDBPyConnection
    columns: Columns
    names: tuple[str, ...]
    title: str


@contextmanager
def open_scored(
    table: Any,  # noqa: ANN401
    *,
    text: str | None = None,
    conversation: str | None = None,
    role: str | None = None,
    speaker: str | None = None,
    turn: str | None = None,
    start: str | None = None,
    end: str | None = None,
    agent: str | None = None,
    team: str | None = None,
    channel: str | None = None,
    roles: Mapping[str, Role] | None = None,
    outcome: str | None = None,
    with_text: bool = True,
) -> Iterator[ScoredTurns]:
    r"""Open a scored table; its turns are there while the context lasts.

    Parameters
    ----------
    table : frame, path or sequence of paths
        A pandas or polars DataFrame or a pyarrow Table with the columns that scoring
        adds, or ``.csv``, ``.jsonl`` or ``.parquet`` files that
        ``empathy-score score`` wrote.
    text, conversation, role, speaker, turn, start, end : str, optional
        Names of columns; recognised by their usual names if not given.
    agent, team, channel : str, optional
        The same.
    roles : mapping of str to role, optional
        What the table's role names mean, as for scoring.
    outcome : str, optional
        A column of numbers, or of true and false, for ``turns.outcome``.
    with_text : bool, default True
        False leaves ``text`` and ``cues`` null, which is quicker; ``words`` stays.

    Yields
    ------
    ScoredTurns
        With the table ``turns``. ``row`` is the place in the input, from 0;
        ``position`` the place in the conversation, from 1, in the order in which
        scoring reads it; ``turn`` what the input writes; ``role`` one of agent,
        customer, bot, system, unknown. ``agent`` and ``team`` stand at the turns of
        the agent's side (the agent's, and all scored ones but the customer's) and are
        null at the others. Without an agent column the label of the speaker serves,
        unless it is a role or a number such as ``spk_0``. A turn without agent, team
        or channel takes that of its conversation where there is only one. ``week`` is
        the Monday (UTC) of the week in which the conversation starts, null where
        times are no dates. ``start`` and ``end`` are seconds. What the input lacks is
        null. Without a conversation column the table is one conversation if it tells
        roles, else each row is one; so is a row whose conversation is empty.

    Raises
    ------
    InputError
        No such file, frame or column, a file that cannot be read, a table that was
        not scored, or an outcome without numbers.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> rows = "ticket,agent_name,text,score\n7,Ann,I am so sorry.,0.9\n"
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "scored.csv")
    ...     _ = file.write_text(rows)
    ...     with open_scored(file) as turns:
    ...         turns.connection.execute(
    ...             "SELECT conversation, agent, words, score, level FROM turns"
    ...         ).fetchall()
    [('7', 'Ann', 4, 0.9, None)]
    """
    named = {
        "text": text,
        "conversation": conversation,
        "role": role,
        "speaker": speaker,
        "turn": turn,
        "start": start,
        "end": end,
        "agent": agent,
        "team": team,
        "channel": channel,
    }
    known = roles_mapping([f"{name}={role}" for name, role in (roles or {}).items()])
    with tempfile.TemporaryDirectory(prefix="empathy-score-") as folder:
        connection = database(Path(folder))
        try:
            with interruptible():
                connection.execute("PRAGMA force_compression = 'auto'")
                turns = _opened(connection, table, Path(folder), named, outcome)
                try:
                    make_turns(
                        connection,
                        turns.columns,
                        roles=known,
                        outcome=outcome,
                        with_text=with_text,
                    )
                except duckdb.Error as error:
                    raise unreadable(turns.title, error) from error
                _check(turns, outcome)
            yield turns
        finally:
            connection.close()


def _opened(
    connection: duckdb.DuckDBPyConnection,
    table: Any,  # noqa: ANN401
    folder: Path,
    named: Mapping[str, str | None],
    outcome: str | None,
) -> ScoredTurns:
    """Make the view ``input``, and recognise its columns."""
    if names_files(table):
        paths = paths_of(table)
        title = ", ".join(str(path) for path in paths)
        view_files(connection, paths)
        names = list(column_types(connection, "input"))
        columns = _columns(title, names, named, outcome)
    else:
        from empathy_score.frames import table_of

        frame = table_of(table)
        title = f"the {type(table).__name__}"
        names = frame.columns
        columns = _columns(title, names, named, outcome)
        wanted = {*named_columns(columns).values(), *SCORE_COLUMNS, outcome}
        wanted_names = [name for name in names if name in wanted]
        view_frame(connection, frame, wanted_names, folder)
    return ScoredTurns(
        connection=connection, columns=columns, names=tuple(names), title=title
    )


def _columns(
    title: str,
    names: Sequence[str],
    named: Mapping[str, str | None],
    outcome: str | None,
) -> Columns:
    """Recognise the columns of the input; those of the scores are none of them."""
    if "score" not in names:
        raise InputError(
            f"{title}: there is no column 'score'; score the table first, with "
            "empathy-score score FILE -o OUT or score_frame(frame)"
        )
    if outcome is not None and outcome not in names:
        listed = ", ".join(repr(name) for name in names if name not in SCORE_COLUMNS)
        raise InputError(
            f"{title}: there is no column {outcome!r} for the outcome; "
            f"columns: {listed}"
        )
    others = [name for name in names if name not in SCORE_COLUMNS]
    if named["role"] is None and "role_auto" in others:  # decided while scoring
        named = {**named, "role": "role_auto"}
    return recognise_columns(others, **named)


def _check(turns: ScoredTurns, outcome: str | None) -> None:
    found = turns.connection.execute(
        "SELECT count(score), min(score), max(score), count(outcome) FROM turns"
    ).fetchone()
    n_scores, least, most, n_outcomes = found or (0, None, None, 0)
    if not n_scores:
        raise InputError(f"{turns.title}: no turn has a score; score the table first")
    if least < 0 or most > 1:
        raise InputError(
            f"{turns.title}: its column 'score' goes from {least:g} to {most:g}, where "
            "scores of empathy are from 0 to 1; score the table first"
        )
    if outcome is not None and not n_outcomes:
        raise InputError(
            f"{turns.title}: the column {outcome!r} holds no numbers; allowed are "
            "numbers, true and false, yes and no"
        )
