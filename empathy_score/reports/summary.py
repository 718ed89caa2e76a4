"""Everything that a report shows, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from empathy_score.coaching import Coaching, Moment
from empathy_score.outcomes import Impact
from empathy_score.reports.chart_parts import Chart, charts_of
from empathy_score.reports.figures import CONFIDENCE, whole_figures
from empathy_score.reports.filters import conversation_filters
from empathy_score.reports.groups import TITLES, cue_part, group_part
from empathy_score.reports.kept import Kept, Names, kept_conversations
from empathy_score.reports.method import kept_sentences, method_part
from empathy_score.reports.moments import Telling, coaching_part, missed_part
from empathy_score.reports.naming import masked_names, plain_names
from empathy_score.reports.outcomes import impact_part
from empathy_score.reports.overview import (
    figure_tiles,
    lead_sentences,
    period_words,
    what_was_not_seen,
)
from empathy_score.reports.wording import count_words
from empathy_score.scored_turns import ScoredTurns
from empathy_score.summaries import group_columns, pairs_of, summary_of
from empathy_score.summaries.groups import Columns
from empathy_score.summaries.tables import plain_rows

_MOST_COMPARED = 100
_MOST_DIFFERENCES = 10

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report was asked for.

    Parameters
    ----------
    show_text, redacted : bool
        Whether texts are shown, and masked.
    title : str or None
        Of the page.
    min_conversations : int
        Groups with fewer are hidden.
    """

    show_text: bool
    redacted: bool
    title: str | None
    min_conversations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a page is made from.

    Parameters
    ----------
    parts : dict
        What the template reads.
    kept : Kept
        The conversations.
    charts : tuple of Chart
        The charts.
    """

    parts: Mapping[str, Any]
    kept: Kept
    charts: tuple[Chart, ...]


def page_summary(
    turns: ScoredTurns,
    asked: Asked,
    *,
    people: Sequence[Coaching],
    missed: Sequence[Moment],
    impact: Impact | None,
) -> Summary:
    """Gather everything that a report shows.

    Parameters
    ----------
    turns : ScoredTurns
        An opened scored table.
    asked : Asked
        How it is to be shown.
    people : sequence of Coaching
        Coaching of each agent.
    missed : sequence of Moment
        Missed opportunities, surest first.
    impact : Impact or None
        How empathy goes with an outcome.

    Returns
    -------
    Summary
    """
    names = masked_names() if asked.redacted else plain_names()
    figures, moods = _whole(turns)
    counted = {by: group_columns(turns, by) for by in _groupings(turns)}
    groups = {by: _rows(found, by, asked, names) for by, found in counted.items()}
    moments = [
        *missed,
        *(one for who in people for one in (*who.strengths, *who.missed)),
    ]
    places = _places(turns, [moment.row for moment in moments])
    kept = kept_conversations(
        turns,
        quoted={places[moment.row][0] for moment in moments},
        show_text=asked.show_text,
        redacted=asked.redacted,
        names=names,
    )
    telling = Telling(
        kept=kept,
        places=places,
        show_text=asked.show_text,
        redacted=asked.redacted,
        names=names,
    )
    charts = tuple(charts_of(turns, figures, groups, impact))
    parts = {
        "title": asked.title or _title(turns),
        "subtitle": _subtitle(figures),
        "shows_text": asked.show_text,
        "overview": {
            "lead": lead_sentences(figures),
            "figures": list(figure_tiles(figures, moods)),
            "not_seen": what_was_not_seen(figures),
        },
        "charts": [chart.shown for chart in charts],
        "groups": list(_group_parts(counted, groups, asked, names)),
        "missed": missed_part(missed, figures, telling),
        "coaching": coaching_part(people, telling),
        "kept_says": kept_sentences(
            kept, show_text=asked.show_text, redacted=asked.redacted
        ),
        "filters": list(conversation_filters(turns, figures, names)),
        "impact": None if impact is None else impact_part(impact),
        "method": method_part(figures),
    }
    return Summary(parts=parts, kept=kept, charts=charts)


def _whole(
    turns: ScoredTurns,
) -> tuple[dict[str, Any], tuple[float | None, float | None]]:
    """Give the figures of the whole table; calls count customers' turns."""
    by_conversation = group_columns(turns, "conversation")
    figures = whole_figures(turns)
    for name in ("opportunities", "missed"):
        figures[name] = int(np.ma.sum(np.ma.filled(by_conversation[name], 0)))
    start, end = (
        np.ma.masked_invalid(np.ma.asarray(by_conversation[name], dtype=np.float64))
        for name in ("mood_start", "mood_end")
    )
    moods = tuple(
        None if not mood.count() else float(mood.mean()) for mood in (start, end)
    )
    return figures, (moods[0], moods[1])


def _groupings(turns: ScoredTurns) -> Iterator[str]:
    """Give what the scored turns can be grouped by, where it tells groups apart."""
    for by in TITLES:
        found = turns.connection.execute(
            f"SELECT count(DISTINCT {by}) FILTER (score IS NOT NULL) FROM turns"
        ).fetchone()
        if found and found[0] > (0 if by == "agent" else 1):
            yield by


def _rows(counted: Columns, by: str, asked: Asked, names: Names) -> list[Row]:
    rows = plain_rows(summary_of(counted, by, asked.min_conversations, CONFIDENCE))
    if by == "week":
        return list(rows)
    return [{**row, by: names(str(row[by]))} for row in rows]


def _places(turns: ScoredTurns, rows: list[int]) -> dict[int, tuple[str, int]]:
    found = turns.connection.execute(
        "SELECT row, conversation, position FROM turns "
        "WHERE row IN (SELECT unnest($1::BIGINT[]))",
        [rows],
    )
    return {row: (name, position) for row, name, position in found.fetchall()}


def _title(turns: ScoredTurns) -> str:
    names = [Path(one).name for one in turns.title.split(", ")]
    shown = ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
    return f"Empathy in {shown}"


def _subtitle(figures: Mapping[str, Any]) -> str:
    parts = [
        period_words(figures["first"], figures["last"]),
        count_words(figures["conversations"], "conversation"),
        count_words(figures["turns"], "turn"),
        f"{figures['scored']:,} scored",
        count_words(figures["agents"], "agent") if figures["agents"] else "",
    ]
    return " · ".join(part for part in parts if part)


def _group_parts(
    counted: Mapping[str, Columns],
    groups: Mapping[str, Sequence[Row]],
    asked: Asked,
    names: Names,
) -> Iterator[dict[str, Any]]:
    for by, rows in groups.items():
        if by == "week":
            continue
        said, differences = _comparison(counted[by], by, rows, asked, names)
        says = [said]
        hidden = len(counted[by]["name"]) - len(rows)
        if hidden:
            fewer = f"fewer than {asked.min_conversations:,} conversations"
            says.append(f"Hidden: {count_words(hidden, by)} with {fewer}.")
        part = group_part(by, rows, says)
        cues = cue_part(by, rows) if rows else None
        yield {**part, "differences": differences, "cues": cues}


def _comparison(
    counted: Columns, by: str, rows: Sequence[Row], asked: Asked, names: Names
) -> tuple[str, list[str]]:
    """Say which differences between groups are more than noise."""
    least = max(2, asked.min_conversations)
    n_large = sum(row["conversations"] >= least for row in rows)
    if n_large < 2:
        return "There are too few conversations to compare groups.", []
    if n_large > _MOST_COMPARED:
        said = "There are too many groups to compare each two; go by the intervals."
        return said, []
    pairs = plain_rows(pairs_of(counted, by, least, CONFIDENCE))
    beyond = sorted(
        (pair for pair in pairs if not pair["within_noise"]),
        key=lambda pair: -abs(pair["difference"]),
    )
    n_pairs = count_words(len(pairs), "pair")
    if not beyond:
        return f"No difference is beyond noise: {n_pairs} of {by}s compared.", []
    said = (
        f"Of {n_pairs} of {by}s, {len(beyond):,} differ beyond noise (intervals that "
        "allow for the number of pairs); the others may differ by chance."
    )
    return said, [_named(pair, names) for pair in beyond[:_MOST_DIFFERENCES]]


def _named(pair: Row, names: Names) -> str:
    says = str(pair["says"])
    for one in (str(pair["first"]), str(pair["second"])):
        says = says.replace(one, names(one))
    return says
