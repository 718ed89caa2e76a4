"""What the top of a report says of the whole table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from empathy_score.reports.wording import (
    count_words,
    duration_words,
    range_words,
    score_words,
    share_words,
)


def lead_sentences(figures: Mapping[str, Any]) -> list[str]:
    """Say in words what the whole table shows.

    Parameters
    ----------
    figures : mapping
        From :func:`~empathy_score.reports.figures.whole_figures`.

    Returns
    -------
    list of str
    """
    interval = ""
    if figures["empathy_low"] is not None:
        ends = range_words(figures["empathy_low"], figures["empathy_high"])
        interval = f" (90 % interval {ends})"
    said = [
        f"Mean empathy of the {count_words(figures['conversations'], 'conversation')} "
        f"is {score_words(figures['empathy'])}{interval} on a scale from 0, none, to "
        "1, strong."
    ]
    if figures["opportunities"]:
        given, missed = figures["opportunities"], figures["missed"]
        said.append(
            f"Customers called for empathy in {count_words(given, 'turn')}; "
            f"{missed:,} of them ({share_words(missed / given)}) got none in reply."
        )
    return said


def figure_tiles(
    figures: Mapping[str, Any], moods: tuple[float | None, float | None]
) -> Iterator[dict[str, str]]:
    """Give the figures that stand at the top.

    Parameters
    ----------
    figures : mapping
        From :func:`~empathy_score.reports.figures.whole_figures`.
    moods : tuple of float or None
        Mean mood of customers at the start and at the end, in [-1, 1].

    Yields
    ------
    dict
        ``name``, ``value``, ``note``.
    """
    scored, given = figures["scored"], figures["opportunities"]
    yield _tile(
        "Mean empathy",
        score_words(figures["empathy"]),
        f"90 % interval {range_words(figures['empathy_low'], figures['empathy_high'])}",
    )
    met = given - figures["missed"]
    yield _tile(
        "Opportunities met",
        share_words(met / given if given else None),
        f"{met:,} of {count_words(given, 'call')} for empathy",
    )
    yield _tile(
        "Turns that show empathy",
        share_words((figures["weak"] + figures["strong"]) / scored),
        f"{share_words(figures['strong'] / scored)} strong, "
        f"{share_words(figures['weak'] / scored)} weak",
    )
    if figures["response_seconds"] is not None:
        wait = duration_words(figures["response_seconds"])
        yield _tile("Time to reply", wait, "median of the scored turns")
    if figures["interrupts_share"] is not None:
        yield _tile(
            "Cuts the customer off",
            share_words(figures["interrupts_share"]),
            f"was cut off: {share_words(figures['interrupted_share'])} of turns",
        )
    if None not in moods:
        yield _tile(
            "Customer's mood",
            f"{score_words(moods[0])} → {score_words(moods[1])}",
            f"start → end, from {score_words(-1)[:2]} to 1",
        )


def _tile(name: str, value: str, note: str) -> dict[str, str]:
    return {"name": name, "value": value, "note": note}


def what_was_not_seen(figures: Mapping[str, Any]) -> list[str]:
    """Say which figures this input cannot show, and what would show them.

    Parameters
    ----------
    figures : mapping
        From :func:`~empathy_score.reports.figures.whole_figures`.

    Returns
    -------
    list of str
    """
    said = []
    if figures["first"] is None:
        said.append("There is no trend: the times of this input are no dates.")
    if figures["interrupts_share"] is None:
        said.append(
            "Interruptions are not observable here: that needs start and end of turns "
            "that can overlap, or marks in the text."
        )
    if figures["response_seconds"] is None:
        said.append("Times to reply are not observable here: there are no times.")
    if not figures["cues"]:
        said.append(
            "This table has no column 'cues': there is no coaching, and no words are "
            "marked. Keep the column when the scored table is written."
        )
    if not figures["agents"]:
        said.append("No column names the agents; they cannot be told apart.")
    if not figures["opportunities"]:
        said.append(
            "No turn is known to answer a customer who called for empathy: nothing "
            "can be said about opportunities."
        )
    return said


def period_words(first: date | None, last: date | None) -> str:
    """Write the time that a table covers; empty where it is not known.

    Parameters
    ----------
    first, last : date or None
        Its first and last day.

    Returns
    -------
    str

    Examples
    --------
    >>> period_words(date(2026, 2, 2), date(2026, 3, 6))
    '2 February to 6 March 2026'
    """
    if first is None or last is None:
        return ""
    end = f"{last.day} {last:%B} {last.year}"
    if first == last:
        return end
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {end}"
