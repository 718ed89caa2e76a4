"""Correlation, slopes and means of an outcome by empathy, with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from empathy_score.errors import InputError
from empathy_score.outcomes.conversations import Array, Names, ToldConversations

STEP = 0.1
"""Slopes are of the outcome for so much more empathy."""

_LEAST_AGENTS = 10  # to tell the spread between agents
_MOST_DRAWN = 200_000_000
_BATCH = 2_000_000
_MOST_CHANNELS = 20
_LEAST_DEGREES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure and its interval.

    Attributes
    ----------
    value, low, high : float
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """By how much the outcome is higher where there is 0.1 more empathy.

    Attributes
    ----------
    value, low, high : float
        In units of the outcome for 0.1 of empathy.
    standardised : float
        In standard deviations of the outcome for one of empathy.
    adjusted_for : tuple of str
        What is held equal: ``length``, ``channel``, ``agent``.
    """

    value: float
    low: float
    high: float
    standardised: float
    adjusted_for: tuple[str, ...]


def rank_correlation(
    told: ToldConversations, draws: int, seed: int, confidence: float
) -> Interval:
    """Measure Spearman's correlation, with a bootstrap interval over conversations.

    Parameters
    ----------
    told : ToldConversations
        Neither empathy nor outcome the same in all.
    draws, seed : int
        Of the bootstrap; fewer draws where there are above 100,000 conversations.
    confidence : float
        Of the interval.

    Returns
    -------
    Interval
        From -1 to 1.
    """
    n = len(told.empathy)
    drawn = stats.bootstrap(
        (told.empathy, told.outcome),
        _spearman,
        paired=True,
        vectorized=True,
        n_resamples=max(min(draws, _MOST_DRAWN // n), 200),
        batch=max(_BATCH // n, 1),
        confidence_level=confidence,
        method="percentile",
        random_state=np.random.default_rng(seed),
    ).confidence_interval
    value = float(_spearman(told.empathy, told.outcome))
    return Interval(value=value, low=float(drawn.low), high=float(drawn.high))


def _spearman(x: Array, y: Array, axis: int = -1) -> npt.NDArray[Any]:
    """Correlate ranks; 0 where a draw has one value only."""
    first, second = (stats.rankdata(one, axis=axis) for one in (x, y))
    first = first - first.mean(axis=axis, keepdims=True)
    second = second - second.mean(axis=axis, keepdims=True)
    spread = np.sqrt((first**2).sum(axis=axis) * (second**2).sum(axis=axis))
    together = (first * second).sum(axis=axis)
    none = np.zeros_like(np.asarray(together))
    return np.asarray(np.divide(together, spread, out=none, where=spread > 0))


def adjusted_effect(told: ToldConversations, confidence: float) -> Effect | None:
    """Measure the slope at equal length and channel.

    Least squares (statsmodels); the interval allows for unequal variance (HC3) and,
    with at least ten agents, for likeness of an agent's conversations (a jackknife over
    agents).

    Parameters
    ----------
    told : ToldConversations
    confidence : float
        Of the interval.

    Returns
    -------
    Effect or None
        None where there are too few conversations, or nothing varies at equal length.
    """
    return _slopes(told, {"": told.empathy}, confidence)[""]


def agent_effects(
    told: ToldConversations, confidence: float
) -> tuple[Effect | None, Effect | None]:
    """Measure the slope within agents and that between them (Mundlak's model).

    The outcome is regressed on the agent's mean empathy and on the conversation's
    distance from it, at equal length and channel.

    Parameters
    ----------
    told : ToldConversations
    confidence : float
        Of the intervals.

    Returns
    -------
    within : Effect or None
        Between conversations of the same agent; None where fewer than two agents have
        two conversations.
    between : Effect or None
        Between agents, by the means seen of them; None where there are fewer than ten.
    """
    if told.agent is None:
        return None, None
    told = _only(told, np.array([name is not None for name in told.agent]))
    place, counts = _agents(told)
    if (counts > 1).sum() < 2:
        return None, None
    means = (np.bincount(place, told.empathy) / counts)[place]
    wanted = {"agent": told.empathy - means, "": means}
    found = _slopes(told, wanted, confidence)
    return found["agent"], found[""] if len(counts) >= _LEAST_AGENTS else None


def _slopes(
    told: ToldConversations, wanted: Mapping[str, Array], confidence: float
) -> dict[str, Effect | None]:
    """Regress the outcome on what is wanted, at equal length and channel.

    The keys name what else is held equal by a column itself.
    """
    columns, equal = _controls(told)
    X = _independent([np.ones(len(told.outcome)), *wanted.values()], columns)
    if X is None or len(X) < X.shape[1] + _LEAST_DEGREES:
        return dict.fromkeys(wanted)
    slopes, widths = _fit(told, X, confidence)
    return {
        name: Effect(
            value=STEP * float(slopes[place]),
            low=STEP * float(slopes[place] - widths[place]),
            high=STEP * float(slopes[place] + widths[place]),
            standardised=float(slopes[place] * column.std() / told.outcome.std()),
            adjusted_for=(*equal, name) if name else equal,
        )
        for place, (name, column) in enumerate(wanted.items(), 1)
    }


def _fit(told: ToldConversations, X: Array, confidence: float) -> tuple[Array, Array]:
    """Give the coefficients and how far their intervals reach to each side."""
    try:
        from statsmodels.regression.linear_model import OLS
    except ModuleNotFoundError as error:
        raise InputError(
            "slopes are computed with the package 'statsmodels', which is not "
            "installed; install it with: pip install 'empathy-score[impact]'"
        ) from error
    fitted = OLS(told.outcome, X).fit(cov_type="HC3", use_t=True)
    errors, degrees = np.asarray(fitted.bse), len(X) - X.shape[1]
    if told.agent is not None:
        place, counts = _agents(told)
        if len(counts) >= _LEAST_AGENTS:
            errors = _without_each_agent(X, told.outcome, place, len(counts))
            degrees = len(counts) - 1
    return np.asarray(fitted.params), stats.t.ppf(
        0.5 + confidence / 2, degrees
    ) * errors


def _without_each_agent(
    X: Array, y: Array, place: npt.NDArray[np.intp], n_agents: int
) -> Array:
    """Give the jackknife's standard errors over agents (CV3).

    It holds with few agents, where the usual errors for clusters are too small
    (MacKinnon, Nielsen and Webb, Journal of Econometrics 232, 2023).
    """
    n_columns = X.shape[1]
    squares = np.zeros((n_agents, n_columns, n_columns))
    products = np.zeros((n_agents, n_columns))
    np.add.at(squares, place, X[:, :, None] * X[:, None, :])
    np.add.at(products, place, X * y[:, None])
    left = np.linalg.pinv(squares.sum(axis=0) - squares, hermitian=True)
    without = np.einsum("gij,gj->gi", left, products.sum(axis=0) - products)
    whole = np.linalg.pinv(squares.sum(axis=0), hermitian=True) @ products.sum(axis=0)
    spread = ((without - whole) ** 2).sum(axis=0)
    return np.asarray(np.sqrt((n_agents - 1) / n_agents * spread), dtype=np.float64)


def _agents(told: ToldConversations) -> tuple[npt.NDArray[np.intp], Array]:
    """Give each agent a number; a conversation without one stands alone."""
    names = [
        ("", str(row)) if name is None else (name, "")
        for row, name in enumerate(told.agent if told.agent is not None else ())
    ]
    known = {name: place for place, name in enumerate(dict.fromkeys(names))}
    place = np.array([known[name] for name in names], dtype=np.intp)
    return place, np.bincount(place).astype(np.float64)


def _controls(told: ToldConversations) -> tuple[list[Array], tuple[str, ...]]:
    """Give the columns of length and channel, and what they hold equal."""
    columns, equal = [], []
    if np.ptp(told.turns) > 0:
        length = np.log(told.turns)
        columns.append(length - length.mean())
        equal.append("length")
    if told.channel is not None:
        names = [str(name) for name in told.channel]
        kinds = [name for name, _ in Counter(names).most_common(_MOST_CHANNELS)]
        if len(kinds) > 1:
            equal.append("channel")
        of_kind = np.array(names)
        columns.extend((of_kind == kind).astype(np.float64) for kind in kinds[1:])
    return columns, tuple(equal)


def _independent(needed: list[Array], more: list[Array]) -> Array | None:
    """Put columns together, leaving out what others tell; None if needed ones are."""
    X = np.column_stack(needed)
    if np.linalg.matrix_rank(X) < X.shape[1]:
        return None
    for column in more:
        wider = np.column_stack([X, column])
        if np.linalg.matrix_rank(wider) == wider.shape[1]:
            X = wider
    return np.asarray(X, dtype=np.float64)


def _only(told: ToldConversations, rows: npt.NDArray[np.bool_]) -> ToldConversations:
    def of(names: Names | None) -> Names | None:
        return None if names is None else names[rows]

    return ToldConversations(
        empathy=told.empathy[rows],
        outcome=told.outcome[rows],
        turns=told.turns[rows],
        channel=of(told.channel),
        agent=of(told.agent),
    )
