"""How good a model is: measures with intervals that respect conversations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    brier_score_loss,
    cohen_kappa_score,
    f1_score,
    roc_auc_score,
)

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]


class Measure(TypedDict):
    """A figure and its 95 % bootstrap interval; null where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


def measures(
    levels: Levels,
    probabilities: Array,
    predicted: Levels,
    groups: Sequence[str],
    *,
    n_bootstraps: int = 500,
) -> dict[str, Measure]:
    """Compare predictions with labels.

    Parameters
    ----------
    levels : ndarray of shape (n,)
        Labels 0, 1, 2.
    probabilities : ndarray of shape (n, 3)
        Predicted probabilities of the levels.
    predicted : ndarray of shape (n,)
        Predicted levels.
    groups : sequence of str
        Conversations; the bootstrap draws whole ones.
    n_bootstraps : int, default 500
        Draws, with a fixed seed.

    Returns
    -------
    dict of str to Measure
        ``weighted_kappa`` (quadratic), ``auc_level_over_0``, ``auc_level_2``,
        ``macro_f1``, ``accuracy``, ``brier_over_0``, ``ece_over_0`` (ten bins).

    Examples
    --------
    >>> import numpy as np
    >>> levels = np.array([0, 1, 2, 0])
    >>> found = measures(levels, np.eye(3)[levels], levels, list("abcd"))
    >>> found["weighted_kappa"]["value"]
    1.0
    """
    over_0 = probabilities[:, 1] + probabilities[:, 2]
    figures: dict[str, Callable[[Levels], float | None]] = {
        "weighted_kappa": lambda at: _kappa(levels[at], predicted[at]),
        "auc_level_over_0": lambda at: _auc(levels[at] > 0, over_0[at]),
        "auc_level_2": lambda at: _auc(levels[at] == 2, probabilities[at, 2]),
        "macro_f1": lambda at: float(
            f1_score(levels[at], predicted[at], average="macro", zero_division=0.0)
        ),
        "accuracy": lambda at: float(np.mean(levels[at] == predicted[at])),
        "brier_over_0": lambda at: float(brier_score_loss(levels[at] > 0, over_0[at])),
        "ece_over_0": lambda at: calibration_error(levels[at] > 0, over_0[at]),
    }
    draws = _draws(groups, n_bootstraps)
    everything = np.arange(len(levels))
    return {
        name: _measure(figure, everything, draws) for name, figure in figures.items()
    }


def calibration_error(
    outcome: npt.NDArray[np.bool_], probability: Array, n_bins: int = 10
) -> float:
    """Measure the expected calibration error, in bins of equal width.

    Parameters
    ----------
    outcome : ndarray of bool, shape (n,)
        What happened.
    probability : ndarray of shape (n,)
        What was said.
    n_bins : int, default 10
        Bins.

    Returns
    -------
    float
        Mean absolute gap between both, in [0, 1]; lower is better. As in Naeini et
        al., AAAI 2015.

    Examples
    --------
    >>> import numpy as np
    >>> calibration_error(np.array([True, False]), np.array([0.5, 0.5]))
    0.0
    """
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, outcome - probability, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(outcome))


def _kappa(levels: Levels, predicted: Levels) -> float | None:
    if len(np.unique(np.concatenate([levels, predicted]))) < 2:
        return None
    return float(cohen_kappa_score(levels, predicted, weights="quadratic"))


def _auc(outcome: npt.NDArray[np.bool_], score: Array) -> float | None:
    if outcome.all() or not outcome.any():
        return None
    return float(roc_auc_score(outcome, score))


def _draws(groups: Sequence[str], n_bootstraps: int) -> list[Levels]:
    """Rows of conversations drawn with replacement."""
    members: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(group, []).append(row)
    rows = [np.array(found) for found in members.values()]
    random = np.random.default_rng(0)
    return [
        np.concatenate([rows[i] for i in random.integers(len(rows), size=len(rows))])
        for _ in range(n_bootstraps)
    ]


def _measure(
    figure: Callable[[Levels], float | None], everything: Levels, draws: list[Levels]
) -> Measure:
    values = [value for at in draws if (value := figure(at)) is not None]
    low, high = np.quantile(values, [0.025, 0.975]) if values else (None, None)
    return Measure(
        value=figure(everything),
        low=None if low is None else float(low),
        high=None if high is None else float(high),
    )
