"""From the view ``input`` to the table ``turns``, in SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from empathy_score.columns import Columns, role_of
from empathy_score.readers.sql import as_text, column_types, quoted
from empathy_score.records import Role
from empathy_score.score_columns import SCORE_COLUMNS
from empathy_score.scored_turns.times import add_seconds, seconds_sql

TURN_COLUMNS: Mapping[str, str] = {
    "row": "BIGINT",
    "conversation": "VARCHAR",
    "position": "BIGINT",
    "turn": "VARCHAR",
    "role": "VARCHAR",
    "speaker": "VARCHAR",
    "agent": "VARCHAR",
    "team": "VARCHAR",
    "channel": "VARCHAR",
    "week": "DATE",
    "start": "DOUBLE",
    "end": "DOUBLE",
    "words": "BIGINT",
    "text": "VARCHAR",
    "outcome": "DOUBLE",
    **SCORE_COLUMNS,
}
"""The columns of ``turns``, in their order, with their SQL types."""

_NO_NAME = re.compile(
    r"(?:spk|speaker|s|ch|channel|participant|person|side)?[ _-]?\d+|[a-z]",
    re.IGNORECASE,
)
_CALENDAR = 315_532_800  # 1980: the clock of a recording never gets there
_AGENT_SIDE = "(r.role = 'agent' OR h.score IS NOT NULL AND r.role <> 'customer')"
_ROLES = "heard AS h JOIN role_names AS r ON h.role IS NOT DISTINCT FROM r.name"

_CONVERSATIONS = f"""
CREATE TABLE told AS SELECT
    conversation,
    bool_and(start IS NOT NULL) AS by_start,
    bool_and(number IS NOT NULL) AS by_number,
    min(start) AS start,
    min(agent) FILTER ({_AGENT_SIDE}) AS agent,
    max(agent) FILTER ({_AGENT_SIDE}) AS last_agent,
    min(team) FILTER ({_AGENT_SIDE}) AS team,
    max(team) FILTER ({_AGENT_SIDE}) AS last_team,
    min(channel) AS channel,
    max(channel) AS last_channel
FROM {_ROLES} GROUP BY conversation
"""
# Scoring sorts by turn number, then by start, and keeps the order of ties.
_POSITIONS = """
CREATE TABLE placed AS SELECT h.row, row_number() OVER (
    PARTITION BY h.conversation ORDER BY
    CASE WHEN t.by_start THEN h.start END, CASE WHEN t.by_number THEN h.number END,
    h.row
) AS position FROM heard AS h JOIN told AS t USING (conversation)
"""


def make_turns(
    connection: duckdb.DuckDBPyConnection,
    columns: Columns,
    *,
    roles: Mapping[str, Role],
    outcome: str | None,
    with_text: bool,
) -> None:
    """Fill the table ``turns`` from the view ``input``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Has the view; gets the table.
    columns : Columns
        Which column of the input holds what.
    roles : mapping of str to role
        What its role names mean.
    outcome : str or None
        A column of numbers, or true and false.
    with_text : bool
        Whether texts and cues are kept.

    Raises
    ------
    duckdb.Error
        If a cell of a score is no such thing.
    """
    kinds = column_types(connection, "input")
    for meaning, column in (("start", columns.start), ("end", columns.end)):
        add_seconds(connection, meaning, column)
    heard = _heard(columns, kinds, outcome, with_text)
    connection.execute(f"CREATE TABLE heard AS SELECT * FROM ({heard}) WHERE said")
    _name_roles(connection, roles, has_roles=columns.role is not None)
    if columns.agent is None:
        _drop_labels_that_name_nobody(connection)
    connection.execute(_CONVERSATIONS)
    connection.execute(_POSITIONS)
    connection.execute(f"CREATE TABLE turns AS {_turns()}")
    for name in ("heard", "told", "placed", "role_names"):
        connection.execute(f"DROP TABLE {name}")


def _heard(
    columns: Columns, kinds: Mapping[str, str], outcome: str | None, with_text: bool
) -> str:
    """Write the query for what stands in each row of the input."""
    by_speaker = columns.agent is None and columns.speaker != columns.role
    agent = columns.speaker if by_speaker else columns.agent
    text = _cell(columns.text, kinds)
    alone = "'row-' || place" if columns.conversation or not columns.role else "''"
    listed = {
        "row": "place",
        "conversation": f"coalesce({_label(columns.conversation, kinds)}, {alone})",
        "turn": _label(columns.turn, kinds),
        "number": f"TRY_CAST({_cell(columns.turn, kinds)} AS DOUBLE)",
        "role": _label(columns.role, kinds),
        "speaker": _label(columns.speaker, kinds),
        "agent": _label(agent, kinds),
        "team": _label(columns.team, kinds),
        "channel": _label(columns.channel, kinds),
        "start": seconds_sql("start", columns.start, kinds),
        "end": seconds_sql("end", columns.end, kinds),
        "words": _words(text),
        "text": text if with_text else "NULL::VARCHAR",
        "outcome": _number(outcome, kinds),
        "said": f"coalesce(trim({text}), '') <> ''",
        **{name: _score(name, kinds) for name in SCORE_COLUMNS},
    }
    if not with_text:
        listed["cues"] = f"NULL::{SCORE_COLUMNS['cues']}"
    selected = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in listed.items())
    numbered = "SELECT row_number() OVER () - 1 AS place, * FROM input"
    return f"SELECT {selected} FROM ({numbered})"


def _cell(column: str | None, kinds: Mapping[str, str]) -> str:
    """Write the SQL for a cell as text."""
    if column is None:
        return "NULL::VARCHAR"
    return as_text(quoted(column), kinds[column])


def _words(text: str) -> str:
    """Write the SQL for the number of words; patterns are slow, and rarely needed."""
    spaced = " OR ".join(
        f"contains({text}, {sign})" for sign in ("'  '", "chr(9)", "chr(10)", "chr(13)")
    )
    return (
        f"CASE WHEN {spaced} OR trim({text}) <> {text} "
        rf"THEN len(regexp_extract_all({text}, '\S+')) "
        f"ELSE length({text}) - length(replace({text}, ' ', '')) + 1 END"
    )


def _label(column: str | None, kinds: Mapping[str, str]) -> str:
    """Write the SQL for a name, or for the whole number that a frame made a float."""
    cell = _cell(column, kinds)
    if column is not None and kinds[column] in {"DOUBLE", "FLOAT"}:
        cell = rf"regexp_replace({cell}, '\.0$', '')"
    return f"nullif(trim({cell}), '')"


def _number(column: str | None, kinds: Mapping[str, str]) -> str:
    """Write the SQL for a cell as a finite number; true is 1 and false 0."""
    cell = f"trim({_cell(column, kinds)})"
    number = f"TRY_CAST({cell} AS DOUBLE)"
    answer = (
        f"CASE lower({cell}) WHEN 'true' THEN 1.0 WHEN 'yes' THEN 1.0 "
        "WHEN 'false' THEN 0.0 WHEN 'no' THEN 0.0 END"
    )
    return f"coalesce(CASE WHEN isfinite({number}) THEN {number} END, {answer})"


def _score(name: str, kinds: Mapping[str, str]) -> str:
    """Write the SQL for a column that scoring added; null where it is not there."""
    wanted = SCORE_COLUMNS[name]
    if name not in kinds:
        return f"NULL::{wanted}"
    column, kind = quoted(name), kinds[name]
    if kind == "VARCHAR":
        column = f"nullif({column}, '')"
    if wanted == "DOUBLE":
        number = f"CAST({column} AS DOUBLE)"
        return f"CASE WHEN isfinite({number}) THEN {number} END"
    if name == "cues" and not kind.startswith("STRUCT"):
        json = column if kind in {"VARCHAR", "JSON"} else f"to_json({column})"
        column = f"CAST({json} AS JSON)"
    return f"CAST({column} AS {wanted})"


def _name_roles(
    connection: duckdb.DuckDBPyConnection, roles: Mapping[str, Role], *, has_roles: bool
) -> None:
    """Fill ``role_names`` with each role of the input and what it means."""
    found = connection.execute("SELECT DISTINCT role FROM heard").fetchall()
    names = [name for (name,) in found]
    meant = [role_of(name, roles) if has_roles else "unknown" for name in names]
    connection.execute(
        "CREATE TABLE role_names AS SELECT unnest($1::VARCHAR[]) AS name, "
        "unnest($2::VARCHAR[]) AS role",
        [names, meant],
    )


def _drop_labels_that_name_nobody(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep a speaker's label as the agent only where it is a name."""
    found = connection.execute("SELECT DISTINCT agent FROM heard").fetchall()
    nobody = [
        label
        for (label,) in found
        if label and (_NO_NAME.fullmatch(label) or role_of(label) != "unknown")
    ]
    connection.execute(
        "UPDATE heard SET agent = NULL WHERE list_contains($1::VARCHAR[], agent)",
        [nobody],
    )


def _turns() -> str:
    """Write the query for ``turns``."""

    def of_agent(name: str) -> str:
        only = f"CASE WHEN t.{name} = t.last_{name} THEN t.{name} END"
        return f"CASE WHEN {_AGENT_SIDE} THEN coalesce(h.{name}, {only}) END"

    made = {
        "position": "p.position",
        "role": "r.role",
        "agent": of_agent("agent"),
        "team": of_agent("team"),
        "channel": (
            "coalesce(h.channel, CASE WHEN t.channel = t.last_channel "
            "THEN t.channel END)"
        ),
        "week": (
            f"CASE WHEN t.start >= {_CALENDAR} THEN "
            "CAST(date_trunc('week', make_timestamp(CAST(t.start * 1e6 AS BIGINT))) "
            "AS DATE) END"
        ),
    }
    listed = ", ".join(
        f"{made.get(name, f'h.{quoted(name)}')} AS {quoted(name)}"
        for name in TURN_COLUMNS
    )
    return (
        f"SELECT {listed} FROM {_ROLES} JOIN told AS t USING (conversation) "
        "JOIN placed AS p ON p.row = h.row"
    )
