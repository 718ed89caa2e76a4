"""Which of two models is better, on the same utterances."""

import numpy as np
import pytest

from empathy_score.comparison import compare, ranked_probability

LEVELS = np.tile([0, 1, 2, 0], 10)
GROUPS = [f"g{row // 4}" for row in range(40)]
RIGHT, EVEN = np.eye(3)[LEVELS], np.full((40, 3), 1 / 3)


def test_a_level_further_off_costs_more():
    strong = np.tile([0.0, 0.0, 1.0], (3, 1))
    assert ranked_probability(np.array([2, 1, 0]), strong).tolist() == [0, 0.5, 1]


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (RIGHT, EVEN, "better"),
        (EVEN, RIGHT, "worse"),
        (EVEN, EVEN, "not told apart"),
    ],
)
def test_the_verdict_follows_the_interval_of_the_difference(one, other, verdict):
    found = compare(LEVELS, one, other, GROUPS, n_bootstraps=50)
    assert found["verdict"] == verdict


def test_a_better_model_on_three_conversations_that_contradict_is_not_told_apart():
    wrong = np.eye(3)[2 - LEVELS]
    mixed = np.where(np.arange(40)[:, None] < 24, RIGHT, wrong)
    found = compare(
        LEVELS, mixed, EVEN, [f"g{n // 8}" for n in range(40)], n_bootstraps=100
    )
    assert found["verdict"] == "not told apart"
    difference = found["ranked_probability"]["difference"]
    assert difference["low"] < 0 < difference["high"]


def test_weights_count_in_the_ranked_probability():
    only_first = np.where(LEVELS == 0, 1.0, 1e-9)
    wrong_above = np.tile([1.0, 0.0, 0.0], (40, 1))
    found = compare(
        LEVELS, wrong_above, EVEN, GROUPS, weights=only_first, n_bootstraps=10
    )
    assert found["ranked_probability"]["one"] == pytest.approx(0, abs=1e-6)


def test_a_kappa_that_is_not_defined_leaves_the_verdict_to_the_probabilities():
    zeros = np.zeros(8, dtype=int)
    sure, less = np.tile([1.0, 0, 0], (8, 1)), np.tile([0.9, 0.1, 0], (8, 1))
    found = compare(zeros, sure, less, list("aabbccdd"), n_bootstraps=10)
    assert found["weighted_kappa"]["difference"]["value"] is None
    assert found["verdict"] == "better"
