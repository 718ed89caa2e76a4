"""What is said of a model that was trained or adapted: all on held-out folds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from empathy_score.classifier import median_levels
from empathy_score.comparison import compare
from empathy_score.conformal import covered, least_probabilities, score_intervals
from empathy_score.evaluation import (
    cue_measures,
    interval_measures,
    measures,
    reliability,
    slice_measures,
)
from empathy_score.features.turns import Turns
from empathy_score.held_out import N_SPLITS
from empathy_score.label_checks import label_warnings, leaked
from empathy_score.labelled import LEVELS, Labelled
from empathy_score.model import Model, predict
from empathy_score.records import MECHANISMS

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]

LEAST_FOR_LIMITS = 9
"""Labels of a level that a 90 % interval needs."""


def measured(
    data: Labelled,
    turns: Turns,
    held_out: Sequence[Array],
    fallback: Array | None = None,
) -> dict[str, Any]:
    """Measure everything that is said of a model, on utterances it has not seen.

    Parameters
    ----------
    data : Labelled
        Labelled utterances.
    turns : Turns
        The same, counted.
    held_out : sequence of ndarray of shape (n_utterances, 3)
        Held-out probabilities of each target.
    fallback : ndarray of shape (3,), optional
        As of :func:`limits`.

    Returns
    -------
    dict
        ``held_out``, ``without_leaks`` where there are leaks, ``calibration``,
        ``slices``, ``mechanisms``, ``cues`` where they are labelled, ``warnings``
        and counts.
    """
    level, levels = held_out[0], data.levels
    predicted = median_levels(level)
    intervals = _unseen_intervals(level, data, fallback)
    found: dict[str, Any] = {
        "held_out": {
            **measures(levels, level, predicted, data.groups),
            **interval_measures(levels, intervals, data.groups),
        },
        "calibration": reliability(levels > 0, level[:, 1:].sum(axis=1)),
        "slices": {
            name: slice_measures(levels, predicted, covered(intervals, levels), values)
            for name, values in _slices(data).items()
        },
        "mechanisms": {
            name: measures(shown, chances, median_levels(chances), data.groups)
            for name, shown, chances in zip(
                MECHANISMS, data.targets().T[1:], held_out[1:], strict=False
            )
        },
        "warnings": list(label_warnings(data)),
        "n_utterances": len(data.texts),
        "n_conversations": len(set(data.groups)),
        "n_splits": N_SPLITS,
        "levels": {str(level): int((levels == level).sum()) for level in LEVELS},
    }
    if (leaks := leaked(data)).any() and not leaks.all():
        own = [
            group for group, leak in zip(data.groups, leaks, strict=True) if not leak
        ]
        found["without_leaks"] = measures(
            levels[~leaks], level[~leaks], predicted[~leaks], own
        )
    if data.cues is not None:
        labelled = [{label for _, _, label in cues} for cues in data.cues]
        found["cues"] = cue_measures(labelled, turns)
    return found


def _slices(data: Labelled) -> dict[str, npt.NDArray[np.str_]]:
    n_words = np.array([len(text.split()) for text in data.texts])
    lengths = np.array(["short", "medium", "long"])
    return {
        **{name: np.array(values, dtype=str) for name, values in data.slices.items()},
        "level": data.levels.astype(str),
        "length": lengths[np.digitize(n_words, [8, 25])],
    }


def limits(probabilities: Array, levels: Levels, fallback: Array | None) -> Array:
    """Learn the limits of the intervals.

    Parameters
    ----------
    probabilities : ndarray of shape (n_utterances, 3)
        Held-out probabilities of the level.
    levels : ndarray of shape (n_utterances,)
        Labels.
    fallback : ndarray of shape (3,) or None
        What holds for levels with fewer labels than
        :func:`~empathy_score.conformal.least_probabilities` needs.

    Returns
    -------
    ndarray of shape (3,)

    Examples
    --------
    >>> one = np.tile([0.8, 0.2, 0.0], (9, 1))
    >>> limits(one, np.zeros(9, int), np.array([0.1, 0.1, 0.1])).tolist()
    [0.8, 0.1, 0.1]
    """
    least = least_probabilities(probabilities, levels)
    if fallback is None:
        return least
    counts = np.bincount(levels, minlength=len(LEVELS))
    return np.where(counts < LEAST_FOR_LIMITS, fallback, least)


def compared(
    other: Model, data: Labelled, turns: Turns, held_out: Array
) -> dict[str, Any]:
    """Compare held-out probabilities with what a finished model says.

    Parameters
    ----------
    other : Model
        Has not seen the labels.
    data : Labelled
        Labelled utterances.
    turns : Turns
        The same, counted.
    held_out : ndarray of shape (n_utterances, 3)
        Held-out probabilities of the level.

    Returns
    -------
    dict
        As of :func:`~empathy_score.comparison.compare`, with the other's ``model``
        and ``version``.
    """
    said = predict(other, turns).probabilities
    found = compare(data.levels, held_out, said, data.groups, weights=data.weights)
    return {"model": other.name, "version": other.version, **found}


def _unseen_intervals(
    probabilities: Array, data: Labelled, fallback: Array | None
) -> Array:
    """Intervals from limits that were learned on other conversations."""
    intervals = np.zeros((len(probabilities), 2))
    for fit, test in GroupKFold(N_SPLITS).split(probabilities, groups=data.groups):
        least = limits(probabilities[fit], data.levels[fit], fallback)
        intervals[test] = score_intervals(probabilities[test], least)
    return intervals
