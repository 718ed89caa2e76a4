import collections
import hashlib
import json
import os
import shutil

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

from empathy_score import EmpathyClassifier, EmpathyScorer, ModelError, SentenceLevels
from empathy_score.features.transformer import parsed_turns
from empathy_score.model import (
    Model,
    find_model,
    load_model,
    model_columns,
    predict,
    save_model,
)
from empathy_score.records import MECHANISMS

CLASSIFIER = "classifier.skops"


COLUMNS = model_columns()


def fitted(n_columns, **settings):
    """A classifier fitted on noise."""
    X = np.random.default_rng(0).integers(0, 3, size=(60, n_columns)).astype(float)
    return EmpathyClassifier(alpha=10.0, **settings).fit(X, np.arange(60) % 3)


def made(classifier, **changes):
    """A model around a classifier."""
    texts = ["So sorry!", "Sorry about that.", "Order number?"] * 4
    given = {
        "name": "mine",
        "version": "1.2.3",
        "sentences": SentenceLevels().fit(texts, [2, 1, 0] * 4),
        "classifier": classifier,
        "mechanisms": {},
        "least": np.array([0.1, 0.2, 0.3]),
        "known": frozenset({"so", "sorry", "order", "number"}),
        "least_known": 0.5,
        "about": {"licence": "CC0"},
    }
    return Model(**{**given, **changes})


@pytest.fixture(scope="module")
def classifier():
    """A classifier over this version's columns."""
    return fitted(len(COLUMNS))


@pytest.fixture
def folder(tmp_path, classifier):
    save_model(tmp_path / "mine", made(classifier), metrics={"n": 60}, card="# Mine\n")
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
    X = np.random.default_rng(1).random((20, len(COLUMNS)))
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
    save_model(folder, made(classifier, version="2"), metrics={}, card="")
    assert load_model(folder).version == "2"


def test_saving_leaves_the_classifier_as_it_was(tmp_path):
    signs = np.zeros(len(COLUMNS), dtype=int)
    classifier = fitted(len(COLUMNS), monotonic_cst=signs)
    save_model(tmp_path / "m", made(classifier), metrics={}, card="")
    assert (
        load_model(tmp_path / "m").classifier.coef_.tolist()
        == classifier.coef_.tolist()
    )
    assert classifier.monotonic_cst is signs


def test_the_shipped_model_fits_this_version():
    model = load_model()
    assert model.name == "customer-service"
    assert model.classifier.n_features_in_ == len(model_columns())
    assert tuple(model.mechanisms) == MECHANISMS
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


@pytest.mark.parametrize("features", [["a"], COLUMNS[::-1], [*COLUMNS, "x"]])
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
        ModelError, match=r"which is not a trusted type|holds .*, not \['known'"
    ):
        load_model(folder)


def parts_of(folder):
    data = (folder / CLASSIFIER).read_bytes()
    return skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))


def test_parts_of_another_kind_are_named(folder):
    other = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    whole = parts_of(folder)
    for change, match in (
        ({"level": other}, "holds LogisticRegression, no EmpathyClassifier"),
        ({"mechanisms": {"exploration": other}}, "no EmpathyClassifier"),
        ({"sentences": other}, "holds LogisticRegression, no SentenceLevels"),
    ):
        replace_classifier(folder, skops.io.dumps({**whole, **change}))
        with pytest.raises(ModelError, match=match):
            load_model(folder)
    replace_classifier(folder, skops.io.dumps(other))
    with pytest.raises(ModelError, match="holds LogisticRegression, not"):
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
    whole = parts_of(folder)
    replace_classifier(folder, skops.io.dumps({**whole, "level": small}))
    with pytest.raises(ModelError, match=r"takes 2 features, but names \d+; train"):
        load_model(folder)


def test_what_is_loaded_predicts_as_what_was_saved(folder, classifier):
    turns = parsed_turns(["So sorry!", "Order number?", "Das tut mir wirklich leid."])
    one, other = predict(made(classifier), turns), predict(load_model(folder), turns)
    assert one.probabilities.tobytes() == other.probabilities.tobytes()
    assert one.intervals.tobytes() == other.intervals.tobytes()
    assert one.out_of_domain.tolist() == [False, False, True]
    assert one.intervals[2].tolist() == [0.0, 1.0]
