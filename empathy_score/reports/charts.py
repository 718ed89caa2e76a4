"""The charts of a report, as Vega-Lite."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from empathy_score.reports.packages import required

Rows = Sequence[Mapping[str, Any]]

_BAND, _STEP = 0.25, 24  # opacity; pixels for a row
_WHOLE_NUMBERS, _TWO_DIGITS, _PER_CENT = ",d", ".2f", ".0%"


def distribution_chart(rows: Rows) -> dict[str, Any]:
    """How the scores of turns are spread.

    Parameters
    ----------
    rows : sequence of mapping
        ``low`` and ``high`` of a bin of scores, ``turns`` in it.

    Returns
    -------
    dict
        Vega-Lite. Colours are names of the page's style sheet, so that a chart follows
        light, dark and print.
    """
    alt = required("altair")
    bars = (
        _data(rows)
        .mark_bar(color="var(--accent)", binSpacing=1)
        .encode(
            x=alt.X("low:Q", bin="binned", title="score", scale=_unit()),
            x2="high:Q",
            y=alt.Y("turns:Q", title="scored turns"),
            tooltip=[
                alt.Tooltip("low:Q", title="from", format=_TWO_DIGITS),
                alt.Tooltip("high:Q", title="to", format=_TWO_DIGITS),
                alt.Tooltip("turns:Q", title="turns", format=_WHOLE_NUMBERS),
            ],
        )
    )
    return _finished(bars, height=220)


def trend_chart(rows: Rows) -> dict[str, Any]:
    """Mean empathy of each week, with its interval.

    Parameters
    ----------
    rows : sequence of mapping
        ``week`` (ISO date), ``empathy``, ``low``, ``high``, ``conversations``.

    Returns
    -------
    dict
        Vega-Lite.
    """
    alt = required("altair")
    local = [{**row, "week": f"{row['week']}T00:00"} for row in rows]  # in any zone
    weeks = alt.X(
        "week:T", title="week from", axis=alt.Axis(format="%-d %b", **_ticks(rows))
    )
    base = _data(local).encode(x=weeks)
    band = base.mark_area(color="var(--accent)", opacity=_BAND).encode(
        y=alt.Y("low:Q", title="mean empathy", scale=_unit()), y2="high:Q"
    )
    line = base.mark_line(color="var(--accent)").encode(y="empathy:Q")
    points = base.mark_point(filled=True, size=60, color="var(--accent)", opacity=1)
    named = points.encode(
        y="empathy:Q",
        tooltip=[
            alt.Tooltip("week:T", title="week from", format="%-d %B %Y"),
            *_interval_tooltips(),
        ],
    )
    return _finished(alt.layer(band, line, named), height=220)


def met_chart(rows: Rows, group: str) -> dict[str, Any]:
    """Opportunities met and missed in each group.

    Parameters
    ----------
    rows : sequence of mapping
        ``group``, ``outcome`` (met or missed), ``turns``, ``share`` of the group's.
    group : str
        What the groups are, ``"agent"`` for instance.

    Returns
    -------
    dict
        Vega-Lite.
    """
    alt = required("altair")
    colours = alt.Scale(domain=["met", "missed"], range=["var(--accent)", "var(--bad)"])
    bars = (
        _data(rows)
        .mark_bar()
        .encode(
            y=_names("group", group),
            x=alt.X("turns:Q", title="turns that called for empathy"),
            color=alt.Color("outcome:N", scale=colours, title=None).legend(
                orient="top"
            ),
            tooltip=[
                alt.Tooltip("group:N", title=group),
                alt.Tooltip("outcome:N", title="opportunities"),
                alt.Tooltip("turns:Q", title="turns", format=_WHOLE_NUMBERS),
                alt.Tooltip("share:Q", title="share", format=_PER_CENT),
            ],
        )
    )
    return _finished(bars, height=_STEP * len(rows) // 2)


def cue_chart(rows: Rows) -> dict[str, Any]:
    """How often each cue stands in a scored turn.

    Parameters
    ----------
    rows : sequence of mapping
        ``cue``, ``family``, ``share``, ``turns``.

    Returns
    -------
    dict
        Vega-Lite.
    """
    alt = required("altair")
    bars = (
        _data(rows)
        .transform_calculate(colour="'var(--' + datum.family + ')'")
        .mark_bar()
        .encode(
            y=_names("cue", "cue"),
            x=alt.X("share:Q", title="share of scored turns", axis=_per_cent()),
            color=alt.Color("colour:N", scale=None),
            tooltip=[
                alt.Tooltip("cue:N", title="cue"),
                alt.Tooltip("share:Q", title="share of turns", format=".1%"),
                alt.Tooltip("turns:Q", title="turns", format=_WHOLE_NUMBERS),
            ],
        )
    )
    return _finished(bars, height=(_STEP - 4) * len(rows))


def group_chart(rows: Rows, group: str, whole: float) -> dict[str, Any]:
    """Mean empathy of groups with intervals, beside the mean of all.

    Parameters
    ----------
    rows : sequence of mapping
        ``group``, ``empathy``, ``low``, ``high``, ``conversations``.
    group : str
        What the groups are.
    whole : float
        Mean of all.

    Returns
    -------
    dict
        Vega-Lite.
    """
    alt = required("altair")
    middle = (
        _data([{"whole": whole}])
        .mark_rule(color="var(--muted)", strokeDash=[4, 3])
        .encode(x=alt.X("whole:Q", scale=_unit()))
    )
    base = _data(rows).encode(
        y=_names("group", group),
        tooltip=[alt.Tooltip("group:N", title=group), *_interval_tooltips()],
    )
    ranges = base.mark_rule(color="var(--accent)", strokeWidth=3, opacity=0.5).encode(
        x=alt.X(
            "low:Q",
            title="mean empathy, 90 % interval",
            scale=_unit(),
            axis=_tenths(),
        ),
        x2="high:Q",
    )
    points = base.mark_point(filled=True, size=90, color="var(--accent)", opacity=1)
    return _finished(
        alt.layer(middle, ranges, points.encode(x="empathy:Q")),
        height=_STEP * len(rows),
    )


def dose_chart(rows: Rows, outcome: str) -> dict[str, Any]:
    """Mean outcome in each fifth of conversations by empathy.

    Parameters
    ----------
    rows : sequence of mapping
        ``empathy``, ``outcome``, ``low``, ``high``, ``conversations``.
    outcome : str
        Name of the outcome.

    Returns
    -------
    dict
        Vega-Lite.
    """
    alt = required("altair")
    most = math.ceil(10 * max(row["empathy"] for row in rows) + 0.5) / 10
    base = _data(rows).encode(
        x=alt.X(
            "empathy:Q",
            title="mean empathy of the conversations",
            scale=alt.Scale(domain=[0, min(most, 1)]),
            axis=alt.Axis(format=".1f", tickMinStep=0.1),
        ),
        tooltip=[
            alt.Tooltip("empathy:Q", title="mean empathy", format=_TWO_DIGITS),
            alt.Tooltip("outcome:Q", title=outcome, format=_TWO_DIGITS),
            alt.Tooltip("low:Q", title="from", format=_TWO_DIGITS),
            alt.Tooltip("high:Q", title="to", format=_TWO_DIGITS),
            alt.Tooltip("conversations:Q", format=_WHOLE_NUMBERS),
        ],
    )
    ranges = base.mark_rule(color="var(--accent)", strokeWidth=3, opacity=0.5).encode(
        y=alt.Y("low:Q", title=f"mean {outcome}", scale=alt.Scale(zero=False)),
        y2="high:Q",
    )
    line = base.mark_line(color="var(--accent)", opacity=0.5).encode(y="outcome:Q")
    points = base.mark_point(filled=True, size=90, color="var(--accent)", opacity=1)
    return _finished(alt.layer(ranges, line, points.encode(y="outcome:Q")), height=260)


def _data(rows: Rows) -> Any:  # noqa: ANN401
    alt = required("altair")
    return alt.Chart(alt.Data(values=[dict(row) for row in rows]))


def _unit() -> Any:  # noqa: ANN401
    """Give the scale of scores, which always shows 0 to 1."""
    return required("altair").Scale(domain=[0, 1])


def _tenths() -> Any:  # noqa: ANN401
    return required("altair").Axis(tickCount=10, format=".1f")


def _per_cent() -> Any:  # noqa: ANN401
    return required("altair").Axis(format=_PER_CENT)


def _names(field: str, title: str) -> Any:  # noqa: ANN401
    """Give an axis of names, in the order of the rows."""
    alt = required("altair")
    axis = alt.Axis(
        title=None, labelLimit=150, labelPadding=6, ticks=False, domain=False
    )
    return alt.Y(f"{field}:N", title=title, sort=None, axis=axis)


def _ticks(rows: Rows) -> dict[str, Any]:
    """Name each week where there is room, else leave it to Vega."""
    if len(rows) > 8:
        return {}
    alt, days = required("altair"), [date.fromisoformat(row["week"]) for row in rows]
    dates = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in days]
    return {"values": dates}


def _interval_tooltips() -> list[Any]:
    alt = required("altair")
    return [
        alt.Tooltip("empathy:Q", title="mean empathy", format=_TWO_DIGITS),
        alt.Tooltip("low:Q", title="from", format=_TWO_DIGITS),
        alt.Tooltip("high:Q", title="to", format=_TWO_DIGITS),
        alt.Tooltip("conversations:Q", title="conversations", format=_WHOLE_NUMBERS),
    ]


def _finished(chart: Any, height: int) -> dict[str, Any]:  # noqa: ANN401
    """Give a chart its size and quiet looks, as plain JSON data."""
    font = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"
    sized = chart.properties(
        width="container",
        height=height,
        background="transparent",
        autosize={"type": "fit-x", "contains": "padding"},
    )
    text = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    lines = dict.fromkeys(("gridColor", "domainColor", "tickColor"), "var(--line)")
    looked = sized.configure(font=font, aria=False).configure_view(stroke=None)
    looked = looked.configure_axis(**lines, **text)
    found: dict[str, Any] = looked.configure_legend(**text).to_dict()
    return found
