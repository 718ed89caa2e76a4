"""How empathy goes with an outcome: figures, intervals and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from empathy_score.errors import InputError
from empathy_score.outcomes.conversations import ToldConversations, told_conversations
from empathy_score.outcomes.doses import Dose, doses
from empathy_score.outcomes.effects import (
    Effect,
    Interval,
    adjusted_effect,
    agent_effects,
    rank_correlation,
)
from empathy_score.scored_turns import open_scored

CAUTION = (
    "This is association, not cause: conversations that go well for other reasons "
    "may also be those in which it is easy to be kind."
)
"""What is to stand beside every such figure."""

_LEAST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """How empathy goes with an outcome, conversation by conversation.

    Attributes
    ----------
    outcome : str
        Name of the outcome's column.
    n : int
        Conversations with empathy and outcome.
    n_untold : int
        Scored conversations without the outcome; left out.
    n_agents : int or None
        None where agents are unknown.
    confidence : float
        Of all intervals.
    rho : Interval
        Spearman's rank correlation.
    adjusted : Effect or None
        Slope at equal length and channel.
    within_agent : Effect or None
        Slope between conversations of the same agent.
    between_agent : Effect or None
        Slope between agents.
    dose_response : tuple of Dose
        Mean outcome from least to most empathy.
    says : tuple of str
        The same in sentences; the last says that it is association.
    """

    outcome: str
    n: int
    n_untold: int
    n_agents: int | None
    confidence: float
    rho: Interval
    adjusted: Effect | None
    within_agent: Effect | None
    between_agent: Effect | None
    dose_response: tuple[Dose, ...]
    says: tuple[str, ...]


def impact(
    table: Any,  # noqa: ANN401
    outcome: str,
    *,
    draws: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
    **columns: Any,  # noqa: ANN401
) -> Impact:
    """Measure how the empathy of conversations goes with an outcome.

    Needs statsmodels: ``pip install 'empathy-score[impact]'``.

    Parameters
    ----------
    table : frame, path or sequence of paths
        A scored table, as :func:`~empathy_score.scored_turns.open_scored` takes it.
    outcome : str
        A column of numbers, or of true and false; satisfaction or resolution for
        instance. Where it differs between turns its mean counts.
    draws, seed : int
        Of the bootstrap.
    confidence : float, default 0.95
        Of the intervals.
    **columns
        Names of columns, and ``roles``, as for ``open_scored``.

    Returns
    -------
    Impact

    Raises
    ------
    InputError
        As ``open_scored``; fewer than ten conversations have the outcome; empathy or
        outcome is the same in all; an argument is out of range; statsmodels is not
        installed.

    Examples
    --------
    >>> import polars as pl
    >>> n = 40
    >>> turns = pl.DataFrame(
    ...     {
    ...         "conversation": [str(number) for number in range(n)],
    ...         "text": ["I am sorry."] * n,
    ...         "score": [number / n for number in range(n)],
    ...         "csat": [1 + (number + 7 * (number % 3)) // 12 for number in range(n)],
    ...     }
    ... )
    >>> found = impact(turns, "csat")
    >>> found.n, round(found.rho.value, 2), found.rho.low > 0
    (40, 0.89, True)
    """
    with open_scored(table, **columns, outcome=outcome, with_text=False) as turns:
        told = told_conversations(turns)
    return impact_of(told, outcome, draws=draws, seed=seed, confidence=confidence)


def impact_of(
    told: ToldConversations,
    outcome: str = "outcome",
    *,
    draws: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Impact:
    """Measure :func:`impact` on conversations that are at hand.

    Parameters
    ----------
    told : ToldConversations
    outcome : str
        What to call the outcome.
    draws, seed, confidence
        As for :func:`impact`.

    Returns
    -------
    Impact

    Raises
    ------
    InputError
        As :func:`impact`.
    """
    _check(told, outcome, draws, confidence)
    within, between = agent_effects(told, confidence)
    agents = None if told.agent is None else {*told.agent} - {None}
    found = Impact(
        outcome=outcome,
        n=len(told.empathy),
        n_untold=told.n_untold,
        n_agents=None if agents is None else len(agents),
        confidence=confidence,
        rho=rank_correlation(told, draws, seed, confidence),
        adjusted=adjusted_effect(told, confidence),
        within_agent=within,
        between_agent=between,
        dose_response=doses(told, confidence),
        says=(),
    )
    return replace(found, says=(*_says(found), CAUTION))


def _check(
    told: ToldConversations, outcome: str, draws: int, confidence: float
) -> None:
    if len(told.empathy) < _LEAST:
        raise InputError(
            f"{len(told.empathy)} conversations have {outcome!r}; at least {_LEAST} "
            "are needed to say how empathy goes with it"
        )
    for name, values in (("empathy", told.empathy), (repr(outcome), told.outcome)):
        if np.ptp(values) == 0:
            raise InputError(
                f"{name} is {values[0]:g} in all {len(values):,} conversations, so "
                "that nothing can go with it"
            )
    if isinstance(draws, bool) or draws < 200:
        raise InputError(f"draws must be a number from 200 on, got {draws!r}")
    if not 0 < confidence < 1:
        raise InputError(f"confidence must be between 0 and 1, got {confidence!r}")


def _says(found: Impact) -> Iterator[str]:
    """Put the figures into sentences."""
    interval = f"{100 * found.confidence:g} % interval"
    over = f"Over {found.n:,} conversations"
    rho = found.rho
    figures = (
        f"rank correlation {rho.value:.2f} ({interval} {rho.low:.2f} to {rho.high:.2f})"
    )
    if rho.low <= 0 <= rho.high:
        yield (
            f"{over}, chance can explain how empathy goes with {found.outcome}: "
            f"{figures}."
        )
    else:
        more = "higher" if rho.value > 0 else "lower"
        yield (
            f"{over}, {found.outcome} is {more} where there is more empathy: {figures}."
        )
    if found.adjusted is not None:
        equal = " and ".join(found.adjusted.adjusted_for)
        among = f"at the same {equal}" if equal else "by a straight line"
        yield _slope(found, found.adjusted, among)
    if found.n_agents is None:
        yield (
            "The table names no agents, so that differences between agents and "
            "between one agent's conversations cannot be told apart."
        )
    if found.within_agent is not None:
        yield _slope(found, found.within_agent, "among one agent's conversations")
    if found.between_agent is not None:
        yield _slope(found, found.between_agent, "from agent to agent")
    elif found.n_agents is not None:
        yield (
            f"With {found.n_agents} agents, differences between agents cannot be told "
            "from chance."
        )


def _slope(found: Impact, effect: Effect, among: str) -> str:
    chance = ", which chance can explain" if effect.low <= 0 <= effect.high else ""
    return (
        f"For 0.1 more empathy, {found.outcome} is {_figure(abs(effect.value))} "
        f"{'higher' if effect.value > 0 else 'lower'} {among} "
        f"({100 * found.confidence:g} % interval {_figure(effect.low)} to "
        f"{_figure(effect.high)}){chance}."
    )


def _figure(value: float) -> str:
    """Write a number with two digits that count."""
    return f"{value:#.2g}".rstrip(".") if abs(value) < 100 else f"{value:,.0f}"
