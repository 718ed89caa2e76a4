"""The figures of the whole table, and what its first charts show."""

from __future__ import annotations

from datetime import date
from typing import Any

from empathy_score.reports.cue_kinds import cue_meanings
from empathy_score.scored_turns import ScoredTurns

CONFIDENCE = 0.9
"""Of every interval in a report."""

BINS = 20
"""Of the distribution of scores."""

_WHOLE = """
SELECT
    count(*) AS turns, count(score) AS scored,
    count(DISTINCT conversation) AS conversations, count(DISTINCT agent) AS agents,
    count(cues) AS cues,
    count(*) FILTER (score IS NOT NULL AND level = 0) AS none,
    count(*) FILTER (score IS NOT NULL AND level = 1) AS weak,
    count(*) FILTER (score IS NOT NULL AND level = 2) AS strong,
    count(*) FILTER (opportunity) AS opportunities,
    count(*) FILTER (missed_opportunity) AS missed,
    avg(interrupts::INT) AS interrupts_share,
    avg(interrupted::INT) FILTER (score IS NOT NULL) AS interrupted_share,
    median(response_seconds) FILTER (score IS NOT NULL) AS response_seconds,
    avg(out_of_domain::INT) FILTER (score IS NOT NULL) AS outside_share,
    min(start) FILTER (week IS NOT NULL) AS first, max(start) FILTER (week IS NOT NULL)
        AS last
FROM turns
"""
_MEANS = """
SELECT count(*), avg(empathy), stddev_samp(empathy)
FROM (SELECT avg(score) AS empathy FROM turns GROUP BY conversation)
WHERE empathy IS NOT NULL
"""


def whole_figures(turns: ScoredTurns) -> dict[str, Any]:
    """Sum up the whole table.

    Parameters
    ----------
    turns : ScoredTurns
        An opened scored table.

    Returns
    -------
    dict
        Counts of turns, conversations, agents, levels and opportunities; shares in
        [0, 1]; ``response_seconds``, the median; ``empathy``, the mean of the means
        of conversations, with ``empathy_low`` and ``empathy_high``, its 90 % interval
        by Student's t; ``first`` and ``last``, dates. None where not observable.
    """
    found = turns.connection.execute(_WHOLE)
    columns = [column[0] for column in found.description or ()]
    figures = dict(zip(columns, found.fetchone() or (), strict=True))
    for name in ("first", "last"):
        seconds = figures[name]
        figures[name] = None if seconds is None else _day(turns, seconds)
    return {**figures, **_mean(turns)}


def has_cues(turns: ScoredTurns) -> bool:
    """Say whether a table holds the cues of its turns.

    Parameters
    ----------
    turns : ScoredTurns
        An opened scored table.

    Returns
    -------
    bool
        False where the column ``cues`` was left out.
    """
    found = turns.connection.execute("SELECT count(cues) > 0 FROM turns").fetchone()
    return bool(found and found[0])


def _day(turns: ScoredTurns, seconds: float) -> date:
    found = turns.connection.execute(
        "SELECT CAST(make_timestamp(CAST($1 * 1e6 AS BIGINT)) AS DATE)", [seconds]
    ).fetchone()
    day: date = (found or (None,))[0]
    return day


def _mean(turns: ScoredTurns) -> dict[str, float | None]:
    from scipy.stats import t

    n, mean, spread = turns.connection.execute(_MEANS).fetchone() or (0, None, None)
    low, high = None, None
    if n > 1:
        half = float(t.ppf((1 + CONFIDENCE) / 2, n - 1)) * spread / n**0.5
        low, high = max(mean - half, 0.0), min(mean + half, 1.0)
    return {"empathy": mean, "empathy_low": low, "empathy_high": high}


def score_bins(turns: ScoredTurns) -> list[dict[str, Any]]:
    """Count the scored turns in equal bins of the score.

    Parameters
    ----------
    turns : ScoredTurns
        An opened scored table.

    Returns
    -------
    list of dict
        ``low``, ``high``, ``turns``, for each of :data:`BINS` bins.
    """
    counts = dict(
        turns.connection.execute(
            f"SELECT least(floor(score * {BINS}), {BINS - 1})::INT AS bin, count(*) "
            "FROM turns WHERE score IS NOT NULL GROUP BY bin"
        ).fetchall()
    )
    return [
        {"low": at / BINS, "high": (at + 1) / BINS, "turns": counts.get(at, 0)}
        for at in range(BINS)
    ]


def cue_rates(turns: ScoredTurns) -> list[dict[str, Any]]:
    """Count the scored turns with each cue, those that are denied left out.

    Parameters
    ----------
    turns : ScoredTurns
        An opened scored table.

    Returns
    -------
    list of dict
        ``cue`` (its title), ``family``, ``turns``, ``share``; in the order of
        families, most frequent first.
    """
    rows = turns.connection.execute(
        "SELECT label, count(DISTINCT row) FROM (SELECT row, unnest(cues, recursive := "
        "true) FROM turns WHERE score IS NOT NULL) WHERE NOT negated GROUP BY label"
    ).fetchall()
    n_scored = (
        turns.connection.execute("SELECT count(score) FROM turns").fetchone() or (0,)
    )[0]
    counts, meanings = dict(rows), cue_meanings()
    families = list(dict.fromkeys(one["family"] for one in meanings.values()))
    found = [
        {
            "cue": one["title"],
            "family": one["family"],
            "turns": counts.get(label, 0),
            "share": counts.get(label, 0) / n_scored if n_scored else 0.0,
        }
        for label, one in meanings.items()
    ]
    return sorted(found, key=lambda row: (families.index(row["family"]), -row["turns"]))
