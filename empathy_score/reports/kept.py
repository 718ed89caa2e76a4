"""The conversations that a report holds: all, or those that matter most."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from empathy_score.redaction import Redacted, moved_span, redact_text
from empathy_score.reports.cue_kinds import CueKinds, number_cues
from empathy_score.scored_turns import ScoredTurns

ROLES = ("agent", "customer", "bot", "system", "unknown")
"""The roles, in the order in which the page numbers them."""

BUDGET = 5_300_000
"""Bytes of JSON that conversations may take; the whole page stays under 8 MB."""

_TURN_BYTES, _SCORED_BYTES, _CUE_BYTES = 50, 80, 25  # beside the text, measured
_FLAGS = ("opportunity", "missed_opportunity", "interrupted", "interrupts")
_OUTSIDE = 16
_CHANCES = ("p_none", "p_weak", "p_strong")
_MECHANISMS = ("emotional_reaction", "interpretation", "exploration")

# Messages that answer the same turn of the customer's share its opportunity.
_SIZES = f"""
CREATE OR REPLACE TEMP TABLE sizes AS
WITH numbered AS (SELECT *, count(*) FILTER (role = 'customer')
    OVER (PARTITION BY conversation ORDER BY position) AS customer_turn FROM turns)
SELECT
    conversation,
    min(row) AS first_row,
    avg(score) AS empathy,
    count(DISTINCT customer_turn) FILTER (missed_opportunity) AS missed,
    count(DISTINCT customer_turn) FILTER (opportunity) AS opportunities,
    coalesce(sum(strlen(text)), 0) + {_TURN_BYTES} * count(*)
        + {_SCORED_BYTES} * count(score)
        + {_CUE_BYTES} * coalesce(sum(len(cues)), 0) AS bytes
FROM numbered GROUP BY conversation
"""
# One by one from five lists: what is quoted elsewhere in the report, most missed
# opportunities, lowest, highest, and a sample by a number that is as good as random.
_CHOSEN = """
CREATE OR REPLACE TEMP TABLE chosen AS
WITH ranked AS (SELECT *, least(
    CASE WHEN list_contains($quoted::VARCHAR[], conversation) THEN 0 END,
    CASE WHEN missed > 0 THEN
        row_number() OVER (ORDER BY missed DESC, empathy, first_row) END,
    row_number() OVER (ORDER BY empathy NULLS LAST, first_row),
    row_number() OVER (ORDER BY empathy DESC NULLS LAST, first_row),
    row_number() OVER (ORDER BY md5(conversation), first_row)
) AS rank FROM sizes),
summed AS (SELECT *, sum(bytes) OVER (ORDER BY rank, first_row) AS total FROM ranked)
SELECT * EXCLUDE (total) FROM summed WHERE total <= $most OR rank = 0
"""
_TURNS = """
SELECT c.rank, c.first_row, c.empathy, c.missed, c.opportunities, t.*
FROM turns AS t JOIN chosen AS c USING (conversation)
ORDER BY c.rank, c.first_row, t.position
"""

Names = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The conversations of a report, as JSON.

    Parameters
    ----------
    conversations : tuple of str
        One JSON object each, in the order of the input.
    places : mapping of str to int
        Index of each conversation that is kept.
    n_all : int
        How many the input has.
    kinds : CueKinds
        The numbers by which they name cues and patterns.
    """

    conversations: tuple[str, ...]
    places: Mapping[str, int]
    n_all: int
    kinds: CueKinds


def kept_conversations(
    turns: ScoredTurns,
    *,
    quoted: Iterable[str] = (),
    show_text: bool = True,
    redacted: bool = False,
    names: Names = str,
    budget: int = BUDGET,
) -> Kept:
    """Choose conversations and write each as JSON.

    Parameters
    ----------
    turns : ScoredTurns
        An opened scored table.
    quoted : iterable of str
        Conversations that the report quotes; they come first.
    show_text : bool, default True
        False leaves texts out, and where cues stand in them.
    redacted : bool, default False
        Mask addresses and numbers in texts.
    names : callable
        How names of agents, teams, channels and conversations are written.
    budget : int
        Bytes of JSON at most.

    Returns
    -------
    Kept
        All conversations where they fit. Else those that are quoted, and one by one
        those with most missed opportunities, lowest scores, highest scores, and a
        random sample.
    """
    connection = turns.connection
    connection.execute(_SIZES)
    connection.execute(
        _CHOSEN, {"quoted": sorted(set(quoted)), "most": int(1.3 * budget)}
    )
    kinds = _kinds(turns)
    texts = _texts(show_text=show_text, redacted=redacted)
    found, spent = [], 0
    for rows in _by_conversation(connection.execute(_TURNS)):
        one = json.dumps(
            _conversation(rows, kinds, texts, names),
            ensure_ascii=False,
            separators=(",", ":"),
        )
        n_bytes = len(one.encode()) + 5 * sum(map(one.count, "<>&"))  # as \\u003c
        if spent + n_bytes <= budget:
            spent += n_bytes
            found.append((rows[0]["first_row"], rows[0]["conversation"], one))
    found.sort()
    n_all = connection.execute("SELECT count(*) FROM sizes").fetchone()
    return Kept(
        conversations=tuple(one for _, _, one in found),
        places={name: place for place, (_, name, _) in enumerate(found)},
        n_all=int(n_all[0]) if n_all else 0,
        kinds=kinds,
    )


def _kinds(turns: ScoredTurns) -> CueKinds:
    """Give numbers to the cues of the chosen conversations."""
    cues = (
        "(SELECT unnest(t.cues, recursive := true) FROM turns AS t "
        "JOIN chosen USING (conversation))"
    )
    labels = turns.connection.execute(
        f"SELECT DISTINCT label, subtype FROM {cues} ORDER BY ALL"
    ).fetchall()
    patterns = turns.connection.execute(
        f"SELECT DISTINCT pattern FROM {cues} ORDER BY ALL"
    ).fetchall()
    return number_cues(labels, (pattern for (pattern,) in patterns))


def _texts(*, show_text: bool, redacted: bool) -> Callable[[str], Redacted | None]:
    if not show_text:
        return lambda _: None
    if redacted:
        return redact_text
    return lambda text: Redacted(text=text, spans=())


def _by_conversation(result: Any) -> Iterator[list[dict[str, Any]]]:  # noqa: ANN401
    columns = [column[0] for column in result.description]
    group: list[dict[str, Any]] = []
    while batch := result.fetchmany(5000):
        for cells in batch:
            row = dict(zip(columns, cells, strict=True))
            if group and group[0]["conversation"] != row["conversation"]:
                yield group
                group = []
            group.append(row)
    if group:
        yield group


def _conversation(
    rows: Sequence[Mapping[str, Any]],
    kinds: CueKinds,
    texts: Callable[[str], Redacted | None],
    names: Names,
) -> dict[str, Any]:
    def only(name: str) -> str | None:
        values = [row[name] for row in rows if row[name] is not None]
        return names(str(values[0])) if values else None

    first = rows[0]
    agents = dict.fromkeys(row["agent"] for row in rows if row["agent"] is not None)
    return {
        "id": names(first["conversation"]),
        "agents": [names(agent) for agent in agents],
        "team": only("team"),
        "channel": only("channel"),
        "week": None if first["week"] is None else first["week"].isoformat(),
        "empathy": _rounded(first["empathy"]),
        "missed": first["missed"],
        "opportunities": first["opportunities"],
        "order": first["first_row"],
        "turns": [_turn(row, kinds, texts) for row in rows],
    }


def _turn(
    row: Mapping[str, Any],
    kinds: CueKinds,
    texts: Callable[[str], Redacted | None],
) -> list[Any]:
    """Write a turn as a list: names would take more room than the figures."""
    shown = texts(row["text"])
    flags = sum(1 << bit for bit, name in enumerate(_FLAGS) if row[name])
    if row["out_of_domain"]:
        flags += _OUTSIDE
    wait = row["response_seconds"]
    scored = row["score"] is not None
    return [
        ROLES.index(row["role"]),
        None if shown is None else shown.text,
        row["position"],
        *(_rounded(row[name]) for name in ("score", "score_low", "score_high")),
        row["level"],
        _several(row, _CHANCES) if scored else None,
        _several(row, _MECHANISMS) if scored else None,
        flags,
        None if wait is None else round(wait, 1),
        list(_cues(row["cues"] or (), kinds, shown)),
    ]


def _cues(
    cues: Iterable[Mapping[str, Any]], kinds: CueKinds, shown: Redacted | None
) -> Iterator[list[int]]:
    """Write cues as numbers; one that stands in a mask only is left out."""
    for cue in cues:
        place: tuple[int, int] | None = (0, 0)
        if shown is not None:
            place = moved_span(shown, cue["start"], cue["end"])
        if place is not None:
            kind = kinds.kinds[cue["label"], cue["subtype"]]
            yield [kind, *place, kinds.patterns[cue["pattern"]], int(cue["negated"])]


def _several(row: Mapping[str, Any], names: Sequence[str]) -> list[float | None] | None:
    found = [_rounded(row[name]) for name in names]
    return found if any(value is not None for value in found) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
