import functools
import json
import sys

import pytest

from empathy_score import held_out_measures, learning_curve, training
from empathy_score.cli.app import main
from empathy_score.evaluation import measures

SAID = [
    ("Order number?", 0),
    ("I'm so sorry it broke again, that must be upsetting.", 2),
    ("Sorry about that.", 1),
    ("It is our policy.", 0),
    ("I understand how upsetting this is, I'm so sorry.", 2),
    ("Thank you for your patience.", 1),
]
ROWS = [
    {
        "conversation_id": f"c{n}",
        "role": "agent",
        "text": text + n * " Ok.",
        "level": level,
    }
    for n in range(6)
    for text, level in SAID
]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def empathy_score(monkeypatch, capsys):
    """Run the command line here: exit code, stdout and stderr."""
    few = functools.partial(measures, n_bootstraps=10)  # 500 draws are slow
    monkeypatch.setattr(training, "measures", few)
    monkeypatch.setattr(held_out_measures, "measures", few)
    monkeypatch.setattr(learning_curve, "SHARES", ())
    monkeypatch.setattr(training, "ALPHAS", (1000.0,))

    def run(*words):
        monkeypatch.setenv("COLUMNS", "300")
        monkeypatch.setattr(sys, "argv", ["empathy-score", *map(str, words)])
        with pytest.raises(SystemExit, match=r"^[012]$") as stopped:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return stopped.value.code, said.out, said.err

    return run


def assert_one_line(err, *parts):
    assert err.startswith("empathy-score: ")
    assert err.count("\n") == 1
    for part in parts:
        assert part in err


def test_a_model_is_trained_evaluated_and_used(tmp_path, empathy_score):
    labels = write(tmp_path / "labels.jsonl", ROWS)
    model = tmp_path / "models" / "mine"
    code, out, err = empathy_score("train", labels, "-o", model)
    assert (code, err) == (0, "")
    assert f"36 utterances in 6 conversations; model in {model}" in out
    assert "weighted_kappa" in out
    code, out, err = empathy_score("evaluate", labels, "--model", model)
    assert (code, err) == (0, "")
    assert "36 utterances, 6 conversations" in out
    assert "weighted_kappa" in out
    code, out, _ = empathy_score("explain", "So sorry about that!", "--model", model)
    assert code == 0
    assert "score 0." in out


def test_own_cues_are_taken_by_train_and_evaluate(tmp_path, empathy_score):
    labels = write(tmp_path / "labels.jsonl", ROWS)
    mine = write(
        tmp_path / "mine.jsonl",
        [{"id": "reassurance.no", "phrases": ["policy"], "examples": ["Our policy."]}],
    )
    folder = tmp_path / "mine"
    words = ("train", labels, "-o", folder, "--compare-with", "none")
    code, _, err = empathy_score(*words, "--patterns", mine)
    assert (code, err) == (0, "")
    words = ("evaluate", labels, "--model", folder)
    assert empathy_score(*words, "--patterns", mine)[0] == 0
    code, _, err = empathy_score(*words)
    assert code == 2
    assert_one_line(err, "mine: was trained with own cues", "reassurance.no")


def test_rows_set_aside_in_training_are_named_with_their_brackets(
    tmp_path, empathy_score
):
    labels = write(tmp_path / "labels [b].jsonl", [*ROWS, {"text": "", "level": 0}])
    code, out, _ = empathy_score("train", labels, "-o", tmp_path / "mine [draft]")
    assert code == 1
    assert "mine [draft]" in out
    assert "labels [b].jsonl:37: empty text" in out


def test_rows_set_aside_in_evaluation_are_counted_and_named(tmp_path, empathy_score):
    labels = write(tmp_path / "labels.jsonl", [*ROWS, {"text": "", "level": 0}])
    code, out, err = empathy_score("evaluate", labels)
    assert code == 1
    assert "labels.jsonl:37" in out + err


def test_few_labels_say_what_is_not_defined(tmp_path, empathy_score):
    labels = write(tmp_path / "labels.jsonl", ROWS[:1])
    code, out, err = empathy_score("evaluate", labels)
    assert (code, err) == (0, "")
    assert "not defined" in out


def test_a_wrong_level_is_one_line_with_file_and_line(tmp_path, empathy_score):
    labels = write(tmp_path / "labels.jsonl", [*ROWS, {"text": "Hm.", "level": 7}])
    for words in (("train", labels, "-o", tmp_path / "mine"), ("evaluate", labels)):
        code, _, err = empathy_score(*words)
        assert code == 2
        assert_one_line(err, "labels.jsonl:37", "'7'", "0, 1, 2")
    assert not (tmp_path / "mine").exists()


def test_too_few_labels_are_one_line(tmp_path, empathy_score):
    labels = write(tmp_path / "labels.jsonl", ROWS[:4])
    code, _, err = empathy_score("train", labels, "-o", tmp_path / "mine")
    assert code == 2
    assert_one_line(err, "level 0 has 2 utterances", "at least 5")


def test_a_missing_file_is_one_line(tmp_path, empathy_score):
    for words in (("train", "-o", tmp_path / "mine"), ("evaluate",)):
        code, _, err = empathy_score(words[0], tmp_path / "no.jsonl", *words[1:])
        assert code == 2
        assert_one_line(err, "no.jsonl")


def test_a_folder_without_tables_is_one_line(tmp_path, empathy_score):
    (tmp_path / "empty").mkdir()
    code, _, err = empathy_score("evaluate", tmp_path / "empty")
    assert code == 2
    assert_one_line(err, "empty", ".jsonl, .csv, .tsv or .parquet")


def test_a_model_folder_that_is_a_file_is_one_line(tmp_path, empathy_score):
    labels = write(tmp_path / "labels.jsonl", ROWS)
    (tmp_path / "mine").write_text("mine")
    code, _, err = empathy_score("train", labels, "-o", tmp_path / "mine")
    assert code == 2
    assert_one_line(err, "mine")


def test_a_model_that_does_not_exist_is_one_line(tmp_path, empathy_score):
    labels = write(tmp_path / "labels.jsonl", ROWS)
    code, _, err = empathy_score("evaluate", labels, "--model", "nosuch")
    assert code == 2
    assert_one_line(err, "nosuch", "empathy-score train")


def test_help_lists_the_commands(empathy_score):
    code, out, _ = empathy_score("--help")
    assert code == 0
    for command in ("score", "explain", "train", "evaluate"):
        assert command in out


def test_an_unknown_command_is_named(empathy_score):
    code, _, err = empathy_score("scroe")
    assert code == 2
    assert "scroe" in err


def test_no_command_shows_the_help(empathy_score):
    code, out, err = empathy_score()
    assert code in {0, 2}
    assert "explain" in out + err
