"""From own labels to an adapted model, and two labellers side by side."""

import functools
import json
import sys

import pytest

from empathy_score import adaptation_training, held_out_measures, training
from empathy_score.adaptation import STEPS, choose_step, held_out_adapted
from empathy_score.cli.app import main
from empathy_score.comparison import compare
from empathy_score.evaluation import interval_measures, measures
from empathy_score.model import load_model
from empathy_score.records import MECHANISMS

SAID = [
    ("Where is it?", "Order number?", 0),
    ("It broke again!", "I'm so sorry it broke again, that must be upsetting.", 1),
    ("Thanks.", "Sorry about that.", 0),
    ("I want a refund.", "It is our policy.", 0),
    ("I am so upset.", "I understand how upsetting this is, I'm so sorry.", 1),
    ("Hm.", "Thank you for your patience.", 0),
]
"""Levels of a strict labeller."""
ROWS = [
    {"text": f"{agent}{n * ' Ok.'}", "context": said, "group": f"c{n}", "level": level}
    for n in range(6)
    for said, agent, level in SAID
]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def command(*words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "300")
        patch.setattr(sys, "argv", ["empathy-score", *map(str, words)])
        for name, figure in (
            ("measures", measures),
            ("interval_measures", interval_measures),
            ("compare", compare),
        ):
            few = functools.partial(figure, n_bootstraps=20)
            patch.setattr(held_out_measures, name, few)
        for function in (choose_step, held_out_adapted):
            few = functools.partial(function, steps=STEPS[:3])
            patch.setattr(adaptation_training, function.__name__, few)
        with pytest.raises(SystemExit) as stopped:
            main()
    return stopped.value.code


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    return write(tmp_path_factory.mktemp("own") / "labels.jsonl", ROWS)


@pytest.fixture(scope="module")
def mine(labels):
    """The shipped model, adapted to a strict labeller."""
    folder = labels.parent / "mine"
    words = ("train", labels, "--start-from", "customer-service", "-o", folder)
    assert command(*words) == 0
    return folder


def metrics_of(folder):
    return json.loads((folder / "metrics.json").read_text("utf-8"))


def test_an_adapted_model_loads_and_says_where_it_comes_from(mine):
    model, base = load_model(mine), load_model()
    assert model.version == f"{base.version}+adapted"
    assert model.about["adapted_from"] == {
        "name": "customer-service",
        "version": base.version,
    }
    assert set(model.mechanisms) == set(MECHANISMS)
    assert model.sentences.words_ == base.sentences.words_


def test_a_strict_labeller_is_followed_and_it_is_said_that_it_helped(mine):
    metrics = metrics_of(mine)
    assert metrics["adaptation"]["chosen"]["level"] != "unchanged"
    found = metrics["comparison"]
    assert found["verdict"] == "better"
    assert found["ranked_probability"]["difference"]["high"] < 0
    card = (mine / "README.md").read_text("utf-8")
    assert "Adapted from the model customer-service" in card
    assert "On these labels the new model is better" in card
    assert "| unchanged |" in card


def test_the_learning_curve_begins_without_any_label(mine):
    curve = metrics_of(mine)["learning_curve"]
    assert [point["n_labels"] for point in curve] == [0, 14, 28]
    assert curve[-1]["ranked_probability"] < curve[0]["ranked_probability"]


def test_what_lacks_labels_stays_and_is_named(mine):
    assert "Not adapted: not every utterance is labelled" in (
        mine / "README.md"
    ).read_text("utf-8")
    assert metrics_of(mine)["levels"]["2"] == 0
    model, base = load_model(mine), load_model()
    assert (model.classifier.coef_[1] == base.classifier.coef_[1]).all()
    assert model.least[2] == base.least[2]


def test_labels_like_the_models_own_are_not_said_to_have_helped(tmp_path, capsys):
    from empathy_score.features.transformer import parsed_turns
    from empathy_score.model import predict

    entries = [(row["text"], row["context"], row["group"]) for row in ROWS]
    levels = predict(load_model(), parsed_turns(entries)).levels.tolist()
    same = [{**row, "level": level} for row, level in zip(ROWS, levels, strict=True)]
    labels = write(tmp_path / "same.jsonl", same)
    words = ("train", labels, "--start-from", "customer-service")
    assert command(*words, "-o", tmp_path / "mine") == 0
    out = capsys.readouterr().out
    assert metrics_of(tmp_path / "mine")["comparison"]["weighted_kappa"]["other"] == 1.0
    assert "weighted kappa: 1.000, customer-service 1.000" in out
    assert "warning: the labels come from 6 conversations" in out


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROWS[:12], "12 labels of 2 conversations; to adapt a model at least 20"),
        ([{**row, "level": 1} for row in ROWS], "all 36 labels are level 1"),
    ],
)
def test_labels_that_say_too_little_are_one_line(tmp_path, capsys, rows, said):
    labels = write(tmp_path / "labels.jsonl", rows)
    words = ("train", labels, "--start-from", "customer-service")
    assert command(*words, "-o", tmp_path / "mine") == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert not (tmp_path / "mine").exists()


def test_contrast_and_a_model_to_start_from_do_not_go_together(labels, capsys):
    words = ("train", labels, "--start-from", "customer-service", "--contrast", labels)
    assert command(*words, "-o", labels.parent / "none") == 2
    assert "do not go together" in capsys.readouterr().err


def test_two_labellers_are_compared_and_their_differences_shown(
    labels, tmp_path, capsys
):
    other = [dict(row) for row in ROWS]
    other[1]["level"] = 2
    other[0] |= {"level": 1}
    theirs = write(tmp_path / "other.jsonl", other)
    assert command("agreement", labels, theirs, "-n", 1) == 0
    out = capsys.readouterr().out
    assert "36 turns labelled by both (0 by the first only" in out
    assert "equal: 34" in out
    assert "quadratic weighted kappa: 0." in out
    assert "Krippendorff's alpha, ordinal: 0." in out
    assert (
        "0 and 1, conversation c0\n  customer: Where is it?\n  agent:    Order" in out
    )
    assert "and 1 more (--number)" in out


def test_too_few_labels_to_train_point_to_adapting(tmp_path, capsys):
    assert training.N_SPLITS == 5
    labels = write(tmp_path / "labels.jsonl", ROWS[:6])
    assert command("train", labels, "-o", tmp_path / "mine") == 2
    assert "--start-from customer-service" in capsys.readouterr().err
