"""Labels are on disk as soon as they are given, and survive what comes after."""

import json

import pytest

from empathy_score import InputError
from empathy_score.label_file import (
    open_labels,
    still_to_label,
    undo_label,
    write_label,
)
from empathy_score.label_selection import Candidate, Pick
from empathy_score.labelled import read_labelled

PICKS = [
    Pick(
        turn=Candidate(row=row, conversation=f"c{row}", text=text, reply_to="Broken!"),
        picked="unsure",
    )
    for row, text in enumerate(["Oh no, I'm sorry.", "Order number?", "Señor 👋"])
]


def lines(path):
    return [json.loads(row) for row in path.read_text("utf-8").splitlines()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.jsonl"


def test_each_label_is_a_line_at_once(path):
    labels = open_labels(path)
    for n_lines, (pick, level) in enumerate(zip(PICKS, (1, 0, None), strict=True), 1):
        labels = write_label(labels, pick, level, "ann")
        assert len(lines(path)) == n_lines
    first = lines(path)[0]
    assert (first["level"], first["labeller"], first["picked"]) == (1, "ann", "unsure")
    assert (first["text"], first["context"]) == ("Oh no, I'm sorry.", "Broken!")


def test_training_reads_what_labelling_wrote(path):
    labels = open_labels(path)
    for pick, level in zip(PICKS, (1, 0, None), strict=True):
        labels = write_label(labels, pick, level, None)
    data = read_labelled([path])
    assert data.levels.tolist() == [1, 0]  # what was skipped has no level
    assert (data.groups, data.reply_to) == (("c0", "c1"), ("Broken!", "Broken!"))
    assert data.slices["picked"] == ("unsure", "unsure")


def test_a_file_begun_is_gone_on_with(path):
    write_label(open_labels(path), PICKS[1], 0, None)
    again = open_labels(path)
    assert still_to_label(again, PICKS) == [PICKS[0], PICKS[2]]
    write_label(again, PICKS[2], 2, None)
    assert [row["row"] for row in lines(path)] == [1, 2]


def test_undo_takes_labels_of_an_earlier_run_away_too(path):
    labels = open_labels(path)
    for pick in PICKS:
        labels = write_label(labels, pick, 2, None)
    labels = undo_label(undo_label(open_labels(path)))
    assert [row["row"] for row in lines(path)] == [0]
    assert still_to_label(labels, PICKS) == PICKS[1:]
    write_label(labels, PICKS[1], 1, None)
    assert [row["level"] for row in lines(path)] == [2, 1]


def test_undo_of_nothing_changes_nothing(path):
    labels = open_labels(path)
    assert undo_label(labels) == labels
    assert not path.exists()


def test_a_line_cut_off_by_a_crash_is_removed(path):
    write_label(open_labels(path), PICKS[0], 1, None)
    with path.open("a", encoding="utf-8") as handle:
        handle.write('{"row": 1, "te')
    labels = open_labels(path)
    assert len(lines(path)) == 1
    assert still_to_label(labels, PICKS) == PICKS[1:]


@pytest.mark.parametrize("line", ["hello", "[1]", '{"text": "Hi.", "level": 1}', "7"])
def test_somebody_elses_file_is_left_alone(path, line):
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"labels\.jsonl:1: was not written by"):
        open_labels(path)
    assert path.read_text("utf-8") == line + "\n"


def test_labels_go_to_jsonl_in_a_folder_that_exists(tmp_path):
    with pytest.raises(InputError, match=r"labels are written to a \.jsonl file"):
        open_labels(tmp_path / "labels.csv")
    with pytest.raises(InputError, match="there is no folder"):
        open_labels(tmp_path / "no" / "labels.jsonl")
