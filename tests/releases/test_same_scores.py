"""Every supported combination of versions gives the same scores."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location(
        "reference_scores", HERE / "reference_scores.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def wanted(reference):
    return reference.read_rows(reference.REFERENCE)


def test_scores_of_today_are_the_reference_scores(reference, wanted):
    largest, other = reference.differences(reference.scores_today(), wanted)
    assert other == []
    assert largest <= reference.WITHIN, f"scores moved by up to {largest}"


def test_the_reference_holds_every_kind_of_answer(wanted):
    assert {row["level"] for row in wanted} == {0, 1, 2, None}
    for column in ("opportunity", "missed_opportunity", "interrupted", "out_of_domain"):
        assert {row[column] for row in wanted} == {True, False, None}, column
    assert any(cue["negated"] for row in wanted for cue in row["cues"] or [])


def test_a_score_that_moved_by_more_than_a_millionth_is_seen(reference, wanted):
    turn = next(k for k, row in enumerate(wanted) if row["score"] is not None)
    for step, seen in ((5e-7, False), (2e-6, True)):
        moved = [dict(row) for row in wanted]
        moved[turn]["score"] += step
        largest, other = reference.differences(moved, wanted)
        assert (largest > reference.WITHIN) == seen
        assert other == []


def test_a_cue_that_went_is_seen(reference, wanted):
    changed = [dict(row) for row in wanted]
    changed[1]["cues"] = []
    assert reference.differences(changed, wanted)[1][0].startswith("turn 1, cues")
    assert reference.differences(changed[:-1], wanted)[1] == ["32 turns, not 33"]
