"""Whole conversations out of an opened export, batch by batch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import duckdb

from empathy_score.columns import role_of, seconds_of
from empathy_score.readers.sql import (
    as_text,
    column_types,
    fetched,
    interruptible,
    quoted,
    run,
)
from empathy_score.readers.table import Export
from empathy_score.records import Role, Utterance

_UNIT_ROWS = 20_000
_UNIT_BYTES = 16_000_000


def conversations(
    export: Export, batch_size: int = 20_000
) -> Iterator[list[Utterance]]:
    r"""Yield whole conversations, in batches of about ``batch_size`` utterances.

    Conversations come in order of first appearance. Within one, utterances go by
    start time where each has one (equal ones by turn number), else by turn number
    where each has one, else as in the file. Without a conversation column a file is
    one conversation if there is a role column, and each row is one if there is none;
    so is a row whose conversation is empty.

    Parameters
    ----------
    export : Export
    batch_size : int
        A batch ends with the conversation that reaches it.

    Yields
    ------
    list of Utterance

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from empathy_score.readers.table import open_export
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("ticket_id,turn,text\nB,2,bye\nA,1,hello\nB,1,hi\n")
    ...     export = open_export([file], folder=Path(name))
    ...     batches = list(conversations(export))
    ...     export.connection.close()
    >>> [(turn.row, turn.conversation, turn.text) for turn in batches[0]]
    [(2, 'B', 'hi'), (0, 'B', 'bye'), (1, 'A', 'hello')]
    """
    batch: list[Utterance] = []
    turns_of_all = _turns(export, max(batch_size, _UNIT_ROWS))
    grouped = itertools.groupby(turns_of_all, key=lambda turn: turn[0].conversation)
    for _, turns in grouped:
        batch += _in_order(list(turns))
        if len(batch) >= batch_size:
            yield batch
            batch = []
    if batch:
        yield batch


def _turns(export: Export, unit_rows: int) -> Iterator[tuple[Utterance, float | None]]:
    """Yield utterances and their turn numbers, conversation by conversation.

    DuckDB sorts only row numbers: sorting long texts does not fit into its memory.
    Texts are fetched for a few thousand rows of whole conversations at a time.
    """
    columns = export.columns
    roles: dict[str | None, Role] = {}
    cursor = export.connection.cursor()
    try:
        query = _unit_query(export)
        for unit in list(_units(export, cursor, unit_rows)):
            with interruptible():
                rows = cursor.execute(query, unit).fetchall()
            for _, row, conversation, role, text, start, end, turn in sorted(rows):
                if role not in roles:
                    roles[role] = role_of(role, export.roles)
                utterance = Utterance(
                    row=row,
                    conversation=conversation,
                    role=roles[role],
                    text=text,
                    start=seconds_of(columns.start or "", start),
                    end=seconds_of(columns.end or "", end),
                )
                yield utterance, turn
    finally:
        cursor.close()


def _conversation_sql(export: Export, types: Mapping[str, str]) -> str:
    """Write the SQL for the conversation of a row of ``input AS i``."""
    alone = "'row-' || i.__row"
    name = export.columns.conversation
    if name is None:
        return alone if export.columns.role is None else "i.__file"
    named = as_text(f"i.{quoted(name)}", types[name])
    return f"coalesce(nullif(trim({named}), ''), {alone})"


def _units(
    export: Export, cursor: duckdb.DuckDBPyConnection, unit_rows: int
) -> Iterator[dict[str, int]]:
    """Yield runs of conversations, by first row, that fit into memory together."""
    types = column_types(cursor, "input")
    text = as_text(f"i.{quoted(export.columns.text)}", types[export.columns.text])
    conversation = _conversation_sql(export, types)
    run(
        cursor,
        f"CREATE OR REPLACE TABLE firsts AS SELECT {conversation} AS id, "
        "min(i.__row) AS first, max(i.__row) AS last, count(*) AS n_rows, "
        f"sum(strlen({text})) AS n_bytes FROM input AS i GROUP BY 1",
    )
    run(
        cursor,
        "CREATE OR REPLACE TABLE placed AS SELECT i.__row, f.first FROM input AS i "
        f"JOIN firsts AS f ON f.id = {conversation}",
    )
    run(cursor, "SELECT first, last, n_rows, n_bytes FROM firsts ORDER BY first")
    unit, n_rows, n_bytes = {"first": 0, "until": 0, "last": 0}, 0, 0
    while rows := fetched(cursor):
        for first, last, more_rows, more_bytes in rows:
            if n_rows >= unit_rows or n_bytes >= _UNIT_BYTES:
                yield unit
                unit, n_rows, n_bytes = {"first": first, "until": 0, "last": 0}, 0, 0
            unit = {**unit, "until": first, "last": max(last, unit["last"])}
            n_rows, n_bytes = n_rows + more_rows, n_bytes + more_bytes
    yield unit


def _unit_query(export: Export) -> str:
    columns = export.columns
    types = column_types(export.connection, "input")

    def text_of(name: str | None) -> str:
        return "NULL" if name is None else as_text(f"i.{quoted(name)}", types[name])

    return (
        f"SELECT p.first, i.__row, {_conversation_sql(export, types)}, "
        f"{text_of(columns.role)}, {text_of(columns.text)}, {text_of(columns.start)}, "
        f"{text_of(columns.end)}, TRY_CAST({text_of(columns.turn)} AS DOUBLE) "
        "FROM input AS i JOIN (SELECT __row, first FROM placed WHERE "
        "first BETWEEN $first AND $until AND __row BETWEEN $first AND $last) AS p "
        "ON p.__row = i.__row WHERE i.__row BETWEEN $first AND $last"
    )


def _in_order(turns: list[tuple[Utterance, float | None]]) -> list[Utterance]:
    """Sort by turn number, then by start; a sort keeps the order of ties."""
    numbers = [number for _, number in turns if number is not None]
    if len(numbers) == len(turns):
        turns = [turns[at] for at in sorted(range(len(turns)), key=numbers.__getitem__)]
    said = [one for one, _ in turns]
    starts = [one.start for one in said if one.start is not None]
    if len(starts) < len(said):
        return said
    return [said[at] for at in sorted(range(len(said)), key=starts.__getitem__)]
