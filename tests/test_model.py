import ast
import collections
import hashlib
import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression

import empathy_score
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


def test_every_byte_of_a_model_that_changes_gives_one_clear_error(folder):
    whole = (folder / CLASSIFIER).read_bytes()
    rng = np.random.default_rng(7)
    for _ in range(30):
        data = bytearray(whole)
        data[rng.integers(len(data))] ^= 1 << rng.integers(8)
        (folder / CLASSIFIER).write_bytes(bytes(data))
        with pytest.raises(ModelError, match=r"classifier\.skops: is not the file"):
            load_model(folder)


def test_a_tampered_model_with_a_fitting_checksum_loads_or_gives_a_clear_error(folder):
    whole = (folder / CLASSIFIER).read_bytes()
    rng = np.random.default_rng(8)
    n_refused = 0
    for _ in range(40):
        data = bytearray(whole)
        for place in rng.integers(len(data), size=rng.integers(1, 20)):
            data[place] = rng.integers(256)
        replace_classifier(folder, bytes(data[: rng.integers(1, len(data) * 2)]))
        try:
            load_model(folder)
        except ModelError:
            n_refused += 1
    assert n_refused > 20


def schema_changed(folder, change):
    """Rewrite what skops is told to make."""
    file = folder / CLASSIFIER
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["schema.json"] = change(parts["schema.json"].decode()).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    replace_classifier(folder, out.getvalue())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"EmpathyClassifier"', '"system"'),
        lambda text: text.replace("empathy_score.classifier", "os"),
        lambda text: text.replace("SentenceLevels", "__import__"),
        lambda text: text.replace('"__loader__": "', '"__loader__": "No'),
        lambda _text: "[" * 100_000,
        lambda text: text[: len(text) // 2],
        lambda _text: "{}",
        lambda _text: "7",
    ],
)
def test_a_model_that_names_other_code_runs_none(folder, change, monkeypatch):
    def never(*_words):
        raise AssertionError("code of the model ran")

    monkeypatch.setattr(os, "system", never)
    schema_changed(folder, change)
    with pytest.raises(ModelError, match=r"classifier\.skops"):
        load_model(folder)


def test_types_are_trusted_by_name_and_not_by_package(folder):
    for thing in (np.random.default_rng(0), Rogue(), pytest.approx):
        replace_classifier(folder, skops.io.dumps({"level": thing}))
        with pytest.raises(ModelError, match=r"not a trusted type|holds \["):
            load_model(folder)


def test_what_would_fill_the_memory_is_not_unpacked(folder, monkeypatch):
    monkeypatch.setattr("empathy_score.model_folder.LARGEST_FILE", 1_000_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", " " * 3_000_000)
    replace_classifier(folder, out.getvalue())
    with pytest.raises(ModelError, match="unpacks to 3,000,000 bytes"):
        load_model(folder)
    (folder / CLASSIFIER).write_bytes(b" " * 1_000_001)
    with pytest.raises(ModelError, match="is larger than 1,000,000 bytes"):
        load_model(folder)


@pytest.mark.parametrize("version", [0, 2, "1", None, [], {"a": 1}])
def test_an_older_or_odd_format_version_is_named(folder, version):
    about = json.loads((folder / "model.json").read_text("utf-8"))
    about["format_version"] = version
    (folder / "model.json").write_text(json.dumps(about), encoding="utf-8")
    with pytest.raises(ModelError, match=r"has format version .*this package reads 1"):
        load_model(folder)


def test_a_deep_description_is_not_followed(folder):
    (folder / "model.json").write_text('{"a":' * 100_000, encoding="utf-8")
    with pytest.raises(ModelError, match=r"model\.json: not readable"):
        load_model(folder)


def test_no_pickle_or_joblib_file_is_read_or_written_as_a_model():
    package = Path(empathy_score.__file__).parent
    allowed = {("scoring.py", "pickle.dumps"), ("scoring.py", "pickle.loads")}
    found = set()
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found.add((file.name, f"{node.value.id}.{node.attr}"))
            if isinstance(node, ast.ImportFrom) and node.module in {"pickle", "joblib"}:
                names = {name.name for name in node.names}
                assert not names & {"load", "dump", "loads", "dumps"}, file
    # A scorer on its way to the processes that it starts itself; never a file.
    serial = ("pickle.", "joblib.", "cloudpickle.", "dill.")
    assert {one for one in found if one[1].startswith(serial)} <= allowed
    models = Path(__file__).parents[1] / "models"
    endings = {path.suffix for path in models.rglob("*") if path.is_file()}
    assert not endings & {".pkl", ".pickle", ".joblib", ".bin", ".p"}
