"""Probabilities come from weights alone, whatever version made the rest."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from empathy_score.logistic import probabilities


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_they_are_those_of_scikit_learn(n_classes, kind):
    draw = np.random.default_rng(1)
    X = draw.normal(size=(60, 4))
    fitted = LogisticRegression().fit(X, np.arange(60) % n_classes)
    expected = fitted.predict_proba(X)
    np.testing.assert_allclose(probabilities(fitted, kind(X)), expected, rtol=1e-12)


def test_a_model_that_kept_nothing_but_its_weights_gives_the_same():
    X = np.arange(8.0).reshape(-1, 1)
    fitted = LogisticRegression().fit(X, [0, 0, 0, 1, 0, 1, 1, 1])
    bare = LogisticRegression.__new__(LogisticRegression)
    bare.coef_, bare.intercept_ = fitted.coef_, fitted.intercept_
    np.testing.assert_array_equal(probabilities(bare, X), probabilities(fitted, X))
