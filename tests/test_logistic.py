"""Probabilities come from weights alone, whatever version made the rest."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from empathy_score.errors import ModelError
from empathy_score.logistic import (
    Logistic,
    log_odds,
    probabilities,
    read_weights,
    stored_weights,
    weights_of,
)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_they_are_those_of_scikit_learn(n_classes, kind):
    draw = np.random.default_rng(1)
    X = draw.normal(size=(60, 4))
    fitted = LogisticRegression().fit(X, np.arange(60) % n_classes)
    expected = fitted.predict_proba(X)
    np.testing.assert_allclose(probabilities(fitted, kind(X)), expected, rtol=1e-12)


@pytest.fixture
def fitted():
    X = np.arange(8.0).reshape(-1, 1)
    return LogisticRegression().fit(X, [0, 0, 0, 1, 0, 1, 1, 1])


def test_the_weights_alone_give_the_same(fitted):
    X = np.arange(-3.0, 12.0).reshape(-1, 1)
    alone = weights_of(fitted)
    assert type(alone) is Logistic
    np.testing.assert_array_equal(probabilities(alone, X), probabilities(fitted, X))
    np.testing.assert_allclose(
        log_odds(alone, X)[:, 0], fitted.decision_function(X), rtol=1e-12
    )


def test_what_is_stored_is_read_again_and_so_is_a_whole_classifier(fitted):
    for held in (stored_weights(fitted), fitted):
        found = read_weights(held, Path("mine"))
        assert found.coef_.tolist() == fitted.coef_.tolist()
        assert found.intercept_.tolist() == fitted.intercept_.tolist()
        assert found.classes_.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"coef_": [[1.0]]}, "holds dict, no classifier"),
        ({"more": np.ones(1)}, "holds dict, no classifier"),
        ({"coef_": np.ones(1)}, "weights do not fit each other"),
        ({"intercept_": np.ones(2)}, "weights do not fit each other"),
        ({"classes_": np.arange(3)}, "weights do not fit each other"),
    ],
)
def test_weights_that_are_none_name_the_folder(fitted, change, message):
    with pytest.raises(ModelError, match=f"^mine: .*{message}"):
        read_weights({**stored_weights(fitted), **change}, Path("mine"))
    with pytest.raises(ModelError, match=r"^mine: holds list, no classifier"):
        read_weights([], Path("mine"))
