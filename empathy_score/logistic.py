"""Probabilities of a logistic regression from its weights alone.

What a fitted ``LogisticRegression`` keeps beside its weights changes with the version
of scikit-learn, which warns of every file of another one; ``coef_``, ``intercept_`` and
``classes_`` do not. So a model's file holds these three as plain arrays, and a model
that was trained with one version gives the same probabilities with another.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression

from empathy_score.errors import ModelError

Array = npt.NDArray[np.float64]

_WEIGHTS = ("coef_", "intercept_", "classes_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logistic:
    """The weights of a logistic regression, named as scikit-learn names them.

    Parameters
    ----------
    coef_ : ndarray of shape (1 or n_classes, n_features)
        One row for two classes.
    intercept_ : ndarray of shape (1 or n_classes,)
        Log-odds where all features are 0.
    classes_ : ndarray of shape (n_classes,)
        What the columns of the probabilities stand for.
    """

    coef_: Array
    intercept_: Array
    classes_: npt.NDArray[Any]


def weights_of(classifier: LogisticRegression | Logistic) -> Logistic:
    """Take the weights out of a fitted classifier.

    Parameters
    ----------
    classifier : LogisticRegression or Logistic
        Fitted, not one class against the rest of several.

    Returns
    -------
    Logistic

    Examples
    --------
    >>> fitted = LogisticRegression().fit([[0.0], [1.0]], ["no", "yes"])
    >>> weights_of(fitted).classes_.tolist()
    ['no', 'yes']
    """
    return Logistic(**stored_weights(classifier))


def stored_weights(
    classifier: LogisticRegression | Logistic,
) -> dict[str, npt.NDArray[Any]]:
    """Give the weights as a model's file holds them.

    Parameters
    ----------
    classifier : LogisticRegression or Logistic
        Fitted.

    Returns
    -------
    dict of str to ndarray
        ``coef_``, ``intercept_`` and ``classes_``.
    """
    return {name: getattr(classifier, name) for name in _WEIGHTS}


def read_weights(stored: object, folder: Path) -> Logistic:
    """Check the weights that a model's file holds.

    Parameters
    ----------
    stored : object
        From :func:`stored_weights`, or a whole ``LogisticRegression``.
    folder : Path
        The model's, for the error.

    Returns
    -------
    Logistic

    Raises
    ------
    ModelError
        If these are no weights, or do not fit each other.
    """
    if isinstance(stored, LogisticRegression):
        return weights_of(stored)
    if not (
        isinstance(stored, dict)
        and set(stored) == set(_WEIGHTS)
        and all(isinstance(part, np.ndarray) for part in stored.values())
    ):
        raise ModelError(
            f"{folder}: holds {type(stored).__name__}, no classifier: that is the "
            f"arrays {', '.join(_WEIGHTS)}"
        )
    coef, intercept, classes = (np.shape(stored[name]) for name in _WEIGHTS)
    rows = (1,) if classes == (2,) else classes
    if len(coef) != 2 or len(classes) != 1 or not coef[:1] == intercept == rows:
        raise ModelError(
            f"{folder}: holds a classifier whose weights do not fit each other: "
            f"{coef}, {intercept}, {classes}"
        )
    return Logistic(**stored)


def probabilities(classifier: LogisticRegression | Logistic, X: Any) -> Array:  # noqa: ANN401
    """Give what ``classifier.predict_proba(X)`` gives.

    Parameters
    ----------
    classifier : LogisticRegression or Logistic
        Fitted, not one class against the rest of several.
    X : array or sparse matrix of shape (n_samples, n_features)
        Features.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        From 0 to 1; rows sum to 1.

    Examples
    --------
    >>> fitted = LogisticRegression().fit([[0.0], [1.0], [2.0]], [0, 0, 1])
    >>> bool(np.allclose(probabilities(fitted, [[1.5]]), fitted.predict_proba([[1.5]])))
    True
    """
    decision = log_odds(classifier, X)
    if decision.shape[1] > 1:
        return np.asarray(softmax(decision, axis=1), dtype=np.float64)
    chance = expit(decision[:, 0])
    return np.column_stack([1 - chance, chance])


def log_odds(classifier: LogisticRegression | Logistic, X: Any) -> Array:  # noqa: ANN401
    """Give the weighted sums that probabilities rest on.

    Parameters
    ----------
    classifier : LogisticRegression or Logistic
        Fitted.
    X : array or sparse matrix of shape (n_samples, n_features)
        Features.

    Returns
    -------
    ndarray of shape (n_samples, 1 or n_classes)
        One column for two classes: the log-odds of the second.
    """
    return np.asarray(X @ classifier.coef_.T + classifier.intercept_)
