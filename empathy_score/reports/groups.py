"""What a report says of agents, teams, channels and weeks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from empathy_score.reports.cue_kinds import cue_meanings
from empathy_score.reports.tables import table
from empathy_score.reports.wording import (
    count_words,
    duration_words,
    number_words,
    range_words,
    score_words,
    share_words,
)

TITLES = {
    "agent": "Agents",
    "team": "Teams",
    "channel": "Channels",
    "week": "Weeks",
}
"""The groups of a report, in their order."""

MOST_IN_CHART = 30
"""Groups; those with most conversations are drawn, the table has all."""

MOST_IN_TABLE = 300
"""Rows; those with most conversations are listed."""

_Cell = tuple[str, float | None]
Row = Mapping[str, Any]

_COLUMNS: tuple[tuple[str, Callable[[Row], _Cell]], ...] = (
    ("mean empathy", lambda row: (score_words(row["empathy"]), row["empathy"])),
    (
        "90 % interval",
        lambda row: (
            range_words(row["empathy_low"], row["empathy_high"]),
            row["empathy_low"],
        ),
    ),
    ("conversations", lambda row: (f"{row['conversations']:,}", row["conversations"])),
    ("scored turns", lambda row: (f"{row['turns']:,}", row["turns"])),
    (
        "calls for empathy",
        lambda row: (number_words(row["opportunities"]), row["opportunities"]),
    ),
    ("met", lambda row: (share_words(row["met_share"]), row["met_share"])),
    (
        "time to reply",
        lambda row: (duration_words(row["response_seconds"]), row["response_seconds"]),
    ),
    ("share of words", lambda row: (share_words(row["talk_share"]), row["talk_share"])),
    (
        "cuts off",
        lambda row: (share_words(row["interrupts_share"]), row["interrupts_share"]),
    ),
    (
        "was cut off",
        lambda row: (share_words(row["interrupted_share"]), row["interrupted_share"]),
    ),
    ("mood at start", lambda row: (score_words(row["mood_start"]), row["mood_start"])),
    ("mood at end", lambda row: (score_words(row["mood_end"]), row["mood_end"])),
)


def group_part(by: str, rows: Sequence[Row], says: Sequence[str]) -> dict[str, Any]:
    """Make the part of a report on one kind of group.

    Parameters
    ----------
    by : str
        A key of :data:`TITLES`.
    rows : sequence of mapping
        From :func:`~empathy_score.summaries.summarize`.
    says : sequence of str
        What comparing them showed.

    Returns
    -------
    dict
        ``title``, ``says``, ``table``.
    """
    listed = most_conversations(rows, MOST_IN_TABLE)
    lines = list(says)
    if len(listed) < len(rows):
        lines.append(
            f"The table lists the {len(listed):,} with most conversations of "
            f"{len(rows):,}."
        )
    cells = [
        [(str(row[by]), None), *(cell(row) for _, cell in _COLUMNS)] for row in listed
    ]
    names = [by, *(name for name, _ in _COLUMNS)]
    return {
        "title": TITLES[by],
        "says": lines,
        "table": table(TITLES[by], names, cells, sortable=True),
    }


def cue_part(by: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Make the table of cue rates of each group.

    Parameters
    ----------
    by : str
        A key of :data:`TITLES`.
    rows : sequence of mapping
        From :func:`~empathy_score.summaries.summarize`.

    Returns
    -------
    dict
        A table; cues that never occur are left out.
    """
    labels = [
        (label, one["title"].lower())
        for label, one in cue_meanings().items()
        if any(row[f"cue_{label}_share"] for row in rows)
    ]
    cells = [
        [
            (str(row[by]), None),
            *(
                (share_words(row[f"cue_{label}_share"]), row[f"cue_{label}_share"])
                for label, _ in labels
            ),
        ]
        for row in most_conversations(rows, MOST_IN_TABLE)
    ]
    title = f"{TITLES[by]}: share of scored turns with each cue"
    return table(title, [by, *(name for _, name in labels)], cells, sortable=True)


def most_conversations(rows: Sequence[Row], most: int) -> list[Row]:
    """Keep the groups with most conversations, in their order.

    Parameters
    ----------
    rows : sequence of mapping
        Groups with ``conversations``.
    most : int
        How many to keep.

    Returns
    -------
    list of mapping

    Examples
    --------
    >>> rows = [{"conversations": 1}, {"conversations": 9}, {"conversations": 4}]
    >>> [row["conversations"] for row in most_conversations(rows, 2)]
    [9, 4]
    """
    if len(rows) <= most:
        return list(rows)
    ranked = sorted(range(len(rows)), key=lambda at: -rows[at]["conversations"])
    return [rows[at] for at in sorted(ranked[:most])]


def group_bars(by: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Give the rows of the chart of means, highest first.

    Parameters
    ----------
    by : str
        A key of :data:`TITLES`.
    rows : sequence of mapping
        From :func:`~empathy_score.summaries.summarize`.

    Returns
    -------
    list of dict
    """
    shown = [row for row in rows if row["empathy"] is not None]
    return [
        {
            by if by == "week" else "group": str(row[by]),
            "empathy": row["empathy"],
            "low": row["empathy_low"],
            "high": row["empathy_high"],
            "conversations": row["conversations"],
        }
        for row in most_conversations(shown, MOST_IN_CHART)
    ]


def met_bars(by: str, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Give the rows of the chart of opportunities, most calls first.

    Parameters
    ----------
    by : str
        A key of :data:`TITLES`.
    rows : sequence of mapping
        From :func:`~empathy_score.summaries.summarize`.

    Returns
    -------
    list of dict
        Two for each group: met and missed.
    """
    called = sorted(
        (row for row in rows if row["opportunities"]),
        key=lambda row: (-row["opportunities"], str(row[by])),
    )
    found = []
    for row in called[: MOST_IN_CHART // 2]:
        n_missed, given = row["missed"] or 0, row["opportunities"]
        for outcome, n in (("met", given - n_missed), ("missed", n_missed)):
            found.append(
                {
                    "group": str(row[by]),
                    "outcome": outcome,
                    "turns": n,
                    "share": n / given,
                }
            )
    return found


def spread_words(by: str, rows: Sequence[Row]) -> str:
    """Say in words what the chart of means shows.

    Parameters
    ----------
    by : str
        A key of :data:`TITLES`.
    rows : sequence of mapping
        From :func:`group_bars`.

    Returns
    -------
    str
    """
    low = min(rows, key=lambda row: row["empathy"])
    high = max(rows, key=lambda row: row["empathy"])
    name = "week" if by == "week" else "group"
    return (
        f"{count_words(len(rows), by)}, from {score_words(low['empathy'])} "
        f"({low[name]}) to {score_words(high['empathy'])} ({high[name]}). Intervals "
        "that overlap widely say that the order may be chance."
    )
