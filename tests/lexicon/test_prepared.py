"""What is stored of the shipped expressions is what is found in them."""

import numpy as np
import pytest

from empathy_score.lexicon import load_lexicon
from empathy_score.lexicon.prepared import is_prepared, prepared, taken_apart, write

REMEDY = "a row or its reading changed: python -m empathy_score.lexicon"


def rows():
    lexicon = load_lexicon()
    return (*lexicon.cues, *lexicon.signals)


def same(one, other):
    return one.needed == other.needed and np.array_equal(
        one.beginnings, other.beginnings
    )


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_each_shipped_row_is_stored_as_it_is_read(row):
    assert is_prepared(row.expression), REMEDY
    assert same(prepared(row.expression), taken_apart(row.expression)), REMEDY


def test_an_expression_that_is_new_is_taken_apart():
    own = r"\b(?:we have your back|count on us)"
    assert not is_prepared(own)
    assert same(prepared(own), taken_apart(own))
    assert len(prepared(own).needed) == 2


def test_the_file_is_the_same_whenever_it_is_written(tmp_path):
    expressions = [row.expression for row in rows()[:9]]
    write(expressions, tmp_path / "one.npz")
    write(reversed(expressions), tmp_path / "other.npz")
    with np.load(tmp_path / "one.npz") as one, np.load(tmp_path / "other.npz") as other:
        assert {name: one[name].tobytes() for name in one.files} == {
            name: other[name].tobytes() for name in other.files
        }
