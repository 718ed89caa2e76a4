"""Intervals of the score that keep their promise for every level.

Label-conditional conformal prediction: a level belongs to the prediction set of an
utterance where its probability is not lower than what nine in ten held-out utterances
of that level had. The interval reaches from the lowest to the highest level of the
set, and always holds the score.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]

COVERAGE = 0.9
"""Share of utterances, of each level, whose true score is to lie inside."""


def score_of(probabilities: Array) -> Array:
    """Score of each utterance, (p1 + 2·p2) / 2.

    Parameters
    ----------
    probabilities : ndarray of shape (n_utterances, 3)
        Of the levels 0, 1, 2.

    Returns
    -------
    ndarray of shape (n_utterances,)
        In [0, 1].

    Examples
    --------
    >>> score_of(np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])).tolist()
    [0.25, 1.0]
    """
    return np.asarray((probabilities[:, 1] + 2 * probabilities[:, 2]) / 2)


def least_probabilities(
    probabilities: Array, levels: Levels, coverage: float = COVERAGE
) -> Array:
    """Learn how improbable a level may be and still belong to the prediction set.

    Parameters
    ----------
    probabilities : ndarray of shape (n_utterances, 3)
        From a model that has not seen these utterances.
    levels : ndarray of shape (n_utterances,)
        Their levels.
    coverage : float, default 0.9
        Share of the utterances of each level to be covered.

    Returns
    -------
    ndarray of shape (3,)
        0 where a level has too few utterances for that coverage (fewer than nine for
        0.9): it then belongs to every prediction set.

    Notes
    -----
    Vovk et al., "Algorithmic Learning in a Random World", 2005 (label-conditional);
    Sadinle, Lei and Wasserman, JASA 2019.

    Examples
    --------
    >>> sure = np.eye(3)[np.tile([0, 1, 2], 10)]
    >>> least_probabilities(sure, np.tile([0, 1, 2], 10)).tolist()
    [1.0, 1.0, 1.0]
    """
    least = np.zeros(3)
    for level in range(3):
        own = np.sort(probabilities[levels == level, level])
        rank = int(np.floor((1 - coverage) * (len(own) + 1) + 1e-9))
        if rank:
            least[level] = own[rank - 1]
    return least


def score_intervals(probabilities: Array, least: Array) -> Array:
    """Interval of each score.

    Parameters
    ----------
    probabilities : ndarray of shape (n_utterances, 3)
        Of the levels.
    least : ndarray of shape (3,)
        From :func:`least_probabilities`.

    Returns
    -------
    ndarray of shape (n_utterances, 2)
        Low and high, in [0, 1]; the score lies between.

    Examples
    --------
    >>> score_intervals(np.array([[0.7, 0.3, 0.0]]), np.array([0.5, 0.25, 0.1]))
    array([[0. , 0.5]])
    """
    inside = probabilities >= least
    inside |= ~inside.any(axis=1, keepdims=True)  # nothing fits: everything may be
    score = score_of(probabilities)
    found = np.empty((len(score), 2))
    np.minimum(inside.argmax(axis=1) / 2, score, out=found[:, 0])
    np.maximum(1 - inside[:, ::-1].argmax(axis=1) / 2, score, out=found[:, 1])
    return found


def covered(intervals: Array, levels: Levels) -> npt.NDArray[np.bool_]:
    """Whether the true score lies inside each interval.

    Parameters
    ----------
    intervals : ndarray of shape (n_utterances, 2)
        From :func:`score_intervals`.
    levels : ndarray of shape (n_utterances,)
        True levels.

    Returns
    -------
    ndarray of bool, shape (n_utterances,)

    Examples
    --------
    >>> covered(np.array([[0.0, 0.5], [0.0, 0.5]]), np.array([1, 2])).tolist()
    [True, False]
    """
    true, slack = levels / 2, 1e-9
    return np.asarray(
        (intervals[:, 0] <= true + slack) & (true <= intervals[:, 1] + slack)
    )
