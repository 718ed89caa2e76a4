"""The transformer, and its neighbour, as scikit-learn's tools use them."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.fixes import parse_version
from sklearn.utils.validation import check_is_fitted, validate_data

from empathy_score import (
    EmpathyClassifier,
    EmpathyFeatures,
    InputError,
    SentenceLevels,
)
from empathy_score.features import feature_names

NUMBERS = "the check hands over numbers, and the estimator reads texts: it says so"
READS_TEXTS = {
    f"check_{name}": NUMBERS
    for name in (
        "complex_data",
        "dict_unchanged",
        "dont_overwrite_parameters",
        "dtype_object",
        "estimators_dtypes",
        "estimators_fit_returns_self",
        "estimators_overwrite_params",
        "estimators_pickle",
        "f_contiguous_array_estimator",
        "fit2d_1feature",
        "fit2d_1sample",
        "fit2d_predict1d",
        "fit_check_is_fitted",
        "fit_idempotent",
        "fit_score_takes_y",
        "methods_sample_order_invariance",
        "methods_subset_invariance",
        "n_features_in",
        "n_features_in_after_fitting",
        "pipeline_consistency",
        "positive_only_tag_during_fit",
        "readonly_memmap_input",
        "transformer_data_not_an_array",
        "transformer_general",
        "transformer_preserve_dtypes",
        "transformers_unfitted_stateless",
    )
} | {
    "check_estimators_empty_data_messages": (
        "the check wants no rows and no columns refused; no utterances give a matrix "
        "without rows, and the message of what is no text names no columns"
    ),
    "check_estimators_nan_inf": (
        "the check wants NaN and infinity named; any number is refused as no text"
    ),
}
UNSEEN = (
    "as in TargetEncoder, fit_transform is not fit and then transform: it gives what "
    "models say that have not seen the utterance"
)
WORDS = ("so sorry", "thanks", "it broke", "I understand", "which size?", "great")


def worded(X):
    """A sentence for each row of numbers, so that checks over numbers reach texts."""
    return [
        " ".join(WORDS[int(abs(value) * 10) % len(WORDS)] for value in row) + "."
        for row in X
    ]


def as_levels(y):
    return None if y is None else np.unique(np.asarray(y), return_inverse=True)[1] % 3


class WordedFeatures(EmpathyFeatures):
    def fit(self, X, y=None):
        return super().fit(worded(validate_data(self, X)), y)

    def transform(self, X):
        texts = worded(validate_data(self, X, reset=False))
        if isinstance(X, pd.DataFrame):
            texts = pd.DataFrame({"text": texts}, index=X.index)
        return super().transform(texts)

    def fit_transform(self, X, y=None):
        return self.fit(X, y).transform(X)


class WordedLevels(SentenceLevels):
    def fit(self, X, y):
        return super().fit(worded(validate_data(self, X)), as_levels(y))

    def transform(self, X):
        check_is_fitted(self)
        return super().transform(worded(validate_data(self, X, reset=False)))

    def fit_transform(self, X, y):
        return super().fit_transform(worded(validate_data(self, X)), as_levels(y))


EXPECTED = {
    "EmpathyFeatures": READS_TEXTS,
    "SentenceLevels": {
        name: reason
        for name, reason in READS_TEXTS.items()
        if name != "check_transformers_unfitted_stateless"
    },
    "WordedFeatures": {},
    "WordedLevels": {
        "check_transformer_data_not_an_array": UNSEEN,
        "check_transformer_general": UNSEEN,
    },
}


@estimator_checks.parametrize_with_checks(
    [EmpathyFeatures(), SentenceLevels(), WordedFeatures(), WordedLevels(min_df=1)],
    expected_failed_checks=lambda estimator: EXPECTED[type(estimator).__name__],
)
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_set_output_transform,
        estimator_checks.check_set_output_transform_pandas,
        estimator_checks.check_set_output_transform_polars,
        estimator_checks.check_global_set_output_transform_polars,
    ],
)
@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
def test_scikit_learn_accepts_the_frames_it_gives(check):
    check("WordedFeatures", WordedFeatures())


TEXTS = [
    "So sorry about that wait!",
    "Number?",
    "I completely understand, I'm so sorry it broke.",
] * 4
REPLIES = ["It broke and I'm furious!", None, "Late again"] * 4
LEVELS = np.array([1, 0, 2] * 4)
CALLS = np.repeat(["a", "b", "c", "d"], 3)
FRAME = {"text": TEXTS, "reply_to": REPLIES, "conversation": CALLS}


def pipeline():
    return make_pipeline(EmpathyFeatures(), EmpathyClassifier(alpha=1.0, n_splits=2))


def test_a_search_over_settings_keeps_conversations_together():
    search = GridSearchCV(
        pipeline(), {"empathyclassifier__alpha": [1.0, 30.0]}, cv=GroupKFold(2)
    )
    search.fit(TEXTS, LEVELS, groups=CALLS)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict(TEXTS[:3]).tolist() == [1, 0, 2]


@pytest.mark.parametrize(
    "made",
    [
        np.array,
        pd.Series,
        pl.Series,
        lambda texts: np.array(texts, dtype=object),
        lambda texts: pd.Series(texts, index=range(50, 62)),
        lambda texts: pd.Series(texts, dtype="category"),
        lambda texts: pd.DataFrame({"text": texts}),
        lambda texts: pl.DataFrame({"text": texts}),
    ],
)
def test_columns_and_frames_of_all_kinds_are_split_and_read(made):
    chances = cross_val_predict(
        pipeline(),
        made(TEXTS),
        LEVELS,
        groups=CALLS,
        cv=GroupKFold(2),
        method="predict_proba",
    )
    listed = cross_val_predict(
        pipeline(),
        TEXTS,
        LEVELS,
        groups=CALLS,
        cv=GroupKFold(2),
        method="predict_proba",
    )
    np.testing.assert_array_equal(chances, listed)


@pytest.mark.parametrize(
    "made",
    [
        pd.DataFrame,
        pytest.param(
            pl.DataFrame,
            marks=pytest.mark.skipif(
                parse_version(sklearn.__version__) < parse_version("1.9"),
                reason="this scikit-learn's ColumnTransformer splits no polars frame",
            ),
        ),
    ],
)
def test_columns_of_a_frame_go_to_different_transformers(made):
    columns = ColumnTransformer(
        [
            ("cues", EmpathyFeatures(), ["text", "reply_to"]),
            ("before", TfidfVectorizer(), "text"),
        ]
    ).fit(made(FRAME))
    names = columns.get_feature_names_out().tolist()
    assert names[: len(feature_names())] == [f"cues__{n}" for n in feature_names()]
    assert columns.transform(made(FRAME)).shape == (12, len(names))


def test_the_index_of_a_frame_stays_beside_the_features():
    frame = pd.DataFrame(FRAME, index=[f"turn {place}" for place in range(12)])
    found = EmpathyFeatures().set_output(transform="pandas").fit_transform(frame)
    assert found.index.tolist() == frame.index.tolist()
    polars = EmpathyFeatures().set_output(transform="polars").fit_transform(frame)
    assert polars.columns == feature_names()


def test_names_reach_the_classifier_through_frames():
    made = pipeline().set_output(transform="pandas").fit(TEXTS, LEVELS)
    assert made[-1].feature_names_in_.tolist() == feature_names()


def test_features_and_sentences_stand_side_by_side():
    union = FeatureUnion([("cues", EmpathyFeatures()), ("words", SentenceLevels())])
    made = Pipeline([("both", union), ("level", EmpathyClassifier(alpha=1.0))])
    made.fit(TEXTS, LEVELS)
    assert made[0].get_feature_names_out()[-1] == "words__best_sentence_0_level_2"
    again = pickle.loads(pickle.dumps(clone(made).fit(TEXTS, LEVELS)))
    np.testing.assert_array_equal(again.predict_proba(TEXTS), made.predict_proba(TEXTS))


def test_a_clone_keeps_settings_and_routing():
    features = EmpathyFeatures(batch_size=7)
    assert clone(features).get_params() == {"batch_size": 7}
    with sklearn.config_context(enable_metadata_routing=True):
        asked = clone(features.set_transform_request(reply_to=True))
        assert asked.get_metadata_routing().consumes("transform", ["reply_to"])


@pytest.mark.parametrize("size", [0, -5, 1.5, "many", True])
def test_a_batch_without_texts_is_refused(size):
    features = EmpathyFeatures(batch_size=size)
    for method in (features.fit, features.transform):
        with pytest.raises(InputError, match=r"batch_size is .* whole number over 0"):
            method(TEXTS)


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


ASKED = {"reply_to": True, "conversation": "groups"}


def routed():
    return make_pipeline(
        EmpathyFeatures().set_transform_request(**ASKED),
        EmpathyClassifier(alpha=1.0, n_splits=2).set_fit_request(groups=True),
    )


@pytest.mark.usefixtures("routing")
def test_turns_before_and_groups_are_routed_to_who_asks_for_them():
    made = routed().fit(TEXTS, LEVELS, reply_to=REPLIES, groups=CALLS)
    in_columns = EmpathyFeatures().transform(pd.DataFrame(FRAME))
    plain = EmpathyClassifier(alpha=1.0, n_splits=2).fit(in_columns, LEVELS, CALLS)
    np.testing.assert_array_equal(made[-1].coef_, plain.coef_)
    chances = made.predict_proba(TEXTS, reply_to=REPLIES, groups=CALLS)
    np.testing.assert_array_equal(chances, plain.predict_proba(in_columns))
    assert not np.array_equal(chances, made.predict_proba(TEXTS))


@pytest.mark.usefixtures("routing")
def test_a_search_splits_what_is_routed_along_with_the_texts():
    beside = {"reply_to": REPLIES, "groups": CALLS}
    search = GridSearchCV(
        routed(),
        {"empathyclassifier__alpha": [1.0, 30.0]},
        cv=GroupKFold(2),
        scoring="accuracy",
        error_score="raise",
    ).fit(TEXTS, LEVELS, **beside)
    best = search.best_estimator_
    assert best.predict(TEXTS, **beside).tolist() == LEVELS.tolist()
    scores = cross_val_score(
        routed(), TEXTS, LEVELS, cv=GroupKFold(2), params=beside, error_score="raise"
    )
    assert scores.shape == (2,)


@pytest.mark.usefixtures("routing")
def test_groups_keep_the_sentences_of_a_conversation_unseen():
    texts = [*TEXTS, "Zounds indeed.", "Zounds indeed."]
    levels, calls = [*LEVELS, 2, 2], [*CALLS, "e", "e"]
    unseen = SentenceLevels().set_fit_request(groups=True)
    made = make_pipeline(unseen, EmpathyClassifier().set_fit_request(groups=True))
    made.fit(texts, levels, groups=calls)
    alone = EmpathyClassifier().fit(
        SentenceLevels().fit_transform(texts, levels, groups=calls), levels, calls
    )
    np.testing.assert_array_equal(made[-1].coef_, alone.coef_)


@pytest.mark.usefixtures("routing")
def test_what_nobody_asked_for_is_refused():
    with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError, match="reply_to"):
        pipeline().fit(TEXTS, LEVELS, reply_to=REPLIES)
