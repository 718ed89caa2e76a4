"""The outcome from conversations with least empathy to those with most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from empathy_score.outcomes.conversations import Array, ToldConversations

_PER_DOSE = 10
_MOST_DOSES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """The outcome of conversations with about as much empathy.

    Attributes
    ----------
    least, most, empathy : float
        The range of their empathy and its mean.
    n : int
        Conversations.
    outcome, low, high : float
        Mean outcome and its interval; None for a single conversation.
    """

    least: float
    most: float
    empathy: float
    n: int
    outcome: float
    low: float | None
    high: float | None


def doses(told: ToldConversations, confidence: float) -> tuple[Dose, ...]:
    """Give the mean outcome of conversations from least to most empathy.

    Parameters
    ----------
    told : ToldConversations
    confidence : float
        Of the intervals: Wilson's for outcomes of 0 and 1, else Student's.

    Returns
    -------
    tuple of Dose
        Fifths of the conversations, or fewer parts so that each has ten; equal
        empathy stays together.
    """
    n_doses = max(min(_MOST_DOSES, len(told.empathy) // _PER_DOSE), 2)
    edges = np.quantile(told.empathy, np.arange(1, n_doses) / n_doses)
    part = np.searchsorted(edges, told.empathy, side="left")
    shares = bool(np.isin(told.outcome, (0, 1)).all())
    found = []
    for number in np.unique(part):
        empathy, outcome = told.empathy[part == number], told.outcome[part == number]
        low, high = (_share if shares else _mean)(outcome, confidence)
        found.append(
            Dose(
                least=float(empathy.min()),
                most=float(empathy.max()),
                empathy=float(empathy.mean()),
                n=len(empathy),
                outcome=float(outcome.mean()),
                low=low,
                high=high,
            )
        )
    return tuple(found)


def _share(outcome: Array, confidence: float) -> tuple[float | None, float | None]:
    test = stats.binomtest(int(outcome.sum()), len(outcome))
    found = test.proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def _mean(outcome: Array, confidence: float) -> tuple[float | None, float | None]:
    n = len(outcome)
    if n < 2:
        return None, None
    error = outcome.std(ddof=1) / np.sqrt(n)
    width = stats.t.ppf(0.5 + confidence / 2, n - 1) * error
    return float(outcome.mean() - width), float(outcome.mean() + width)
