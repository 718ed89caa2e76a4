"""Probabilities of a logistic regression from its weights alone.

What a fitted ``LogisticRegression`` keeps beside its weights changes with the version
of scikit-learn; ``coef_``, ``intercept_`` and ``classes_`` do not. So a model that was
trained with one version gives the same probabilities with another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression


def probabilities(classifier: LogisticRegression, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
    """Give what ``classifier.predict_proba(X)`` gives.

    Parameters
    ----------
    classifier : LogisticRegression
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
    decision = np.asarray(X @ classifier.coef_.T + classifier.intercept_)
    if decision.shape[1] > 1:
        return np.asarray(softmax(decision, axis=1), dtype=np.float64)
    chance = expit(decision[:, 0])
    return np.column_stack([1 - chance, chance])
