"""Two labellers are compared on the turns that both saw."""

import importlib.util
import json

import pytest

from empathy_score import InputError, labeller_agreement
from empathy_score.labelled import read_labelled
from empathy_score.labeller_agreement import agreement


def labels(tmp_path, name, levels, **more):
    path = tmp_path / f"{name}.jsonl"
    rows = [
        {"text": f"Turn {n}.", "context": "Hm.", "group": f"g{n % 4}", "level": level}
        for n, level in enumerate(levels)
    ]
    path.write_text(
        "".join(json.dumps(row | more) + "\n" for row in rows), encoding="utf-8"
    )
    return read_labelled([path])


def test_equal_labels_agree_wholly(tmp_path):
    one = labels(tmp_path, "one", [0, 1, 2, 0, 1, 2])
    found = agreement(one, one, n_bootstraps=20)
    assert (found.n_both, found.n_equal, found.disagreements) == (6, 6, ())
    assert found.weighted_kappa["value"] == pytest.approx(1)
    assert found.alpha == pytest.approx(1)
    assert found.table.tolist() == [[2, 0, 0], [0, 2, 0], [0, 0, 2]]


def test_the_furthest_apart_come_first(tmp_path):
    one = labels(tmp_path, "one", [0, 1, 2, 0])
    other = labels(tmp_path, "other", [1, 1, 2, 2])
    found = agreement(one, other, n_bootstraps=20)
    assert [(a.text, a.one, a.other) for a in found.disagreements] == [
        ("Turn 3.", 0, 2),
        ("Turn 0.", 0, 1),
    ]
    assert found.table.tolist() == [[0, 1, 1], [0, 1, 0], [0, 0, 1]]
    # squared distances by hand: 1 + 4 seen, (4 + 16 + 2 + 2) / 4 expected by chance
    assert found.weighted_kappa["value"] == pytest.approx(1 - 5 / 6)


def test_turns_that_one_of_them_left_out_are_counted_and_not_compared(tmp_path):
    one = labels(tmp_path, "one", [0, 1, 2, None])
    other = labels(tmp_path, "other", [None, 1, 2, 0])
    found = agreement(one, other, n_bootstraps=5)
    assert (found.n_both, found.n_one_only, found.n_other_only) == (2, 1, 1)


def test_a_turn_said_twice_is_compared_in_order(tmp_path):
    one = labels(tmp_path, "one", [0, 1, 2], text="Okay.", group="g")
    other = labels(tmp_path, "other", [0, 2, 2], text="Okay.", group="g")
    found = agreement(one, other, n_bootstraps=5)
    assert (found.n_both, found.n_equal) == (3, 2)


def test_nothing_in_common_is_an_error_that_says_what_must_be_equal(tmp_path):
    one = labels(tmp_path, "one", [0, 1])
    other = labels(tmp_path, "other", [0, 1], group="elsewhere")
    with pytest.raises(InputError, match="no turn in common"):
        agreement(one, other)


def test_one_level_only_has_no_alpha_and_no_kappa(tmp_path):
    one = labels(tmp_path, "one", [0, 0])
    found = agreement(one, one, n_bootstraps=5)
    assert found.alpha is None
    assert found.weighted_kappa["value"] is None


def test_without_the_library_there_is_no_alpha(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert not labeller_agreement.has_krippendorff()
    one = labels(tmp_path, "one", [0, 1])
    assert agreement(one, one, n_bootstraps=5).alpha is None
