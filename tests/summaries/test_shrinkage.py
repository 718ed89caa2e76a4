"""Groups' means are drawn to the whole, and intervals hold what they promise."""

import numpy as np
from scipy import stats

from empathy_score.summaries import shrink


def planted(generator, sizes, spread, deviation):
    """True means of groups, and what conversations of each would show of them."""
    true = 0.4 + spread * generator.standard_normal(len(sizes))
    means = true + deviation / np.sqrt(sizes) * generator.standard_normal(len(sizes))
    degrees = int(sizes.sum()) - len(sizes)
    pooled = deviation**2 * generator.chisquare(degrees) / degrees
    return true, means, pooled / sizes, degrees


def test_intervals_hold_the_true_means_as_often_as_they_say():
    generator = np.random.default_rng(7)
    sizes = np.array([1, 2, 2, 3, 5, 8, 15, 40])
    for spread in (0.02, 0.08):
        covered = 0
        for _ in range(100):
            true, means, variances, degrees = planted(generator, sizes, spread, 0.12)
            found = shrink(means, variances, degrees, 0.9)
            covered += int(((found.low <= true) & (true <= found.high)).sum())
        least, most = stats.binom.interval(0.999, 800, 0.9)
        assert covered >= least
        # Without a spread to be seen the intervals are on the safe side.
        assert covered <= (most if spread > 0.05 else 790)


def test_shrunk_means_are_nearer_to_the_truth_than_plain_ones():
    generator = np.random.default_rng(8)
    sizes = np.array([1, 1, 2, 3, 4, 30])
    plain, shrunk = 0.0, 0.0
    for _ in range(100):
        true, means, variances, degrees = planted(generator, sizes, 0.05, 0.15)
        plain += float(((means - true) ** 2).sum())
        found = shrink(means, variances, degrees)
        shrunk += float(((found.mean - true) ** 2).sum())
    assert shrunk < 0.6 * plain


def test_a_group_with_little_is_drawn_further_than_one_with_much():
    means = np.array([0.3, 0.3, 0.35, 0.9, 0.9])
    variances = np.array([0.001, 0.001, 0.001, 0.04, 0.0005])
    found = shrink(means, variances, 60)
    drawn = means - found.mean
    assert drawn[3] > 10 * drawn[4] > 0
    assert found.high[3] - found.low[3] > found.high[4] - found.low[4]


def test_groups_that_do_not_vary_keep_their_means():
    found = shrink(np.array([0.25, 0.5]), np.zeros(2), 10)
    assert np.allclose(found.mean, [0.25, 0.5], atol=1e-4)
    assert np.all(found.low <= found.mean)
    assert np.all(found.mean <= found.high)


def test_one_group_is_its_own_whole():
    found = shrink(np.array([0.3]), np.array([0.01]), 20, 0.9)
    assert np.isclose(found.mean[0], 0.3)
    assert np.isclose(found.high[0] - 0.3, stats.t.ppf(0.95, 20) * 0.1)
