"""A tiny table trains a model that loads; what is wrong in it is said in one line."""

import csv
import json
import shutil
import sys

import pytest

from empathy_score.cli.app import main
from empathy_score.errors import InputError, ModelError
from empathy_score.model import find_model
from empathy_score.records import Utterance
from empathy_score.turn_taking import load_interruption_model, training, turn_taking
from empathy_score.turn_taking.training import read_turns, train_interruption

NAMES = ["group", "speaker", "start", "end", "text", "interrupted", "abandoned"]


def meeting(name):
    """Twelve rounds of four turns: asked, cut off, cutting off, given up."""
    rows = []
    for number in range(12):
        at = 20.0 * number
        rows += [
            (name, "ann", at, at + 2, "where should we put the table", 0, 0),
            (name, "bob", at + 3, at + 5, "i think we could put it near the", 1, 0),
            (name, "ann", at + 4.7, at + 8, "no there is no room for it there", 0, 0),
            (name, "bob", at + 10, at + 12, "then we need to find some", 0, 1),
        ]
    return rows


def small(patch):
    patch.setattr(training, "N_DRAWS", 5)
    patch.setattr(training, "N_TREES", 15)
    patch.setattr(training, "N_SPLITS", 2)


def write(path, rows, names=NAMES):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    return path


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rows = [row for name in "abcdef" for row in meeting(name)]
    return write(tmp_path_factory.mktemp("turns") / "turns.csv", rows)


@pytest.fixture(scope="module")
def trained(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "mine"
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        return train_interruption(table, folder), folder


def test_a_small_table_trains_a_model_that_tells_cut_off_from_given_up(trained):
    metrics, folder = trained
    assert metrics["n_turns"] == 288
    assert metrics["n_interrupted"] == 72
    assert metrics["n_meetings"] == 6
    assert metrics["held_out"]["average_precision"] > 0.95
    assert set(metrics["baselines"]) == {
        "timing alone",
        "unfinished last word alone",
    }
    turns = [
        Utterance(row=n, conversation="1", role=role, text=text, start=a, end=b)
        for n, (role, text, a, b) in enumerate(
            [
                ("agent", "where do you want it", 0.0, 2.0),
                ("customer", "you could put it beside the", 3.0, 5.0),
                ("agent", "no we can not put it there", 4.7, 8.0),
                ("customer", "well then i would like some", 10.0, 12.0),
            ]
        )
    ]
    found = turn_taking(turns, model=load_interruption_model(folder))
    p = [turn.p_interrupted for turn in found]
    assert p.index(max(p)) == 1


def test_the_folder_holds_card_and_metrics(trained):
    metrics, folder = trained
    assert json.loads((folder / "metrics.json").read_text("utf-8")) == metrics
    card = (folder / "README.md").read_text("utf-8")
    assert "288 turns in 6 groups, 72 of them interrupted" in card
    assert "Shriberg" in card


def test_a_table_without_abandoned_will_do(table):
    rows = [row[:-1] for row in meeting("a")]
    turns = read_turns(write(table.parent / "plain.csv", rows, NAMES[:-1]))
    assert set(turns.outcome.tolist()) == {0, 2}


@pytest.mark.parametrize(
    ("names", "row", "parts"),
    [
        (NAMES[:5], (), ["no column 'interrupted'", "speaker"]),
        (NAMES, ("a", "x", "soon", 1, "hi", 0, 0), [":2", "start is 'soon'"]),
        (NAMES, ("a", "x", 0, "nan", "hi", 0, 0), [":2", "end is 'nan'"]),
        (NAMES, ("a", "x", 0, 1, "hi", "yes", 0), [":2", "'yes'", "0 and 1"]),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, names, row, parts):
    file = write(tmp_path / "turns.csv", [row[: len(names)]] if row else [], names)
    with pytest.raises(InputError) as said:
        read_turns(file)
    for part in ["turns.csv", *parts]:
        assert part in str(said.value)


def test_too_few_meetings_are_too_few(tmp_path):
    file = write(tmp_path / "turns.csv", meeting("a"))
    with pytest.raises(InputError, match="1 groups; at least 5 "):
        train_interruption(file, tmp_path / "mine")


def test_the_shipped_model_loads_and_is_small():
    model = load_interruption_model()
    folder = find_model("interruption")
    assert 0 < model.threshold < 1
    assert (folder / "classifier.skops").stat().st_size < 1_000_000
    assert "ICSI" in (folder / "README.md").read_text("utf-8")


def test_a_changed_file_is_refused(trained, tmp_path):
    folder = shutil.copytree(trained[1], tmp_path / "changed")
    data = (folder / "classifier.skops").read_bytes()
    (folder / "classifier.skops").write_bytes(data + b"x")
    with pytest.raises(ModelError, match="checksum"):
        load_interruption_model(folder)


def test_another_kind_of_model_is_refused():
    with pytest.raises(ModelError, match="no model of interruptions"):
        load_interruption_model("customer-service")


@pytest.fixture
def empathy_score(monkeypatch, capsys):
    """Run the command line here: exit code, stdout and stderr."""
    small(monkeypatch)

    def run(*words):
        monkeypatch.setenv("COLUMNS", "300")
        monkeypatch.setattr(sys, "argv", ["empathy-score", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr()
        return stopped.value.code, said.out, said.err

    return run


def test_the_command_trains_the_same_and_prints_the_baselines(
    table, trained, tmp_path, empathy_score
):
    folder = tmp_path / "mine"
    code, out, err = empathy_score("train-interruption", table, "-o", folder)
    assert (code, err) == (0, "")
    assert "288 turns in 6 groups, 72 interrupted" in out
    for name in ("model", "timing alone", "unfinished last word alone"):
        assert name in out
    for name in ("metrics.json", "README.md"):
        assert (folder / name).read_bytes() == (trained[1] / name).read_bytes()


def test_a_missing_table_is_one_line(tmp_path, empathy_score):
    code, _, err = empathy_score("train-interruption", tmp_path / "no.csv", "-o", "m")
    assert code == 2
    assert err.count("\n") == 1
    assert "no.csv" in err
