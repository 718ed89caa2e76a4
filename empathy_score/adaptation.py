"""A trained classifier adapted to few labels of somebody else's.

Own labels may be stricter or milder than those a model was trained on, and its levels
more or less frequent; the wording of one company may carry other weight. Each of that
is a step away from the model: a shift of the log-odds, a shift and a slope, weights of
the features. All steps are penalised towards the model itself, so that few labels move
it little, and held-out conversations choose how far to go.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, minimize
from scipy.special import expit, log_expit
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from empathy_score.classifier import EmpathyClassifier
from empathy_score.comparison import ranked_probability
from empathy_score.held_out import N_SPLITS, rows_of_share
from empathy_score.labelled import LEVELS

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]

SHIFT_DEVIATION = 1.5
"""Standard deviation of the prior of a shift, in log-odds."""
SLOPE_DEVIATION = 0.5
LEAST_SLOPE = 0.05
MARGIN = 0.5
"""Standard errors by which a larger step must be better than a smaller one."""
LEAST_OF_A_SIDE = 3
"""A threshold with fewer labels above or below it stays where the model has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far to go from a model.

    Parameters
    ----------
    name : str
        For the card.
    slope : bool
        Whether the log-odds may also be stretched.
    penalty : float or None
        Strength of the L2 penalty on the difference between the weights of the scaled
        features and those of the model; None leaves the weights as they are.
    shift : bool
        Whether the log-odds may be shifted; False is the model unchanged.
    """

    name: str
    shift: bool = True
    slope: bool = False
    penalty: float | None = None


STEPS = (
    Step(name="unchanged", shift=False),
    Step(name="shifted"),
    Step(name="recalibrated", slope=True),
    Step(name="weights moved a little", slope=True, penalty=100.0),
    Step(name="weights moved", slope=True, penalty=30.0),
    Step(name="weights moved far", slope=True, penalty=10.0),
)
"""From nothing to much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Somebody's own labels of one target, as columns of a model.

    Parameters
    ----------
    X : ndarray of shape (n_utterances, n_columns)
        From :func:`~empathy_score.model.model_matrix`; finite.
    levels : ndarray of shape (n_utterances,)
        0, 1, 2.
    groups : ndarray of shape (n_utterances,)
        Conversations.
    weights : ndarray of shape (n_utterances,)
        How much each counts; 1 on average.
    """

    X: Array
    levels: Levels
    groups: npt.NDArray[np.str_]
    weights: Array

    def of(self, rows: npt.NDArray[np.intp]) -> Own:
        """Give some of the utterances."""
        return Own(
            X=self.X[rows],
            levels=self.levels[rows],
            groups=self.groups[rows],
            weights=self.weights[rows],
        )


def adapted(classifier: EmpathyClassifier, own: Own, step: Step) -> EmpathyClassifier:
    """Adapt a classifier to own labels by one step.

    Parameters
    ----------
    classifier : EmpathyClassifier
        Fitted on the levels 0, 1, 2; stays as it is.
    own : Own
        The labels.
    step : Step
        How far to go.

    Returns
    -------
    EmpathyClassifier
        Of the same kind: linear, each feature in its declared direction.

    Notes
    -----
    The most probable weights under a normal prior around the model's, as in Chelba
    and Acero, "Adaptation of Maximum Entropy Capitalizer", EMNLP 2004. First slope
    and shift are found for the model's log-odds, then weights around the stretched
    ones.

    Examples
    --------
    >>> X = np.tile([[0.0], [1.0], [2.0]], (10, 1))
    >>> mild, strict = np.tile([0, 1, 2], 10), np.tile([0, 0, 1], 10)
    >>> model = EmpathyClassifier(alpha=1.0).fit(X, mild)
    >>> own = Own(X=X, levels=strict, groups=np.arange(30), weights=np.ones(30))
    >>> found = adapted(model, own, Step(name="shifted"))
    >>> model.predict([[1.0]]).tolist(), found.predict([[1.0]]).tolist()
    ([1], [0])
    """
    found = copy.copy(classifier)
    found.coef_ = np.array(classifier.coef_)
    found.intercept_ = np.array(classifier.intercept_)
    if not step.shift:
        return found
    with threadpool_limits(limits=1, user_api="blas"):
        for threshold in range(len(found.intercept_)):
            above = own.levels > LEVELS[threshold]
            if min(above.sum(), (~above).sum()) < LEAST_OF_A_SIDE:
                continue
            weights, offset = _moved(found, own, above, threshold, step)
            found.coef_[threshold], found.intercept_[threshold] = weights, offset
    return found


def choose_step(
    classifier: EmpathyClassifier, own: Own, steps: Sequence[Step] = STEPS
) -> tuple[Step, dict[str, float]]:
    """Choose by held-out conversations how far to go.

    Parameters
    ----------
    classifier : EmpathyClassifier
        Fitted.
    own : Own
        The labels.
    steps : sequence of Step
        To choose from.

    Returns
    -------
    Step
        The smallest that is not clearly worse than the best: its ranked probability
        score on held-out conversations is within :data:`MARGIN` standard errors of
        their difference.
    dict of str to float
        That score for each.
    """
    _, member = np.unique(own.groups, return_inverse=True)
    by_group = {}
    for step in steps:
        said = np.empty((len(own.levels), len(LEVELS)))
        for fit, test in _splits(own.groups):
            said[test] = adapted(classifier, own.of(fit), step).proba_of(own.X[test])
        cost = ranked_probability(own.levels, said) * own.weights
        by_group[step.name] = np.bincount(member, cost) / own.weights.sum()
    costs = {name: float(found.sum()) for name, found in by_group.items()}
    best = by_group[min(costs, key=lambda name: costs[name])]
    chosen = next(step for step in steps if _near(by_group[step.name] - best))
    return chosen, {name: round(cost, 6) for name, cost in costs.items()}


def held_out_adapted(
    classifier: EmpathyClassifier,
    own: Own,
    steps: Sequence[Step] = STEPS,
    share: float = 1.0,
) -> tuple[Array, list[str]]:
    """Predict each utterance by a model adapted without its conversation.

    Parameters
    ----------
    classifier : EmpathyClassifier
        Fitted.
    own : Own
        The labels.
    steps : sequence of Step
        To choose from; each fold chooses anew, on its own labels only.
    share : float, default 1.0
        Share of the other conversations that may be learned from.

    Returns
    -------
    ndarray of shape (n_utterances, 3)
        Probabilities of the levels.
    list of str
        What each fold chose.
    """
    said = np.empty((len(own.levels), len(LEVELS)))
    chosen = []
    for fit, test in _splits(own.groups):
        seen = own.of(rows_of_share(own.groups, fit, share))
        step, _ = choose_step(classifier, seen, steps)
        said[test] = adapted(classifier, seen, step).proba_of(own.X[test])
        chosen.append(step.name)
    return said, chosen


def _splits(
    groups: npt.NDArray[np.str_],
) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    n_splits = min(N_SPLITS, len(np.unique(groups)))
    return list(GroupKFold(n_splits).split(groups, groups=groups))


def _near(worse: Array) -> bool:
    """Whether a sum of differences, one a conversation, is within the margin."""
    error = worse.std() * np.sqrt(len(worse))
    return bool(worse.sum() <= MARGIN * error + 1e-12)


def _moved(
    model: EmpathyClassifier,
    own: Own,
    above: npt.NDArray[np.bool_],
    threshold: int,
    step: Step,
) -> tuple[Array, float]:
    """Weights and offset of one threshold after a step."""
    weights = model.coef_[threshold]
    log_odds = own.X @ weights + model.intercept_[threshold]
    slope, shift = _recalibrated(log_odds, own.weights, above, step.slope)
    weights = slope * weights
    offset = float(slope * model.intercept_[threshold] + shift)
    if step.penalty is None:
        return weights, offset
    scale = np.maximum(own.X.std(axis=0), model.min_scale)
    signs = model.monotonic_cst
    kept = np.zeros(len(weights)) if signs is None else np.asarray(signs)
    low = np.where(kept > 0, -weights, -np.inf) * scale
    high = np.where(kept < 0, -weights, np.inf) * scale
    bounds = Bounds(np.append(-np.inf, low), np.append(np.inf, high))
    start = own.X @ weights + offset
    point = _nearby(start, own.X / scale, own.weights, above, step.penalty, bounds)
    return weights + point[1:] / scale, offset + float(point[0])


def _nearby(
    start: Array,
    Z: Array,
    weights: Array,
    above: npt.NDArray[np.bool_],
    penalty: float,
    bounds: Bounds,
) -> Array:
    """Shift and changes of the scaled weights, under a normal prior around 0."""
    prior = np.append(1 / SHIFT_DEVIATION**2, np.full(Z.shape[1], penalty))

    def cost(point: Array) -> tuple[float, Array]:
        loss, slopes = _loss(start + Z @ point[1:] + point[0], weights, above)
        gradient = np.append(slopes.sum(), Z.T @ slopes) + prior * point
        return float(loss + point @ (prior * point) / 2), gradient

    found = minimize(
        cost,
        np.zeros(len(prior)),
        jac=True,
        bounds=bounds,
        method="L-BFGS-B",
        options={"maxiter": 500},
    )
    return np.asarray(found.x)


def _recalibrated(
    log_odds: Array, weights: Array, above: npt.NDArray[np.bool_], with_slope: bool
) -> tuple[float, float]:
    """Slope and shift of log-odds, both under a normal prior around 1 and 0."""

    def cost(point: Array) -> tuple[float, Array]:
        loss, slopes = _loss(point[0] * log_odds + point[1], weights, above)
        away = (point - [1.0, 0.0]) / [SLOPE_DEVIATION, SHIFT_DEVIATION]
        gradient = np.array([slopes @ log_odds, slopes.sum()])
        gradient += away / [SLOPE_DEVIATION, SHIFT_DEVIATION]
        return float(loss + away @ away / 2), gradient

    most = np.inf if with_slope else 1.0
    least = LEAST_SLOPE if with_slope else 1.0
    bounds = Bounds([least, -np.inf], [most, np.inf])
    start = np.array([1.0, 0.0])
    found = minimize(cost, start, jac=True, bounds=bounds, method="L-BFGS-B")
    return float(found.x[0]), float(found.x[1])


def _loss(
    log_odds: Array, weights: Array, above: npt.NDArray[np.bool_]
) -> tuple[float, Array]:
    """Logarithmic loss, and its slope for each utterance."""
    signed = np.where(above, log_odds, -log_odds)
    loss = -(weights * log_expit(signed)).sum()
    return float(loss), np.asarray(weights * (expit(log_odds) - above))
