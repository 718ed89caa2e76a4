"""How much better a model gets with more labels, and whether more are worth it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from empathy_score.classifier import median_levels
from empathy_score.comparison import ranked_probability
from empathy_score.evaluation import weighted_kappa
from empathy_score.held_out import (
    N_SPLITS,
    Material,
    folds_of,
    held_out_probabilities,
)
from empathy_score.labelled import LEVELS

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]

SHARES = (0.25, 0.5)
"""Shares of the conversations of each fold that are learned from, beside all."""
LEAST_TO_LEARN = 20
"""Labels of the smallest share that are worth a point."""


def learning_curve(
    material: Sequence[Material],
    features: Array,
    alpha: float,
    whole: Array,
    weights: Array | None = None,
) -> list[dict[str, float | int | None]]:
    """Learn from growing shares of the conversations, test on the same folds.

    Parameters
    ----------
    material : sequence of Material
        Labelled utterances, and what else the sentence model learns from.
    features : ndarray of shape (n_utterances, n_features)
        Declared features of the first material.
    alpha : float
        Strength of the penalty.
    whole : ndarray of shape (n_utterances, 3)
        Held-out probabilities of the level by models of all other conversations.
    weights : ndarray of shape (n_utterances,), optional
        How much each utterance counts.

    Returns
    -------
    list of dict
        See :func:`point`, from few labels to all.
    """
    data = material[0]
    levels = data.targets[:, 0]
    found = []
    for share in SHARES:
        folds = list(folds_of(material, share))
        rows = [fold.fit for fold in folds]
        if not all(enough(levels[fit]) for fit in rows):
            continue
        said = held_out_probabilities(
            folds, features, levels[:, None], data.groups, alpha, weights
        )[0]
        found.append(point(levels, said, [len(fit) for fit in rows]))
    everything = len(levels) * (N_SPLITS - 1) // N_SPLITS
    return [*found, point(levels, whole, [everything])]


def point(
    levels: Levels, said: Array, n_labels: Sequence[int]
) -> dict[str, float | int | None]:
    """Give one point of the curve.

    Parameters
    ----------
    levels : ndarray of shape (n_utterances,)
        Labels.
    said : ndarray of shape (n_utterances, 3)
        Held-out probabilities.
    n_labels : sequence of int
        Labels that each fold learned from.

    Returns
    -------
    dict
        ``n_labels`` (mean over the folds), ``weighted_kappa``,
        ``ranked_probability``.

    Examples
    --------
    >>> point(np.array([0, 2]), np.eye(3)[[0, 2]], [2, 4])["n_labels"]
    3
    """
    return {
        "n_labels": round(float(np.mean(n_labels))),
        "weighted_kappa": weighted_kappa(levels, median_levels(said)),
        "ranked_probability": float(ranked_probability(levels, said).mean()),
    }


def enough(levels: Levels) -> bool:
    """Say whether labels suffice for a point.

    Parameters
    ----------
    levels : ndarray of shape (n_utterances,)
        Labels of one fold.

    Returns
    -------
    bool
    """
    return len(levels) >= LEAST_TO_LEARN and len(np.unique(levels)) == len(LEVELS)
