"""The intervals of what empathy goes with hold planted effects as often as they say."""

import json
import sys
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from scipy import stats

from empathy_score import InputError, impact
from empathy_score.outcomes import ToldConversations, impact_of
from empathy_score.outcomes.effects import (
    adjusted_effect,
    agent_effects,
    rank_correlation,
)

N_DRAWS = 100


def planted(seed, slope, *, n=120, agents=0, between=0.0, rho=None):
    """Conversations whose outcome rises by ``slope`` for 0.1 of empathy."""
    generator = np.random.default_rng(seed)
    agent = None
    levels = np.zeros(n)
    if agents:
        place = np.arange(n) % agents
        agent = np.array([f"agent {one}" for one in place], dtype=object)
        levels = 0.08 * generator.standard_normal(agents)[place]
    distance = 0.1 * generator.standard_normal(n)
    if agents:  # the means that are seen are the agents' own
        distance -= (np.bincount(place, distance) / np.bincount(place))[place]
    turns = generator.integers(4, 30, n).astype(float)
    noise = generator.standard_normal(n) * (0.5 + (turns > 15))
    if rho is not None:  # of normal variables
        r = 2 * np.sin(np.pi * rho / 6)
        outcome = r * distance / 0.1 + np.sqrt(1 - r**2) * generator.standard_normal(n)
    else:
        outcome = 10 * (slope * distance + (slope + between) * levels) + noise
        outcome -= 0.05 * turns
    return ToldConversations(
        empathy=0.4 + levels + distance, outcome=outcome, turns=turns, agent=agent
    )


def covered(intervals, truth):
    """How many intervals hold the truth, and how many are to be expected."""
    held = sum(one.low <= truth <= one.high for one in intervals)
    least, most = stats.binom.interval(0.999, len(intervals), 0.95)
    return held, range(int(least), int(most) + 1)


@pytest.mark.parametrize("slope", [0.4, 0.0])
def test_the_slope_that_was_planted_is_covered_as_often_as_said(slope):
    found = [adjusted_effect(planted(seed, slope), 0.95) for seed in range(N_DRAWS)]
    held, expected = covered(found, slope)
    assert held in expected
    assert abs(np.mean([one.value for one in found]) - slope) < 0.05
    assert found[0].adjusted_for == ("length",)


@pytest.mark.parametrize("rho", [0.4, 0.0])
def test_the_rank_correlation_that_was_planted_is_covered_as_often_as_said(rho):
    found = [
        rank_correlation(planted(seed, 0, rho=rho), 500, seed, 0.95)
        for seed in range(N_DRAWS)
    ]
    held, expected = covered(found, rho)
    assert held in expected


@pytest.mark.parametrize(("slope", "between"), [(0.4, -0.4), (0.0, 0.4)])
def test_slopes_within_and_between_agents_are_told_apart(slope, between):
    found = [
        agent_effects(planted(seed, slope, agents=20, between=between, n=200), 0.95)
        for seed in range(N_DRAWS)
    ]
    held, expected = covered([within for within, _ in found], slope)
    assert held in expected
    held, expected = covered([one for _, one in found], slope + between)
    assert held in expected
    mean = np.mean([one.value for _, one in found])
    assert mean == pytest.approx(slope + between, abs=0.08)


def test_an_effect_is_said_and_a_lack_of_one_too():
    strong = impact_of(planted(1, 2.0), "csat")
    assert "csat is higher where there is more empathy" in strong.says[0]
    assert "chance" not in strong.says[1]
    none = impact_of(planted(2, 0.0), "csat")
    assert "chance can explain how empathy goes with csat" in none.says[0]
    assert none.says[1].endswith("which chance can explain.")
    for found in (strong, none):
        assert found.says[-1].startswith("This is association, not cause")
        assert "names no agents" in found.says[2]


def test_conversations_of_an_agent_are_no_independent_ones():
    generator = np.random.default_rng(5)
    place = np.repeat(np.arange(12), 20)
    levels = generator.standard_normal(12)
    empathy = 0.4 + 0.1 * levels[place] + 0.01 * generator.standard_normal(240)
    outcome = generator.standard_normal(12)[place] + generator.standard_normal(240)
    alone = ToldConversations(empathy=empathy, outcome=outcome, turns=np.full(240, 8.0))
    names = np.array([f"agent {one}" for one in place], dtype=object)
    known = replace(alone, agent=names)
    widths = [
        one.high - one.low
        for one in (impact_of(told).adjusted for told in (alone, known))
    ]
    assert widths[1] > 1.5 * widths[0]


def test_a_channel_that_explains_both_is_held_equal():
    generator = np.random.default_rng(6)
    chat = generator.uniform(size=300) < 0.5
    told = ToldConversations(
        empathy=0.3 + 0.3 * chat + 0.05 * generator.standard_normal(300),
        outcome=3 * chat + generator.standard_normal(300),
        turns=np.full(300, 8.0),
        channel=np.where(chat, "chat", "voice").astype(object),
    )
    plain, equal = (impact_of(one) for one in (replace(told, channel=None), told))
    assert plain.adjusted.low > 0.5
    assert equal.adjusted.low < 0 < equal.adjusted.high
    assert equal.adjusted.adjusted_for == ("channel",)


def test_the_dose_response_goes_from_least_to_most():
    found = impact_of(planted(3, 1.5)).dose_response
    assert [one.n for one in found] == [24] * 5
    assert all(one.most <= two.least for one, two in pairwise(found))
    assert found[0].outcome < found[2].outcome < found[4].outcome
    assert all(one.low < one.outcome < one.high for one in found)


def test_an_outcome_of_yes_and_no_keeps_its_intervals_between_0_and_1():
    told = planted(4, 1.0)
    found = impact_of(replace(told, outcome=(told.outcome > -2).astype(float)))
    assert all(0 <= one.low < one.high <= 1 for one in found.dose_response)


def scored(n, **columns):
    return pl.DataFrame(
        {
            "conversation": [str(number // 2) for number in range(n)],
            "role": ["customer", "agent"] * (n // 2),
            "text": ["a"] * n,
            "score": [None if row % 2 == 0 else row / n for row in range(n)],
            **columns,
        }
    )


def test_a_table_is_measured_conversation_by_conversation(tmp_path):
    rating = [None, None, *(row % 7 for row in range(58))]
    path = tmp_path / "scored.csv"
    scored(60, rating=rating).write_csv(path)
    found = impact(path, "rating", draws=200)
    assert (found.n, found.n_untold, found.n_agents) == (29, 1, None)
    assert impact(path, "rating", draws=200) == found
    assert json.loads(json.dumps(asdict(found)))["rho"]["value"] == found.rho.value


@pytest.mark.parametrize(
    ("columns", "how", "said"),
    [
        ({"rating": [3] * 60}, {}, "'rating' is 3 in all 30 conversations"),
        ({"rating": [1, 2] + [None] * 58}, {}, "1 conversations have 'rating'"),
        ({"rating": [*range(60)]}, {"draws": 9}, "draws must be a number from 200 on"),
        ({"rating": [*range(60)]}, {"confidence": 2}, "between 0 and 1, got 2"),
    ],
)
def test_what_cannot_be_measured_says_why(columns, how, said):
    with pytest.raises(InputError, match=said):
        impact(scored(60, **columns), "rating", **how)


def test_without_statsmodels_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels.regression.linear_model", None)
    with pytest.raises(InputError, match=r"pip install 'empathy-score\[impact\]'"):
        impact_of(planted(1, 0.4))
