"""What a report says of empathy and an outcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from empathy_score.outcomes import Effect, Impact
from empathy_score.reports.tables import table
from empathy_score.reports.wording import count_words, figure_words


def dose_bars(impact: Impact) -> list[dict[str, Any]]:
    """Give the rows of the chart of an outcome by empathy.

    Parameters
    ----------
    impact : Impact
        How empathy goes with an outcome.

    Returns
    -------
    list of dict
        ``empathy``, ``outcome``, ``low``, ``high``, ``conversations``.
    """
    return [
        {
            "empathy": dose.empathy,
            "outcome": dose.outcome,
            "low": dose.low,
            "high": dose.high,
            "conversations": dose.n,
        }
        for dose in impact.dose_response
    ]


def impact_part(impact: Impact) -> dict[str, Any]:
    """Make the part of a report on an outcome.

    Parameters
    ----------
    impact : Impact
        How empathy goes with an outcome.

    Returns
    -------
    dict
        ``outcome``, ``says``, ``table``.
    """
    says = list(impact.says)
    if impact.n_untold:
        untold = count_words(impact.n_untold, "conversation")
        says.insert(1, f"{untold} without {impact.outcome} were left out.")
    rho = impact.rho
    rows = [
        [
            ("rank correlation (Spearman)", None),
            (figure_words(rho.value), rho.value),
            (f"{figure_words(rho.low)} to {figure_words(rho.high)}", rho.low),
            ("nothing", None),
        ],
        *_row("for 0.1 more empathy", impact.adjusted),
        *_row("the same within one agent", impact.within_agent),
        *_row("the same between agents", impact.between_agent),
    ]
    columns = ["measure", impact.outcome, f"{100 * impact.confidence:g} % interval"]
    return {
        "outcome": impact.outcome,
        "says": says,
        "table": table(
            f"Empathy and {impact.outcome}", [*columns, "adjusted for"], rows
        ),
    }


def _row(name: str, effect: Effect | None) -> Iterator[list[tuple[str, float | None]]]:
    """Give the row of a slope; none where it cannot be told."""
    if effect is not None:
        ends = f"{figure_words(effect.low)} to {figure_words(effect.high)}"
        yield [
            (name, None),
            (figure_words(effect.value), effect.value),
            (ends, effect.low),
            (", ".join(effect.adjusted_for) or "nothing", None),
        ]
