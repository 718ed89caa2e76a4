"""Agents are compared with intervals that hold for all pairs at once."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from empathy_score import InputError, compare


def talks(scores_of):
    """One agent's turn for each score, each in a conversation of its own."""
    rows = [
        (f"{agent}{number}", agent, "a", float(score))
        for agent, scores in scores_of.items()
        for number, score in enumerate(scores)
    ]
    names = ["conversation", "agent", "text", "score"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_equal_agents_differ_within_noise():
    generator = np.random.default_rng(3)
    table = talks({name: generator.uniform(size=8) for name in ("Ann", "Bo", "Cy")})
    found = compare(table)
    assert found.height == 3
    assert found["within_noise"].all()
    assert all(text.endswith("is within noise.") for text in found["says"])


def test_a_large_difference_is_named_with_its_direction():
    table = talks({"Ann": [0.1, 0.2] * 10, "Bo": [0.7, 0.8] * 10})
    [found] = compare(table).rows(named=True)
    assert found["difference"] == pytest.approx(-0.6)
    assert found["low"] < -0.6 < found["high"] < 0
    assert found["says"].startswith("Ann (0.15) and Bo (0.75): Bo has more;")


def test_intervals_are_those_of_tukey_and_kramer():
    scores = {"Ann": [0.1, 0.3, 0.2], "Bo": [0.5, 0.4], "Cy": [0.3, 0.9, 0.5, 0.4]}
    found = compare(talks(scores), confidence=0.95)
    known = stats.tukey_hsd(*scores.values()).confidence_interval(0.95)
    pairs = [(0, 1), (0, 2), (1, 2)]
    assert np.allclose(found["low"], [known.low[pair] for pair in pairs], atol=1e-3)
    assert np.allclose(found["high"], [known.high[pair] for pair in pairs], atol=1e-3)


def test_agents_with_one_conversation_are_not_compared():
    table = talks({"Ann": [0.1, 0.2], "Bo": [0.7, 0.8], "Cy": [0.9]})
    assert set(compare(table)["second"]) == {"Bo"}
    assert set(compare(table, min_conversations=1)["second"]) == {"Bo", "Cy"}


@pytest.mark.parametrize(
    ("scores_of", "said"),
    [
        ({"Ann": [0.1, 0.2], "Bo": [0.7]}, "from 2 to 100 can be compared"),
        ({"Ann": [0.1], "Bo": [0.7]}, "no agent has two conversations"),
    ],
)
def test_what_cannot_be_compared_says_why(scores_of, said):
    with pytest.raises(InputError, match=said):
        compare(talks(scores_of))


def test_weeks_are_named_by_their_monday():
    table = talks({"Ann": [0.1, 0.2], "Bo": [0.7, 0.8]}).with_columns(
        start=pl.Series(["2024-05-01", "2024-05-02", "2024-05-08", "2024-05-09"])
    )
    [found] = compare(table, "week").rows(named=True)
    assert (found["first"], found["second"]) == ("2024-04-29", "2024-05-06")
