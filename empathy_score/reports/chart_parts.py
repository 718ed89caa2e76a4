"""Which charts a report has, with their captions and their figures as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from empathy_score.outcomes import Impact
from empathy_score.reports.charts import (
    cue_chart,
    distribution_chart,
    dose_chart,
    group_chart,
    met_chart,
    trend_chart,
)
from empathy_score.reports.figures import cue_rates, score_bins
from empathy_score.reports.groups import group_bars, met_bars, spread_words
from empathy_score.reports.outcomes import dose_bars
from empathy_score.reports.tables import table
from empathy_score.reports.wording import (
    NOT_SEEN,
    figure_words,
    range_words,
    score_words,
    share_words,
)
from empathy_score.scored_turns import ScoredTurns

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart of a report.

    Parameters
    ----------
    name : str
        By which the page finds its ``spec``.
    place : str
        The part of the page it stands in.
    title, says : str
        Its caption.
    table : dict
        Its figures.
    spec : dict
        Vega-Lite.
    """

    name: str
    place: str
    title: str
    says: str
    table: Mapping[str, Any]
    spec: Mapping[str, Any]

    @property
    def shown(self) -> dict[str, Any]:
        """What the template reads."""
        names = ("name", "place", "title", "says", "table")
        return {name: getattr(self, name) for name in names}


def charts_of(
    turns: ScoredTurns,
    figures: Mapping[str, Any],
    groups: Mapping[str, Sequence[Row]],
    impact: Impact | None,
) -> Iterator[Chart]:
    """Make the charts that the table has something for.

    Parameters
    ----------
    turns : ScoredTurns
        An opened scored table.
    figures : mapping
        Of the whole table.
    groups : mapping of str to sequence of mapping
        Summaries by what they group.
    impact : Impact or None
        How empathy goes with an outcome.

    Yields
    ------
    Chart
    """
    yield _distribution(turns, figures)
    weeks = group_bars("week", groups.get("week", ()))
    if len(weeks) > 1:
        yield _trend(weeks)
    main = next((by for by in groups if by != "week" and groups[by]), None)
    if figures["opportunities"]:
        yield _met(main, groups[main] if main else [], figures)
    yield _cues(turns)
    if main is not None and (rows := group_bars(main, groups[main])):
        yield _group(main, rows, figures["empathy"])
    if impact is not None:
        yield _dose(impact)


def _distribution(turns: ScoredTurns, figures: Mapping[str, Any]) -> Chart:
    bins = score_bins(turns)
    rows = [
        [
            (range_words(row["low"], row["high"]), row["low"]),
            (f"{row['turns']:,}", row["turns"]),
        ]
        for row in bins
    ]
    shares = {
        name: share_words(figures[name] / figures["scored"])
        for name in ("none", "weak", "strong")
    }
    return Chart(
        name="distribution",
        place="overview",
        title="Distribution of scores",
        says=f"{shares['none']} of the scored turns show no empathy, "
        f"{shares['weak']} weak and {shares['strong']} strong empathy.",
        table=table("Scored turns by score", ["score", "turns"], rows),
        spec=distribution_chart(bins),
    )


def _interval_rows(name: str, rows: Sequence[Row]) -> list[Any]:
    return [
        [
            (row[name], None),
            (score_words(row["empathy"]), row["empathy"]),
            (range_words(row["low"], row["high"]), row["low"]),
            (f"{row['conversations']:,}", row["conversations"]),
        ]
        for row in rows
    ]


_INTERVAL_COLUMNS = ["mean empathy", "90 % interval", "conversations"]


def _trend(weeks: Sequence[Row]) -> Chart:
    first, last = weeks[0], weeks[-1]
    return Chart(
        name="trend",
        place="overview",
        title="Trend",
        says=f"Mean empathy of each week with its 90 % interval: "
        f"{score_words(first['empathy'])} in the first, "
        f"{score_words(last['empathy'])} in the last.",
        table=table(
            "Mean empathy by week",
            ["week from", *_INTERVAL_COLUMNS],
            _interval_rows("week", weeks),
        ),
        spec=trend_chart(weeks),
    )


def _met(by: str | None, groups: Sequence[Row], figures: Mapping[str, Any]) -> Chart:
    """Show opportunities by group, or of the whole where nothing groups them."""
    bars = met_bars(by, groups) if by else []
    if by is None or not bars:
        by = "whole"
        bars = met_bars(by, [{by: "all conversations", **figures}])
    rows = [
        [
            (met["group"], None),
            (f"{met['turns'] + missed['turns']:,}", None),
            (f"{met['turns']:,}", None),
            (f"{missed['turns']:,}", None),
            (share_words(met["share"]), None),
        ]
        for met, missed in zip(bars[::2], bars[1::2], strict=True)
    ]
    return Chart(
        name="met",
        place="overview",
        title="Opportunities met and missed",
        says="Customers' turns that called for empathy"
        + (f", by {by}, most calls first." if len(rows) > 1 else "."),
        table=table(
            f"Opportunities by {by}", [by, "calls", "met", "missed", "share met"], rows
        ),
        spec=met_chart(bars, by),
    )


def _cues(turns: ScoredTurns) -> Chart:
    rates = [row for row in cue_rates(turns) if row["turns"]]
    rows = [
        [
            (row["cue"], None),
            (share_words(row["share"]), None),
            (f"{row['turns']:,}", None),
        ]
        for row in rates
    ]
    return Chart(
        name="cues",
        place="overview",
        title="Cue rates",
        says="Share of scored turns with each cue; colours as in the conversations.",
        table=table("Cue rates", ["cue", "share of turns", "turns"], rows),
        spec=cue_chart(rates),
    )


def _group(by: str, rows: Sequence[Row], whole: float) -> Chart:
    ranked = sorted(rows, key=lambda row: -row["empathy"])
    return Chart(
        name="groups",
        place="groups",
        title=f"Mean empathy by {by}, with intervals",
        says=f"{spread_words(by, ranked)} The dashed line is the mean of all.",
        table=table(
            f"Mean empathy by {by}",
            [by, *_INTERVAL_COLUMNS],
            _interval_rows("group", ranked),
        ),
        spec=group_chart(ranked, by, whole),
    )


def _dose_interval(row: Row) -> str:
    if row["low"] is None:
        return NOT_SEEN
    return f"{figure_words(row['low'])} to {figure_words(row['high'])}"


def _dose(impact: Impact) -> Chart:
    bars = dose_bars(impact)
    rows = [
        [
            (score_words(row["empathy"]), row["empathy"]),
            (figure_words(row["outcome"]), row["outcome"]),
            (_dose_interval(row), row["low"]),
            (f"{row['conversations']:,}", row["conversations"]),
        ]
        for row in bars
    ]
    return Chart(
        name="dose",
        place="impact",
        title=f"Mean {impact.outcome} by empathy",
        says="Conversations in parts of about equal size, from least to most empathy, "
        f"with {100 * impact.confidence:g} % intervals.",
        table=table(
            f"Mean {impact.outcome} by empathy",
            ["mean empathy", impact.outcome, "interval", "conversations"],
            rows,
        ),
        spec=dose_chart(bars, impact.outcome),
    )
