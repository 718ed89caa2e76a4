"""Two models on the same utterances: which is better, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from empathy_score.classifier import median_levels
from empathy_score.evaluation import Measure, group_draws, measure_of, weighted_kappa

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]
Verdict = Literal["better", "worse", "not told apart"]


def ranked_probability(levels: Levels, probabilities: Array) -> Array:
    """Ranked probability score of each utterance.

    Parameters
    ----------
    levels : ndarray of shape (n,)
        Labels 0, 1, 2.
    probabilities : ndarray of shape (n, 3)
        Predicted probabilities of the levels.

    Returns
    -------
    ndarray of shape (n,)
        Mean squared error of p(over 0) and p(2), in [0, 1]; lower is better, and a
        level further off costs more. As in Epstein, Journal of Applied Meteorology
        1969.

    Examples
    --------
    >>> said = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    >>> ranked_probability(np.array([0, 2]), said).tolist()
    [0.0, 1.0]
    """
    over = np.stack([levels > 0, levels > 1], axis=1)
    said = np.stack([probabilities[:, 1:].sum(axis=1), probabilities[:, 2]], axis=1)
    return np.asarray(((said - over) ** 2).mean(axis=1))


def compare(
    levels: Levels,
    one: Array,
    other: Array,
    groups: Sequence[str],
    *,
    weights: Array | None = None,
    n_bootstraps: int = 500,
) -> dict[str, Any]:
    """Compare what two models said of the same utterances.

    Parameters
    ----------
    levels : ndarray of shape (n,)
        Labels 0, 1, 2.
    one, other : ndarray of shape (n, 3)
        Probabilities of the levels by the new model, and by the one it is compared
        with; neither may have seen the utterance.
    groups : sequence of str
        Conversations; the bootstrap draws whole ones, the same for both models.
    weights : ndarray of shape (n,), optional
        How much each utterance counts in the ranked probability score.
    n_bootstraps : int, default 500
        Draws, with a fixed seed.

    Returns
    -------
    dict
        ``ranked_probability`` and ``weighted_kappa``, each with ``one``, ``other`` and
        their ``difference`` (a :class:`~empathy_score.evaluation.Measure`); and the
        ``verdict`` on the first model: ``"better"`` or ``"worse"`` where the 95 %
        interval of the difference in ranked probability leaves out 0.

    Examples
    --------
    >>> levels = np.tile([0, 1, 2], 4)
    >>> sure, unsure = np.eye(3)[levels], np.full((12, 3), 1 / 3)
    >>> groups = [str(row // 3) for row in range(12)]
    >>> compare(levels, sure, unsure, groups, n_bootstraps=20)["verdict"]
    'better'
    """
    draws = group_draws(groups, n_bootstraps)
    costs = [ranked_probability(levels, found) for found in (one, other)]
    said = [median_levels(found) for found in (one, other)]

    def cost(which: int, at: Levels) -> float:
        share = None if weights is None else weights[at]
        return float(np.average(costs[which][at], weights=share))

    def kappa(which: int, at: Levels) -> float | None:
        return weighted_kappa(levels[at], said[which][at])

    found: dict[str, Any] = {
        "ranked_probability": _pair(cost, len(levels), draws),
        "weighted_kappa": _pair(kappa, len(levels), draws),
    }
    found["verdict"] = _verdict(found["ranked_probability"]["difference"])
    return found


def _pair(figure: Any, n: int, draws: list[Levels]) -> dict[str, Any]:  # noqa: ANN401
    def difference(at: Levels) -> float | None:
        one, other = figure(0, at), figure(1, at)
        return None if one is None or other is None else one - other

    everything = np.arange(n)
    return {
        "one": figure(0, everything),
        "other": figure(1, everything),
        "difference": measure_of(difference, everything, draws),
    }


def _verdict(difference: Measure) -> Verdict:
    low, high = difference["low"], difference["high"]
    if high is not None and high < 0:
        return "better"
    if low is not None and low > 0:
        return "worse"
    return "not told apart"
