import collections
import hashlib
import json
import os
import shutil

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from empathy_score import EmpathyClassifier, EmpathyScorer, ModelError
from empathy_score.features import feature_names
from empathy_score.model import find_model, load_model, save_model

CLASSIFIER = "classifier.skops"


@pytest.fixture(scope="module")
def classifier():
    """A classifier over this version's features, fitted on noise."""
    random = np.random.default_rng(0)
    X = random.integers(0, 3, size=(60, len(feature_names()))).astype(float)
    return EmpathyClassifier(alpha=10.0).fit(X, np.arange(60) % 3)


@pytest.fixture
def folder(tmp_path, classifier):
    save_model(
        tmp_path / "mine",
        classifier,
        about={"version": "1.2.3", "licence": "CC0"},
        metrics={"n": 60},
        card="# Mine\n",
    )
    return tmp_path / "mine"


def describe(folder, **changes):
    """Change what model.json says; None takes the key out."""
    about = {**json.loads((folder / "model.json").read_text("utf-8")), **changes}
    kept = {key: value for key, value in about.items() if value is not None}
    (folder / "model.json").write_text(json.dumps(kept), encoding="utf-8")


def replace_classifier(folder, data):
    """Put other bytes in, with the checksum that fits them."""
    (folder / CLASSIFIER).write_bytes(data)
    describe(folder, sha256=hashlib.sha256(data).hexdigest())


class Rogue:
    """A type that no model holds."""


def test_a_saved_model_loads_back_equal(folder, classifier):
    model = load_model(folder)
    X = np.random.default_rng(1).random((20, len(feature_names())))
    for method in ("predict", "predict_proba", "decision_value", "contributions"):
        assert np.array_equal(
            getattr(model.classifier, method)(X), getattr(classifier, method)(X)
        )
    assert model.classifier.get_params() == classifier.get_params()
    assert (model.name, model.version) == ("mine", "1.2.3")
    assert model.about["licence"] == "CC0"
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["README.md", CLASSIFIER, "metrics.json", "model.json"]
    assert json.loads((folder / "metrics.json").read_text("utf-8")) == {"n": 60}
    assert (folder / "README.md").read_text("utf-8") == "# Mine\n"


def test_saving_again_overwrites_and_still_loads(folder, classifier):
    save_model(folder, classifier, about={"version": "2"}, metrics={}, card="")
    assert load_model(folder).version == "2"


def test_saving_leaves_the_classifier_as_it_was(tmp_path):
    signs = np.zeros(len(feature_names()), dtype=int)
    X = np.random.default_rng(0).random((30, len(signs)))
    classifier = EmpathyClassifier(alpha=10.0, monotonic_cst=signs)
    classifier.fit(X, np.arange(30) % 3)
    save_model(tmp_path / "m", classifier, about={"version": "1"}, metrics={}, card="")
    assert (
        load_model(tmp_path / "m").classifier.coef_.tolist()
        == classifier.coef_.tolist()
    )
    assert classifier.monotonic_cst is signs


def test_the_shipped_model_fits_this_version():
    model = load_model()
    assert model.name == "customer-service"
    assert model.classifier.n_features_in_ == len(feature_names())
    assert model.classifier.classes_.tolist() == [0, 1, 2]


def test_a_scorer_uses_the_model_of_a_folder(folder, classifier):
    scorer = EmpathyScorer.load(folder)
    one = scorer.score("So sorry!")
    assert one.contributions["intercept"] == pytest.approx(classifier.intercept_.sum())


def test_a_name_under_models_is_found_from_where_one_works(folder, monkeypatch):
    (folder.parent / "models").mkdir()
    shutil.move(folder, folder.parent / "models" / "mine")
    monkeypatch.chdir(folder.parent)
    assert find_model("mine").resolve() == folder.parent / "models" / "mine"


def test_a_model_that_does_not_exist_names_places_and_remedy(tmp_path):
    with pytest.raises(
        ModelError, match=r"looked for model\.json in .*empathy-score train"
    ):
        load_model(tmp_path / "nosuch")


def test_a_changed_classifier_is_not_loaded(folder):
    data = bytearray((folder / CLASSIFIER).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / CLASSIFIER).write_bytes(bytes(data))
    with pytest.raises(
        ModelError, match=r"classifier\.skops: is not the file .*checksum"
    ):
        load_model(folder)


def test_a_wrong_checksum_is_named(folder):
    describe(folder, sha256="0" * 64)
    with pytest.raises(ModelError, match=r"checksum differs.*whole folder again"):
        load_model(folder)


def test_a_newer_format_says_what_to_install(folder):
    describe(folder, format_version=2)
    with pytest.raises(
        ModelError, match=r"format version 2, this package reads 1; install"
    ):
        load_model(folder)


def test_a_newer_format_with_other_keys_says_what_to_install(folder):
    describe(folder, format_version=2, sha256=None, blake3="00")
    with pytest.raises(ModelError, match="format version 2, this package reads 1"):
        load_model(folder)


def test_a_missing_classifier_is_named(folder):
    (folder / CLASSIFIER).unlink()
    with pytest.raises(ModelError, match=r"classifier\.skops: missing; copy"):
        load_model(folder)


def test_a_missing_description_is_no_model(folder):
    (folder / "model.json").unlink()
    with pytest.raises(ModelError, match=r"no model .*looked for model\.json"):
        load_model(folder)


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe\x00"])
def test_a_description_that_is_no_json_is_named(folder, content):
    (folder / "model.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.json: not readable"):
        load_model(folder)


@pytest.mark.parametrize("content", [b"[]", b'{"format_version": 1}', b"null"])
def test_a_description_without_its_keys_names_them(folder, content):
    (folder / "model.json").write_bytes(content)
    with pytest.raises(ModelError, match="must hold features, format_version, sha256"):
        load_model(folder)


@pytest.mark.parametrize(
    "features", [["a"], feature_names()[::-1], [*feature_names(), "x"]]
)
def test_other_features_say_train_again(folder, features):
    describe(folder, features=list(features))
    with pytest.raises(ModelError, match=r"trained on other features.*train it again"):
        load_model(folder)


@pytest.mark.parametrize(
    "thing", [{"run": os.system}, [Rogue()], collections.Counter("ab"), eval]
)
def test_a_type_that_is_not_trusted_is_never_made(folder, thing):
    replace_classifier(folder, skops.io.dumps(thing))
    with pytest.raises(
        ModelError, match=r"which is not a trusted type|no EmpathyClassifier"
    ):
        load_model(folder)


def test_a_classifier_of_another_kind_is_named(folder):
    other = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    replace_classifier(folder, skops.io.dumps(other))
    with pytest.raises(
        ModelError, match="holds LogisticRegression, no EmpathyClassifier"
    ):
        load_model(folder)


@pytest.mark.parametrize("length", [0, 20, 400])
def test_a_file_that_is_no_skops_file_is_named(folder, length):
    replace_classifier(folder, (folder / CLASSIFIER).read_bytes()[:length])
    with pytest.raises(ModelError, match=r"classifier\.skops"):
        load_model(folder)


def test_a_pickle_is_not_loaded(folder):
    replace_classifier(folder, b"cos\nsystem\n(S'echo never'\ntR.")
    with pytest.raises(ModelError, match=r"classifier\.skops"):
        load_model(folder)


def test_a_classifier_for_another_number_of_features_is_refused(folder):
    X = np.random.default_rng(0).random((30, 2))
    small = EmpathyClassifier(alpha=1.0).fit(X, np.arange(30) % 3)
    replace_classifier(folder, skops.io.dumps(small))
    with pytest.raises(ModelError, match="features"):
        load_model(folder)
