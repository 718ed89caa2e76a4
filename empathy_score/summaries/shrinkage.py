"""Means of groups, drawn to the whole as far as there is little of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]

_LARGEST_SPREAD = 0.5  # no numbers between 0 and 1 spread more
_N_SPREADS = 200
_LEAST_VARIANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """Estimates for groups.

    Attributes
    ----------
    mean, low, high : ndarray of shape (n_groups,)
        The shrunk means and their intervals.
    whole : float
        What they are drawn to.
    spread : float
        Standard deviation between groups.
    """

    mean: Array
    low: Array
    high: Array
    whole: float
    spread: float


def shrink(
    means: Array, variances: Array, degrees: float, confidence: float = 0.9
) -> Shrunk:
    r"""Estimate the groups' means together.

    The groups' true means are taken as normally distributed around a common one, with
    a standard deviation (spread) that is uniform on 0 to 0.5 before anything is seen;
    estimates average over what the data say of it (Gelman et al., Bayesian Data
    Analysis, 3rd ed., section 5.4). So a group with few conversations is drawn to
    the whole, and intervals hold where there are few groups too.

    Parameters
    ----------
    means : ndarray of shape (n_groups,)
        Observed means, from 0 to 1.
    variances : ndarray of shape (n_groups,)
        Their squared standard errors.
    degrees : float
        Degrees of freedom that the variances rest on.
    confidence : float, default 0.9
        Probability that an interval holds the group's true mean.

    Returns
    -------
    Shrunk
        Intervals are cut off at 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> found = shrink(np.array([0.2, 0.3, 0.9]), np.array([0.001, 0.001, 0.1]), 50)
    >>> found.mean.round(2).tolist()
    [0.21, 0.3, 0.52]
    """
    steps = np.arange(1, _N_SPREADS + 1) / _N_SPREADS
    spreads = _LARGEST_SPREAD * steps**2
    variances = np.maximum(variances, _LEAST_VARIANCE)
    weights = _weights(means, variances, spreads) * steps  # uniform in the spread
    weights /= weights.sum()
    mean, square = np.zeros_like(means), np.zeros_like(means)
    whole = 0.0
    for spread, weight in zip(spreads, weights, strict=True):
        if weight < 1e-6:
            continue
        precision = 1 / (variances + spread**2)
        centre = float((precision * means).sum() / precision.sum())
        own = spread**2 * precision
        at = own * means + (1 - own) * centre
        variance = own * variances + (1 - own) ** 2 / precision.sum()
        mean += weight * at
        square += weight * (variance + at**2)
        whole += weight * centre
    deviation = np.sqrt(np.maximum(square - mean**2, 0))
    width = stats.t.ppf(0.5 + confidence / 2, degrees) * deviation
    return Shrunk(
        mean=mean,
        low=np.clip(mean - width, 0, 1),
        high=np.clip(mean + width, 0, 1),
        whole=whole,
        spread=float((weights * spreads).sum()),
    )


def _weights(means: Array, variances: Array, spreads: Array) -> Array:
    """Give the likelihood of each spread, the largest as 1."""
    logarithms = np.empty(len(spreads))
    for place, spread in enumerate(spreads):
        precision = 1 / (variances + spread**2)
        centre = (precision * means).sum() / precision.sum()
        logarithms[place] = 0.5 * (
            np.log(precision).sum()
            - np.log(precision.sum())
            - (precision * (means - centre) ** 2).sum()
        )
    return np.asarray(np.exp(logarithms - logarithms.max()), dtype=np.float64)
