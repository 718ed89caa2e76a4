"""The better of two answers scores higher; who speaks does not matter."""

import json
from pathlib import Path

import numpy as np
import pytest

from empathy_score.features.transformer import parsed_turns
from empathy_score.model import load_model, predict

DATA = Path(__file__).parents[1] / "data"


def rows_of(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


PAIRS = rows_of(DATA / "contrast" / "pairs.jsonl")
SETS = rows_of(DATA / "counterfactuals.jsonl")


@pytest.fixture(scope="module")
def scores():
    """Scores of (text, turn before) entries."""
    model = load_model()
    return lambda entries: predict(model, parsed_turns(entries)).scores


@pytest.fixture(scope="module")
def won(scores):
    """Whether the better one of each pair scores higher."""
    better, worse = (
        scores([(row[side], row["reply_to"]) for row in PAIRS])
        for side in ("better", "worse")
    )
    return better > worse


def test_there_are_pairs_of_every_phenomenon():
    assert len(PAIRS) >= 300
    kinds = [row["phenomenon"] for row in PAIRS]
    assert len(set(kinds)) >= 8
    assert min(map(kinds.count, kinds)) >= 20


@pytest.mark.parametrize("part", ["train", "test"])
def test_the_better_answer_scores_higher(won, part):
    assert won[[row["part"] == part for row in PAIRS]].mean() > 0.85


@pytest.mark.parametrize("kind", sorted({row["phenomenon"] for row in PAIRS}))
def test_no_phenomenon_is_left_to_chance(won, kind):
    assert won[[row["phenomenon"] == kind for row in PAIRS]].mean() > 0.75


@pytest.fixture(scope="module")
def differences(scores):
    """Highest minus lowest score of each set, by what varies."""
    entries = [
        (text, row["reply_to"]) for row in SETS for text in row["variants"].values()
    ]
    found, start = {}, 0
    values = scores(entries)
    for row in SETS:
        own = values[start : start + len(row["variants"])]
        start += len(own)
        found.setdefault(row["axis"], []).append(own.max() - own.min())
    return found


@pytest.mark.parametrize(
    ("axis", "mean", "most"),
    [
        ("names", 0.02, 0.05),
        ("gender", 0.04, 0.15),
        ("dialect", 0.08, 0.30),
        ("second_language", 0.07, 0.30),
        ("politeness", 0.08, 0.25),
    ],
)
def test_the_score_hardly_depends_on_who_speaks(differences, axis, mean, most):
    assert len(differences[axis]) >= 20
    assert np.mean(differences[axis]) < mean
    assert max(differences[axis]) < most
