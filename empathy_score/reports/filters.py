"""By what the conversations of the page are filtered and sorted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from empathy_score.reports.cue_kinds import cue_meanings
from empathy_score.reports.kept import Names
from empathy_score.scored_turns import ScoredTurns

_MOST_CHOICES = 300


def conversation_filters(
    turns: ScoredTurns, figures: Mapping[str, Any], names: Names
) -> Iterator[dict[str, Any]]:
    """Give the choices by which the conversations of the page are filtered.

    Parameters
    ----------
    turns : ScoredTurns
        An opened scored table.
    figures : mapping
        From :func:`~empathy_score.reports.figures.whole_figures`.
    names : callable
        How names are written.

    Yields
    ------
    dict
        ``name``, ``title``, ``choices`` (value and title of each); what the table
        does not tell apart is left out.
    """
    for field in ("agent", "team", "channel", "week"):
        found = turns.connection.execute(
            f"SELECT DISTINCT {field}::VARCHAR FROM turns WHERE {field} IS NOT NULL "
            f"ORDER BY 1 LIMIT {_MOST_CHOICES}"
        ).fetchall()
        values = [one if field == "week" else names(one) for (one,) in found]
        if len(values) > 1:
            choices = [("", "all"), *((value, value) for value in values)]
            yield {"name": field, "title": field.capitalize(), "choices": choices}
    yield {
        "name": "cue",
        "title": "Cue",
        "choices": [("", "any"), *_cue_choices(turns)],
    }
    kinds = [("", "all conversations"), ("missed", "with missed opportunities")]
    kinds += [("met", "with opportunities met"), ("strong", "with strong empathy")]
    if figures["interrupts_share"] is not None:
        kinds.append(("cut", "with interruptions"))
    if figures["outside_share"]:
        kinds.append(("outside", "outside what the model knows"))
    yield {"name": "show", "title": "Show", "choices": kinds}
    orders = [
        ("input", "as in the input"),
        ("missed", "most missed first"),
        ("low", "lowest mean first"),
        ("high", "highest mean first"),
        ("long", "longest first"),
    ]
    yield {"name": "order", "title": "Order", "choices": orders}


def _cue_choices(turns: ScoredTurns) -> list[tuple[str, str]]:

    found = turns.connection.execute(
        "SELECT DISTINCT label FROM (SELECT unnest(cues, recursive := true) FROM turns "
        "WHERE score IS NOT NULL)"
    ).fetchall()
    seen = {label for (label,) in found}
    return [
        (label, one["title"].lower())
        for label, one in cue_meanings().items()
        if label in seen
    ]
