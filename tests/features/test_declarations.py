"""Every feature keeps what its declaration says."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from empathy_score import EmpathyClassifier, EmpathyFeatures, InputError
from empathy_score.features import all_features, feature_names

FEATURES = EmpathyFeatures()


def value(name, text, reply_to=None):
    return FEATURES.transform([(text, reply_to)])[0, feature_names().index(name)]


def test_names_are_unique_and_declared_whole():
    names = feature_names()
    assert len(set(names)) == len(names)
    for feature in all_features():
        assert feature.minimum < feature.maximum
        assert feature.unit
        assert feature.higher_means
        assert feature.reference


def test_a_unit_says_the_range_that_the_values_have():
    for feature in all_features():
        assert feature.unit == feature.unit.lower().strip()
        assert (feature.unit == "0 or 1") == feature.name.startswith(
            ("has_", "pattern_", "customer_", "answers_", "dismisses_")
        )
        if feature.unit == "0 or 1":
            assert (feature.minimum, feature.maximum) == (0, 1)
        counted, _, most = feature.unit.partition(", at most ")
        assert counted
        assert not most or int(most) == feature.maximum


@given(
    st.lists(
        st.tuples(st.text(max_size=80), st.none() | st.text(max_size=80)),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_values_stay_in_their_range_and_are_null_only_without_a_turn_before(pairs):
    X = FEATURES.transform(pairs)
    for column, feature in zip(X.T, all_features(), strict=True):
        known = column[~np.isnan(column)]
        assert ((known >= feature.minimum) & (known <= feature.maximum)).all(), feature
        for (_, reply), found in zip(pairs, column, strict=True):
            unknown = feature.needs == "conversation"
            unknown |= feature.needs == "reply_to" and reply is None
            assert np.isnan(found) == unknown


def test_cues_wording_and_context_are_counted():
    assert value("has_apology", "So sorry!") == 1
    assert value("has_apology_conditional", "I'm sorry you feel that way.") == 1
    assert value("n_exclamations", "Great!!") == 2
    assert value("customer_frustration", "ok", "It still doesn't work") == 1
    assert value("shared_words", "Your lamp came broken", "a broken lamp") == 2
    assert value("answers_trouble", "So sorry!", "It still doesn't work") == 1
    assert value("n_denied_cues", "I don't understand why.") == 1


def test_a_feature_may_raise_lower_or_do_either():
    assert {feature.direction for feature in all_features()} == {-1, 0, 1}


def test_stuffing_is_capped():
    once, often = (FEATURES.transform(["sorry! " * n])[0] for n in (9, 90))
    assert np.nansum(np.abs(once - often)) <= 4  # the length alone may still grow


def test_frames_and_lists_give_the_same():
    texts, replies = ["So sorry!", "Number?"], [None, "hello"]
    expected = FEATURES.transform(list(zip(texts, replies, strict=True)))
    for frame in (pd.DataFrame, pl.DataFrame):
        found = FEATURES.transform(frame({"text": texts, "reply_to": replies}))
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("one text", "pass a list of texts"),
        ([3], "utterance 0 is int '3'; expected a text"),
        (pd.DataFrame({"body": ["x"]}), "no column 'text'; found: body"),
    ],
)
def test_wrong_input_is_named(wrong, message):
    with pytest.raises(InputError, match=message):
        FEATURES.fit(wrong)


def test_it_stands_in_a_pipeline_with_the_classifier():
    texts = [
        "So sorry about that wait!",
        "Number?",
        "I completely understand, so sorry",
    ]
    pipeline = clone(make_pipeline(EmpathyFeatures(), EmpathyClassifier(alpha=1.0)))
    pipeline.fit(texts * 5, [1, 0, 2] * 5)
    assert pipeline.predict(texts).tolist() == [1, 0, 2]


def test_names_come_with_set_output():
    frame = (
        EmpathyFeatures().set_output(transform="pandas").fit_transform(["So sorry!"])
    )
    assert list(frame.columns) == feature_names()
