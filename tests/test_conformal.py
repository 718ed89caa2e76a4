import numpy as np
import pytest

from empathy_score.conformal import (
    covered,
    least_probabilities,
    score_intervals,
    score_of,
)


def drawn(n, seed=0):
    """Probabilities, and levels drawn by them: what a calibrated model says."""
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet([0.5, 0.4, 0.3], size=n)
    chance = random.random((n, 1))
    levels = (probabilities.cumsum(axis=1) < chance).sum(axis=1)
    return probabilities, levels


@pytest.mark.parametrize("level", [0, 1, 2])
def test_nine_in_ten_unseen_utterances_of_each_level_are_covered(level):
    least = least_probabilities(*drawn(5000))
    probabilities, levels = drawn(5000, seed=1)
    inside = covered(score_intervals(probabilities, least), levels)
    # a set of levels 0 and 2 covers level 1 as well
    assert 0.87 < inside[levels == level].mean() < (0.96 if level == 1 else 0.93)


def test_the_score_lies_in_its_interval():
    probabilities, levels = drawn(500)
    least = least_probabilities(probabilities, levels)
    low, high = score_intervals(probabilities, least).T
    score = score_of(probabilities)
    assert ((low >= 0) & (low <= score) & (score <= high) & (high <= 1)).all()


def test_what_fits_no_level_may_be_any():
    found = score_intervals(np.array([[0.4, 0.3, 0.3]]), np.array([0.9, 0.9, 0.9]))
    assert found.tolist() == [[0.0, 1.0]]


def test_more_coverage_makes_wider_intervals():
    probabilities, levels = drawn(1000)
    widths = []
    for coverage in (0.7, 0.9, 0.98):
        least = least_probabilities(probabilities, levels, coverage)
        widths.append(np.ptp(score_intervals(probabilities, least), axis=1).mean())
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]


def test_a_level_with_too_few_utterances_is_never_ruled_out():
    probabilities, levels = drawn(200)
    few = np.concatenate([np.flatnonzero(levels < 2), np.flatnonzero(levels == 2)[:5]])
    least = least_probabilities(probabilities[few], levels[few])
    assert least[2] == 0
    assert (score_intervals(probabilities, least)[:, 1] == 1).all()
