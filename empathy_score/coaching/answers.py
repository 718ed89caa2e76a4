"""The agents' answers of a scored table, conversation by conversation."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from empathy_score.coaching.records import Answer
from empathy_score.errors import InputError
from empathy_score.records import Cue
from empathy_score.scored_turns import ScoredTurns

GROUPS = ("agent", "team", "channel", "conversation")
"""What can be coached."""

_READ_TOGETHER = 5000  # rows
_SELECT = """
SELECT {by} AS "group", conversation, turn, row, role, text, score, p_none, p_strong,
    level, opportunity, missed_opportunity, interrupts, out_of_domain, cues
FROM turns WHERE role NOT IN ('bot', 'system') ORDER BY conversation, position
"""

Row = Mapping[str, Any]
Turn = list[Answer]
"""The messages of one agent until the customer speaks again."""


@dataclass(slots=True)
class _SoFar:
    """What was read of one conversation."""

    turns: list[Turn] = field(default_factory=list)
    customer: list[str] = field(default_factory=list)
    last: str | None = None  # whose message came before: a role, or an agent's group


def conversations_of(turns: ScoredTurns, by: str) -> Iterator[list[Turn]]:
    """Read the agents' turns of each conversation.

    Parameters
    ----------
    turns : ScoredTurns
        From :func:`~empathy_score.scored_turns.open_scored`.
    by : str
        One of :data:`GROUPS`.

    Yields
    ------
    list of list of Answer
        For each conversation its turns in order, each with its messages.

    Raises
    ------
    InputError
        ``by`` is none of them, or there are no cues in the table.
    """
    if by not in GROUPS:
        raise InputError(f"by={by!r} is no group; allowed are {', '.join(GROUPS)}")
    _check_cues(turns)
    found = turns.connection.cursor().execute(_SELECT.format(by=by))
    names = [column[0] for column in found.description]
    rows = (
        dict(zip(names, row, strict=True))
        for batch in iter(lambda: found.fetchmany(_READ_TOGETHER), [])
        for row in batch
    )
    for _, told in itertools.groupby(rows, key=lambda row: row["conversation"]):
        said = _SoFar()
        for row in told:
            _add(said, row)
        if said.turns:
            yield said.turns


def joined(messages: Sequence[Answer]) -> Answer:
    r"""Join the messages of a turn by line breaks.

    Parameters
    ----------
    messages : sequence of Answer
        At least one.

    Returns
    -------
    Answer
        With the highest scores of the messages, and the first one's place.
    """
    first = messages[0]
    if len(messages) == 1:
        return first
    cues: list[Cue] = []
    at = 0
    for message in messages:
        cues += [
            replace(cue, start=cue.start + at, end=cue.end + at) for cue in message.cues
        ]
        at += len(message.text) + 1
    return replace(
        first,
        rows=tuple(row for message in messages for row in message.rows),
        text="\n".join(message.text for message in messages),
        cues=tuple(cues),
        score=max(message.score for message in messages),
        p_none=min(message.p_none for message in messages),
        p_strong=max(message.p_strong for message in messages),
        level=max(message.level for message in messages),
        readable=all(message.readable for message in messages),
    )


def _check_cues(turns: ScoredTurns) -> None:
    found = turns.connection.execute("SELECT count(cues) > 0 FROM turns").fetchone()
    if found is not None and not found[0]:
        raise InputError(
            f"{turns.title}: has no column 'cues', which coaching quotes; keep it when "
            "the scored table is written, or score again: "
            "empathy-score score FILE -o scored.parquet"
        )


def _add(said: _SoFar, row: Row) -> None:
    """Add a message to what was read of its conversation."""
    role = row["role"]
    if role == "customer":
        if said.last != "customer":
            said.customer = []
        said.customer.append(row["text"])
        said.last = "customer"
    elif row["score"] is not None:
        # Of a turn whose role is unknown nobody can say what it replies to.
        known = role == "agent"
        reply_to = "\n".join(said.customer) if known and said.customer else None
        answer = _answer(row, reply_to)
        same = known and said.last == f"agent {answer.group}"
        if same:
            said.turns[-1].append(answer)
        else:
            said.turns.append([answer])
        said.last = f"agent {answer.group}" if known else None


def _answer(row: Row, reply_to: str | None) -> Answer:
    cues = row["cues"]
    score = row["score"]
    return Answer(
        group=row["group"],
        conversation=row["conversation"],
        turn=row["turn"],
        rows=(row["row"],),
        reply_to=reply_to,
        text=row["text"],
        cues=tuple(Cue(**cue) for cue in cues or ()),
        score=score,
        p_none=1.0 - score if row["p_none"] is None else row["p_none"],
        p_strong=0.0 if row["p_strong"] is None else row["p_strong"],
        level=0 if row["level"] is None else row["level"],
        called=row["opportunity"],
        missed=row["missed_opportunity"],
        interrupts=row["interrupts"],
        readable=cues is not None and not row["out_of_domain"],
    )
