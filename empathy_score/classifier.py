"""The classifier: ordinal, linear, calibrated, with the direction of features kept."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg
from scipy.optimize import Bounds, minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from empathy_score.errors import InputError

Array = npt.NDArray[np.float64]


class EmpathyClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Ordinal classifier whose decision is a sum of contributions.

    For each threshold between neighbouring levels a linear model says how far an
    utterance is above it; logistic calibration on held-out folds makes that a
    probability. The *decision value* is the sum of the calibrated log-odds over the
    thresholds: linear in the features, so each feature has its exact share.

    Parameters
    ----------
    alpha : float, default 300.0
        Strength of the L2 penalty on scaled features.
    min_scale : float, default 0.2
        Features are divided by their standard deviation, but never by less than this:
        a phrase seen twice in the training data must not be stretched into the
        strongest evidence there is.
    monotonic_cst : array-like of {-1, 0, 1} of shape (n_features,), default None
        Direction in which each feature may move the decision; None leaves all free.
    n_splits : int, default 5
        Folds for calibration; by group where ``fit`` is given groups.

    Attributes
    ----------
    classes_ : ndarray of shape (n_levels,)
        The levels, ascending.
    coef_ : ndarray of shape (n_levels - 1, n_features)
        Calibrated weights of the features, per threshold.
    intercept_ : ndarray of shape (n_levels - 1,)
        Calibrated log-odds of an utterance whose features are all zero.
    n_features_in_ : int
        Number of features.

    Notes
    -----
    NaN (no turn before) counts as 0: nothing is known that could move the decision.
    Threshold models as in Frank and Hall, "A Simple Approach to Ordinal
    Classification", ECML 2001; calibration as in Platt, 1999.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.tile([[0.0], [1.0], [2.0]], (10, 1))
    >>> y = np.tile([0, 1, 2], 10)
    >>> classifier = EmpathyClassifier(alpha=1.0, monotonic_cst=[1]).fit(X, y)
    >>> classifier.predict([[0.0], [2.0]]).tolist()
    [0, 2]
    """

    def __init__(
        self,
        alpha: float = 300.0,
        min_scale: float = 0.2,
        monotonic_cst: Any = None,  # noqa: ANN401
        n_splits: int = 5,
    ) -> None:
        self.alpha = alpha
        self.min_scale = min_scale
        self.monotonic_cst = monotonic_cst
        self.n_splits = n_splits

    def fit(
        self,
        X: Any,  # noqa: ANN401
        y: Any,  # noqa: ANN401
        groups: Any = None,  # noqa: ANN401
        weights: Any = None,  # noqa: ANN401
    ) -> EmpathyClassifier:
        """Fit the thresholds and their calibration.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features; NaN allowed.
        y : array-like of shape (n_samples,)
            Ordered levels.
        groups : array-like of shape (n_samples,), default None
            Conversations; calibration never sees one in both parts of a split.
        weights : array-like of shape (n_samples,), default None
            How much each sample counts. Not called ``sample_weight``: a weight of 2 is
            not quite the same as a sample that stands there twice, because features
            are scaled and folds are made without regard to weights.

        Returns
        -------
        EmpathyClassifier

        Raises
        ------
        ValueError
            If there is only one level, a group is missing, ``monotonic_cst`` has
            another length, or another setting is out of its range.
        """
        self._check_settings()
        X, y = validate_data(self, X, y, ensure_all_finite="allow-nan")
        check_classification_targets(y)
        groups = None if groups is None else _checked_groups(groups, len(X))
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError(
                "This solver needs samples of at least 2 classes in the data, but the "
                f"data contains only one class: {self.classes_[0]}"
            )
        X = np.nan_to_num(X)
        signs = self._signs(X.shape[1])
        above = (y[:, None] > self.classes_[:-1]).astype(np.float64)
        counts = None if weights is None else _mean_one(weights, len(X))
        # One thread: quicker on matrices this small, and equal on every machine.
        with threadpool_limits(limits=1, user_api="blas"):
            held_out = self._held_out(X, above, signs, groups, counts)
            linear, offsets = self._linear(X, above, signs, counts)
            slopes, shifts = _calibration(held_out, above, counts)
        self.coef_ = linear * slopes[:, None]
        self.intercept_ = offsets * slopes + shifts
        return self

    def _check_settings(self) -> None:
        value: Any
        for name in ("alpha", "min_scale"):
            value = getattr(self, name)
            if not isinstance(value, (int, float, np.number)) or not 0 < value < np.inf:
                raise InputError(f"{name} is {value!r}; it must be a number over 0")
        value = self.n_splits
        if not isinstance(value, Integral) or value < 0:
            raise InputError(
                f"n_splits is {value!r}; it must be a whole number, 0 or more"
            )

    def _signs(self, n_features: int) -> npt.NDArray[np.int8]:
        if self.monotonic_cst is None:
            return np.zeros(n_features, dtype=np.int8)
        signs = np.asarray(self.monotonic_cst, dtype=np.int8)
        if signs.shape != (n_features,):
            raise ValueError(
                f"monotonic_cst has shape {signs.shape}, but X has {n_features} "
                "features"
            )
        return signs

    def _held_out(
        self,
        X: Array,
        above: Array,
        signs: npt.NDArray[np.int8],
        groups: Any,  # noqa: ANN401
        counts: Array | None,
    ) -> Array:
        """Scores of each sample from models that have not seen its group."""
        n_groups = len(X) if groups is None else len(np.unique(groups))
        n_splits = min(self.n_splits, n_groups)
        if n_splits < 2:
            weights, offsets = self._linear(X, above, signs, counts)
            return np.asarray(X @ weights.T + offsets)
        splitter = (
            KFold(n_splits, shuffle=True, random_state=0)
            if groups is None
            else GroupKFold(n_splits)
        )
        scores = np.empty_like(above)
        for train, test in splitter.split(X, above[:, 0], groups):
            own = None if counts is None else counts[train]
            weights, offsets = self._linear(X[train], above[train], signs, own)
            scores[test] = X[test] @ weights.T + offsets
        return scores

    def _linear(
        self,
        X: Array,
        above: Array,
        signs: npt.NDArray[np.int8],
        counts: Array | None,
    ) -> tuple[Array, Array]:
        """Weights and offsets, one row per threshold, on the scale of ``X``."""
        scale = np.maximum(X.std(axis=0), self.min_scale)
        Z = X / scale
        if counts is None:
            middle, share = Z.mean(axis=0), above.mean(axis=0)
            left = Z - middle
        else:
            middle = np.average(Z, axis=0, weights=counts)
            share = np.average(above, axis=0, weights=counts)
            left = (Z - middle) * counts[:, None]
        gram = left.T @ (Z - middle) + self.alpha * np.eye(Z.shape[1])
        target = left.T @ (above - share)
        solved = np.stack([_least_squares(gram, column, signs) for column in target.T])
        return solved / scale, share - solved @ middle

    def predict_proba(self, X: Any) -> Array:  # noqa: ANN401
        """Calibrated probabilities of the levels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_levels), each row sums to 1
        """
        return self.proba_of(self._checked(X))

    def proba_of(self, values: Array) -> Array:
        """Give the same as :meth:`predict_proba` for values that need no check.

        Parameters
        ----------
        values : ndarray of shape (n_samples, n_features)
            Features; finite.

        Returns
        -------
        ndarray of shape (n_samples, n_levels), each row sums to 1
        """
        return level_probabilities(self.log_odds_of(values))

    def log_odds_of(self, values: Array) -> Array:
        """Give the calibrated log-odds of values that need no check.

        Parameters
        ----------
        values : ndarray of shape (n_samples, n_features)
            Features; finite.

        Returns
        -------
        ndarray of shape (n_samples, n_levels - 1)
            Of being above each level but the last.
        """
        # A matrix product rounds otherwise with other rows beside it; this does not.
        return np.asarray(np.einsum("ij,kj->ik", values, self.coef_) + self.intercept_)

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: ANN401
        """Predict the median level: the highest that is reached with p > 0.5.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        places = median_levels(self.predict_proba(X))
        return np.asarray(self.classes_[places])

    def decision_value(self, X: Any) -> Array:  # noqa: ANN401
        """Sum of the calibrated log-odds over the thresholds.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples,)
            Higher means more empathy; unbounded.
        """
        return np.asarray(self._log_odds(X).sum(axis=1))

    def contributions(self, X: Any) -> Array:  # noqa: ANN401
        """Share of each feature in the decision value; the last column is the rest.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features.

        Returns
        -------
        ndarray of shape (n_samples, n_features + 1)
            Rows sum to :meth:`decision_value`; the last column is the intercept.
        """
        return self.contributions_of(self._checked(X))

    def contributions_of(self, values: Array) -> Array:
        """Give the same as :meth:`contributions` for values that need no check.

        Parameters
        ----------
        values : ndarray of shape (n_samples, n_features)
            Features; finite.

        Returns
        -------
        ndarray of shape (n_samples, n_features + 1)
        """
        shares = np.empty((len(values), self.coef_.shape[1] + 1))
        np.multiply(values, self.coef_.sum(axis=0), out=shares[:, :-1])
        shares[:, -1] = self.intercept_.sum()
        return shares

    def _log_odds(self, X: Any) -> Array:  # noqa: ANN401
        return self.log_odds_of(self._checked(X))

    def _checked(self, X: Any) -> Array:  # noqa: ANN401
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, ensure_all_finite="allow-nan")
        return np.nan_to_num(np.asarray(X, dtype=np.float64))

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        """NaN is allowed."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def level_probabilities(log_odds: Array) -> Array:
    """Turn log-odds of being above levels into probabilities of the levels.

    Parameters
    ----------
    log_odds : ndarray of shape (..., n_levels - 1)
        Of being above each level but the last.

    Returns
    -------
    ndarray of shape (..., n_levels), each row sums to 1

    Examples
    --------
    >>> level_probabilities(np.array([[0.0, -500.0]])).round(3).tolist()
    [[0.5, 0.5, 0.0]]
    """
    above = 1 / (1 + np.exp(-np.minimum(np.maximum(log_odds, -500.0), 500.0)))
    edges = np.ones((*log_odds.shape[:-1], log_odds.shape[-1] + 2))
    # p(> 1) is never over p(> 0)
    np.minimum.accumulate(above, axis=-1, out=edges[..., 1:-1])
    edges[..., -1] = 0.0
    return np.asarray(edges[..., :-1] - edges[..., 1:])


def median_levels(probabilities: Array) -> npt.NDArray[np.int64]:
    """Give the median level: the highest that is reached with p > 0.5.

    Parameters
    ----------
    probabilities : ndarray of shape (n_utterances, n_levels)
        Of the levels, ascending.

    Returns
    -------
    ndarray of shape (n_utterances,)
        Places of the levels, from 0.

    Examples
    --------
    >>> median_levels(np.array([[0.4, 0.3, 0.3], [0.6, 0.4, 0.0]])).tolist()
    [1, 0]
    """
    from_the_top = probabilities[:, :0:-1].cumsum(axis=1)
    return np.asarray((from_the_top > 0.5).sum(axis=1))


def _checked_groups(groups: Any, n_samples: int) -> npt.NDArray[Any]:  # noqa: ANN401
    """Give the groups as an array; raise if one is missing."""
    found = np.asarray(groups)
    if found.shape != (n_samples,):
        raise InputError(
            f"X has {n_samples} samples but groups has shape {found.shape}"
        )
    if any(group is None or group != group for group in found.tolist()):  # NaN
        raise InputError("groups has a missing value; name the group of every sample")
    return found


def _least_squares(gram: Array, target: Array, signs: npt.NDArray[np.int8]) -> Array:
    """Weights of the ridge regression whose signs are kept.

    With none to keep the solution is one of linear equations; otherwise they are the
    start of a search within the bounds, over a matrix as small as the features.
    """
    free: Array = linalg.solve(gram, target, assume_a="pos")
    if not signs.any():
        return free
    bounds = Bounds(np.where(signs > 0, 0.0, -np.inf), np.where(signs < 0, 0.0, np.inf))
    found = minimize(
        lambda weights: (
            weights @ (gram @ weights) / 2 - target @ weights,
            gram @ weights - target,
        ),
        np.clip(free, bounds.lb, bounds.ub),
        jac=True,
        bounds=bounds,
        method="L-BFGS-B",
        options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-13, "gtol": 1e-8},
    )
    return np.asarray(found.x)


def _mean_one(weights: Any, n_samples: int) -> Array:  # noqa: ANN401
    """Weights as an array, 1 on average, so that the penalty keeps its strength."""
    counts = np.asarray(weights, dtype=np.float64)
    if counts.shape != (n_samples,) or not (counts > 0).all():
        raise ValueError(
            f"weights must be {n_samples} numbers over 0, got shape {counts.shape}"
        )
    return np.asarray(counts / counts.mean())


def _calibration(
    scores: Array, above: Array, counts: Array | None
) -> tuple[Array, Array]:
    """Slope and shift of the log-odds for each threshold; no slope falls."""
    slopes = np.zeros(above.shape[1])
    shifts = np.zeros(above.shape[1])
    for threshold in range(above.shape[1]):
        model = LogisticRegression(C=100.0, max_iter=1000)
        model.fit(scores[:, [threshold]], above[:, threshold] > 0, counts)
        slopes[threshold] = max(model.coef_[0, 0], 1e-6)
        shifts[threshold] = model.intercept_[0]
    return slopes, shifts
