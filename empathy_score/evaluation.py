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
    precision_recall_fscore_support,
    roc_auc_score,
)

from empathy_score.conformal import covered
from empathy_score.features.turns import Turns
from empathy_score.lexicon import CUE_LABELS

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
        "weighted_kappa": lambda at: weighted_kappa(levels[at], predicted[at]),
        "auc_level_over_0": lambda at: _auc(levels[at] > 0, over_0[at]),
        "auc_level_2": lambda at: _auc(levels[at] == 2, probabilities[at, 2]),
        "macro_f1": lambda at: float(
            f1_score(levels[at], predicted[at], average="macro", zero_division=0.0)
        ),
        "accuracy": lambda at: float(np.mean(levels[at] == predicted[at])),
        "brier_over_0": lambda at: float(brier_score_loss(levels[at] > 0, over_0[at])),
        "ece_over_0": lambda at: calibration_error(levels[at] > 0, over_0[at]),
    }
    draws = group_draws(groups, n_bootstraps)
    everything = np.arange(len(levels))
    return {
        name: measure_of(figure, everything, draws) for name, figure in figures.items()
    }


def interval_measures(
    levels: Levels,
    intervals: Array,
    groups: Sequence[str],
    *,
    n_bootstraps: int = 500,
) -> dict[str, Measure]:
    """Measure how often intervals hold the true score, and how wide they are.

    Parameters
    ----------
    levels : ndarray of shape (n,)
        Labels; the true score is half of it.
    intervals : ndarray of shape (n, 2)
        Low and high.
    groups : sequence of str
        Conversations; the bootstrap draws whole ones.
    n_bootstraps : int, default 500
        Draws, with a fixed seed.

    Returns
    -------
    dict of str to Measure
        ``interval_coverage`` and ``interval_width``.

    Examples
    --------
    >>> import numpy as np
    >>> whole = np.tile([0.0, 1.0], (4, 1))
    >>> found = interval_measures(np.array([0, 1, 2, 0]), whole, list("abcd"))
    >>> found["interval_coverage"]["value"], found["interval_width"]["value"]
    (1.0, 1.0)
    """
    inside, width = covered(intervals, levels), intervals[:, 1] - intervals[:, 0]
    draws = group_draws(groups, n_bootstraps)
    everything = np.arange(len(levels))
    return {
        "interval_coverage": measure_of(
            lambda at: float(inside[at].mean()), everything, draws
        ),
        "interval_width": measure_of(
            lambda at: float(width[at].mean()), everything, draws
        ),
    }


def slice_measures(
    levels: Levels,
    predicted: Levels,
    inside: npt.NDArray[np.bool_],
    values: npt.NDArray[np.str_],
) -> dict[str, dict[str, float | int | None]]:
    """Agreement and coverage for each value of something: channel, length and so on.

    Parameters
    ----------
    levels, predicted : ndarray of shape (n,)
        Labels and predicted levels.
    inside : ndarray of bool, shape (n,)
        Whether the interval holds the true score.
    values : ndarray of str, shape (n,)
        The slice that each utterance belongs to.

    Returns
    -------
    dict of str to dict
        ``n``, ``weighted_kappa`` (None where there is one level only), ``accuracy``
        and ``interval_coverage`` of each slice, slices in their sorted order.

    Examples
    --------
    >>> import numpy as np
    >>> ok = np.array([0, 1])
    >>> slice_measures(ok, ok, ok >= 0, np.array(["chat", "chat"]))["chat"]["n"]
    2
    """
    found: dict[str, dict[str, float | int | None]] = {}
    for value in sorted(set(values.tolist())):
        at = values == value
        found[value] = {
            "n": int(at.sum()),
            "weighted_kappa": (
                weighted_kappa(levels[at], predicted[at])
                if len(np.unique(levels[at])) > 1
                else None
            ),
            "accuracy": float(np.mean(levels[at] == predicted[at])),
            "interval_coverage": float(inside[at].mean()),
        }
    return found


def cue_measures(
    labelled: Sequence[set[str]], turns: Turns
) -> dict[str, dict[str, float | int]]:
    """Precision, recall and F1 of each cue against labels.

    Parameters
    ----------
    labelled : sequence of set of str
        Labels of the cues in each utterance.
    turns : Turns
        The same utterances, counted.

    Returns
    -------
    dict of str to dict
        ``n`` labelled, ``precision``, ``recall`` and ``f1`` of each cue that words
        can show.
    """
    found: dict[str, dict[str, float | int]] = {}
    for label in CUE_LABELS:
        true = np.array([label in labels for labels in labelled])
        if label == "interruption" or not true.any():
            continue
        precision, recall, f1, _ = precision_recall_fscore_support(
            true, turns.own.count(label) > 0, average="binary", zero_division=0.0
        )
        found[label] = {
            "n": int(true.sum()),
            "precision": float(precision),
            "recall": float(recall),
            "f1": float(f1),
        }
    return found


def reliability(
    outcome: npt.NDArray[np.bool_], probability: Array, n_bins: int = 10
) -> list[dict[str, float | int]]:
    """Compare what was said with what happened, in bins of equal width.

    Parameters
    ----------
    outcome : ndarray of bool, shape (n,)
        What happened.
    probability : ndarray of shape (n,)
        What was said.
    n_bins : int, default 10
        Bins; empty ones are left out.

    Returns
    -------
    list of dict
        ``n``, ``said`` (mean probability) and ``seen`` (share that happened).

    Examples
    --------
    >>> import numpy as np
    >>> reliability(np.array([True, False]), np.array([0.9, 0.1]))[0]
    {'n': 1, 'said': 0.1, 'seen': 0.0}
    """
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    return [
        {
            "n": int((bins == place).sum()),
            "said": float(probability[bins == place].mean()),
            "seen": float(outcome[bins == place].mean()),
        }
        for place in np.unique(bins)
    ]


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


def weighted_kappa(levels: Levels, predicted: Levels) -> float | None:
    """Give Cohen's kappa with quadratic weights.

    Parameters
    ----------
    levels, predicted : ndarray of shape (n,)
        Levels by two.

    Returns
    -------
    float or None
        In [-1, 1]; None where both know one level only, the same.

    Examples
    --------
    >>> weighted_kappa(np.array([0, 1, 2]), np.array([0, 1, 2]))
    1.0
    """
    if len(np.unique(np.concatenate([levels, predicted]))) < 2:
        return None
    return float(cohen_kappa_score(levels, predicted, weights="quadratic"))


def _auc(outcome: npt.NDArray[np.bool_], score: Array) -> float | None:
    if outcome.all() or not outcome.any():
        return None
    return float(roc_auc_score(outcome, score))


def group_draws(groups: Sequence[str], n_bootstraps: int) -> list[Levels]:
    """Draw conversations with replacement, for a bootstrap.

    Parameters
    ----------
    groups : sequence of str
        The conversation of each row.
    n_bootstraps : int
        Draws, with a fixed seed.

    Returns
    -------
    list of ndarray of int
        Rows of each draw.
    """
    members: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(group, []).append(row)
    rows = [np.array(found) for found in members.values()]
    random = np.random.default_rng(0)
    return [
        np.concatenate([rows[i] for i in random.integers(len(rows), size=len(rows))])
        for _ in range(n_bootstraps)
    ]


def measure_of(
    figure: Callable[[Levels], float | None], everything: Levels, draws: list[Levels]
) -> Measure:
    """Give a figure with its bootstrap interval.

    Parameters
    ----------
    figure : callable
        Gives the figure for some rows; None where it is not defined.
    everything : ndarray of int
        All rows.
    draws : list of ndarray of int
        From :func:`group_draws`.

    Returns
    -------
    Measure
    """
    values = [value for at in draws if (value := figure(at)) is not None]
    low, high = np.quantile(values, [0.025, 0.975]) if values else (None, None)
    return Measure(
        value=figure(everything),
        low=None if low is None else float(low),
        high=None if high is None else float(high),
    )
