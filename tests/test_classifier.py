"""The classifier keeps scikit-learn's rules and its own promises."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from empathy_score import EmpathyClassifier, InputError

MEDIAN = (
    "predict gives the median level, which an ordinal scale asks for; the check "
    "expects the most probable one"
)


@parametrize_with_checks(
    [EmpathyClassifier(alpha=1.0)],
    expected_failed_checks=lambda _: {"check_classifiers_train": MEDIAN},
)
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


@pytest.fixture
def data():
    random = np.random.default_rng(0)
    X = random.normal(size=(300, 4))
    y = np.digitize(X[:, 0] - X[:, 1] + random.normal(scale=0.3, size=300), [-0.5, 1])
    return X, y, np.repeat(np.arange(60), 5)


def test_contributions_sum_to_the_decision_value(data):
    X, y, groups = data
    model = EmpathyClassifier(alpha=1.0).fit(X, y, groups)
    np.testing.assert_allclose(
        model.contributions(X).sum(axis=1), model.decision_value(X), atol=1e-9
    )


def test_probabilities_are_probabilities_and_levels_follow_them(data):
    X, y, groups = data
    model = EmpathyClassifier(alpha=1.0).fit(X, y, groups)
    chances = model.predict_proba(X)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert (chances >= 0).all()
    np.testing.assert_array_equal(
        model.predict(X), (1 - np.cumsum(chances, axis=1)[:, :2] > 0.5).sum(axis=1)
    )


def test_a_feature_moves_the_score_in_its_direction_only(data):
    X, y, groups = data
    model = EmpathyClassifier(alpha=1.0, monotonic_cst=[-1, 1, 0, 1]).fit(X, y, groups)
    assert (model.coef_[:, 0] <= 0).all()
    assert (model.coef_[:, [1, 3]] >= 0).all()


def test_a_missing_turn_before_moves_nothing(data):
    X, y, groups = data
    model = EmpathyClassifier(alpha=1.0).fit(X, y, groups)
    np.testing.assert_array_equal(
        model.predict_proba([[np.nan] * 4]), model.predict_proba([[0.0] * 4])
    )


def test_directions_of_another_length_are_refused(data):
    X, y, _ = data
    with pytest.raises(
        ValueError, match=r"monotonic_cst has shape \(2,\), but X has 4"
    ):
        EmpathyClassifier(monotonic_cst=[1, 1]).fit(X, y)


def test_calibration_holds_on_new_data(data):
    X, y, groups = data
    model = EmpathyClassifier(alpha=1.0).fit(X[:200], y[:200], groups[:200])
    over_0 = 1 - model.predict_proba(X[200:])[:, 0]
    assert abs(over_0.mean() - (y[200:] > 0).mean()) < 0.1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"alpha": 0}, "alpha is 0; it must be a number over 0"),
        ({"alpha": "x"}, "alpha is 'x'"),
        ({"alpha": np.inf}, "alpha is inf"),
        ({"min_scale": -0.1}, "min_scale is -0.1"),
        ({"min_scale": np.nan}, "min_scale is nan"),
        ({"n_splits": -1}, "n_splits is -1; it must be a whole number, 0 or more"),
        ({"n_splits": 2.5}, "n_splits is 2.5"),
    ],
)
def test_settings_out_of_their_range_are_refused_when_fitting(data, settings, message):
    X, y, groups = data
    with pytest.raises(InputError, match=message):
        EmpathyClassifier(**settings).fit(X, y, groups)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([1, 2], r"X has 300 samples but groups has shape \(2,\)"),
        ([None, *"ab" * 149, "a"], "groups has a missing value"),
        ([np.nan, *range(299)], "groups has a missing value"),
    ],
)
def test_groups_must_name_the_conversation_of_every_sample(data, groups, message):
    X, y, _ = data
    with pytest.raises(InputError, match=message):
        EmpathyClassifier().fit(X, y, groups)


def test_one_conversation_alone_is_calibrated_on_itself(data):
    X, y, _ = data
    alone = EmpathyClassifier(alpha=1.0).fit(X, y, np.ones(300))
    never = EmpathyClassifier(alpha=1.0, n_splits=0).fit(X, y)
    held_out = EmpathyClassifier(alpha=1.0).fit(X, y)
    np.testing.assert_array_equal(alone.coef_, never.coef_)
    np.testing.assert_array_equal(alone.intercept_, never.intercept_)
    assert (alone.coef_ != held_out.coef_).any()


def test_one_level_alone_is_no_scale(data):
    X, _, _ = data
    with pytest.raises(ValueError, match="only one class: 1"):
        EmpathyClassifier().fit(X, np.ones(300, dtype=int))


def test_a_row_gets_the_same_to_the_last_digit_whatever_stands_beside_it():
    X = np.random.default_rng(0).random((40, 30))
    model = EmpathyClassifier().fit(X, np.arange(40) % 3)
    alone = np.concatenate([model.proba_of(row[None]) for row in X])
    assert (model.proba_of(X) == alone).all()
