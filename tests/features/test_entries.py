"""What a caller may hand over as utterances, and what is refused in which words."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

from empathy_score import InputError
from empathy_score.features.entries import utterances


def test_missing_values_of_every_library_are_no_turn_and_no_conversation():
    missing = [None, np.nan, pd.NA, pd.NaT]
    found = utterances([("Hi", each, each) for each in missing])
    assert found == [("Hi", None, None)] * 4


@pytest.mark.parametrize(
    "column",
    [pl.Series, pd.Series, pa.array, lambda texts: pa.chunked_array([texts])],
)
def test_a_column_is_a_list_of_texts(column):
    assert utterances(column(["So sorry!", "Size?"])) == [
        ("So sorry!", None, None),
        ("Size?", None, None),
    ]


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_frame_gives_turns_before_and_conversations(frame):
    made = frame({"text": ["A", "B"], "reply_to": ["x", None], "conversation": [1, 2]})
    assert utterances(made) == [("A", "x", "1"), ("B", None, "2")]


def test_pairs_may_stand_in_an_array():
    pairs = np.array([["So sorry!", "It broke."], ["Size?", None]], dtype=object)
    assert utterances(pairs) == [
        ("So sorry!", "It broke.", None),
        ("Size?", None, None),
    ]


def test_no_utterances_are_no_error():
    assert utterances([]) == []
    assert utterances(pl.DataFrame({"text": []})) == []


def test_turns_before_and_conversations_may_stand_beside_the_texts():
    found = utterances(["A", "B"], pd.Series(["x", None]), np.array([3, 4]))
    assert found == [("A", "x", "3"), ("B", None, "4")]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("one text", r"X is one text; pass a list of texts: \[text\]"),
        ([3], "utterance 0 is int '3'; expected a text"),
        ([("a", "b", "c", "d")], "utterance 0 is tuple .* expected a text, a pair"),
        ([(5, "b")], "utterance 0 is tuple"),
        (["A", None], "utterance 1 has no text; leave it out"),
        ([("A",), (np.nan, "x")], "utterance 1 has no text"),
        (pl.DataFrame({"text": ["A", None]}), "utterance 1 has no text"),
        (
            pd.DataFrame({"body": ["x"], "who": ["y"]}),
            "no column 'text'; found: body, who; rename",
        ),
        (pd.DataFrame({"text": ["A"], "reply_to": [42]}), "answers int '42'"),
        (pl.LazyFrame({"text": ["A"]}), "X is a lazy frame; collect it first"),
        ((text for text in "AB"), "X is a generator, .* read only once"),
        ({"text": ["A"]}, "X is a dict, which has no order"),
        ({"A", "B"}, "X is a set, which has no order"),
        (sparse.eye(2), "sparse matrix of numbers"),
        (7, "X is int; pass a list"),
        (np.array("A"), "X is ndarray; pass a list"),
    ],
)
def test_what_is_no_list_of_texts_is_named(wrong, message):
    with pytest.raises(InputError, match=message):
        utterances(wrong)


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ({"reply_to": ["x"]}, "2 utterances but reply_to of 1"),
        ({"conversation": [1, 2, 3]}, "2 utterances but conversation of 3"),
        ({"reply_to": ["x", "y"]}, "reply_to is given twice"),
        ({"conversation": ["1", "1"]}, "conversation is given twice"),
        ({"reply_to": "x"}, "X is one text"),
    ],
)
def test_what_stands_beside_must_fit(beside, message):
    X = [("A", "x", "1"), "B"]
    with pytest.raises(InputError, match=message):
        utterances(X, **beside)


def test_a_number_is_no_turn_before():
    with pytest.raises(InputError, match="utterance 1 answers int '8'"):
        utterances(["A", "B"], reply_to=[None, 8])
