"""Trees as plain arrays give what scikit-learn's own give, and nothing else loads."""

import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier

from empathy_score.errors import ModelError
from empathy_score.model_folder import find_folder
from empathy_score.turn_taking.trees import chances, nodes_of, read_nodes, trees_of

MODELS = find_folder(None, default="customer-service", command="").parent


@pytest.fixture(scope="module")
def table():
    draw = np.random.default_rng(3)
    X = np.round(draw.normal(size=(400, 5)), 1).astype(np.float32)
    X[draw.random(X.shape) < 0.2] = np.nan
    y = np.nan_to_num(X[:, 0]) + np.isnan(X[:, 1]) > np.nan_to_num(X[:, 2])
    return X, y


@pytest.fixture(scope="module")
def fitted(table):
    return HistGradientBoostingClassifier(
        max_iter=12, max_leaf_nodes=16, min_samples_leaf=5, random_state=0
    ).fit(*table)


@pytest.fixture
def stored(fitted):
    return {name: part.copy() for name, part in asdict(nodes_of(fitted)).items()}


def test_they_are_the_chances_that_scikit_learn_gives(table, fitted):
    trees = trees_of(nodes_of(fitted))
    X = np.vstack([table[0], np.full((1, 5), np.nan), [[np.inf, -np.inf, 0, 9, -9]]])
    expected = fitted.predict_proba(X)[:, 1]
    np.testing.assert_allclose(chances(trees, X), expected, rtol=1e-12)
    assert expected.max() - expected.min() > 0.5


def test_a_value_at_a_threshold_goes_where_scikit_learn_sends_it(fitted):
    nodes = nodes_of(fitted)
    inner = np.flatnonzero(nodes.feature >= 0)
    X = np.zeros((len(inner), 5))
    X[np.arange(len(inner)), nodes.feature[inner]] = nodes.threshold[inner]
    found = chances(trees_of(nodes), X)
    np.testing.assert_allclose(found, fitted.predict_proba(X)[:, 1], rtol=1e-12)


def test_what_was_stored_gives_the_same_again(table, fitted, stored):
    again = skops.io.loads(skops.io.dumps(stored))
    found = chances(trees_of(read_nodes(again, 5, Path("mine"))), table[0])
    np.testing.assert_array_equal(found, chances(trees_of(nodes_of(fitted)), table[0]))


def test_no_rows_have_no_chances(fitted):
    assert chances(trees_of(nodes_of(fitted)), np.zeros((0, 5))).shape == (0,)


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("left", None, "holds no trees"),
        ("left", [1, 2], "left is no list of numbers"),
        ("left", np.zeros((2, 2)), "left is no list of numbers"),
        ("value", np.zeros(3), "nodes or features that there are not"),
        ("baseline", np.zeros(2), "nodes or features that there are not"),
    ],
)
def test_what_is_no_tree_names_the_folder(stored, part, value, message):
    stored[part] = value
    if value is None:
        del stored[part]
    with pytest.raises(ModelError, match=f"^mine: .*{message}"):
        read_nodes(stored, 5, Path("mine"))


@pytest.mark.parametrize(
    ("part", "value"),
    [("feature", 5), ("left", 0), ("right", 10_000), ("root", -1), ("root", 10_000)],
)
def test_a_tree_that_leads_nowhere_or_in_circles_is_refused(stored, part, value):
    stored[part][0] = value
    with pytest.raises(ModelError, match="nodes or features that there are not"):
        read_nodes(stored, 5, Path("mine"))


def test_a_tree_of_more_leaves_than_bits_is_refused(table):
    wide = HistGradientBoostingClassifier(
        max_iter=1, max_leaf_nodes=17, min_samples_leaf=1
    ).fit(*table)
    with pytest.raises(ModelError, match="more than 16 leaves"):
        trees_of(nodes_of(wide))


def test_no_shipped_file_holds_what_another_scikit_learn_warns_of():
    folders = sorted(file.parent for file in MODELS.glob("*/model.json"))
    assert len(folders) >= 5
    for folder in folders:
        with zipfile.ZipFile(folder / "classifier.skops") as archive:
            assert b"_sklearn_version" not in archive.read("schema.json"), folder.name
