"""The training conversations keep their format and stay free of near-duplicates."""

import json
from pathlib import Path

import pytest
import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

from empathy_score.lexicon import CUE_LABELS, SUBTYPES
from empathy_score.records import MECHANISMS

DATA = Path(__file__).parents[2] / "data"
FILES = sorted((DATA / "conversations").glob("*.jsonl"))
HARD = sorted((DATA / "hard_conversations").glob("*.jsonl"))
PLAIN = sorted((DATA / "plain_conversations").glob("*.jsonl"))
CONTRAST = DATA / "contrast" / "train.jsonl"
OPPORTUNITIES = {
    "none",
    "frustration",
    "anger",
    "disappointment",
    "anxiety",
    "distress",
    "good_news",
}


def rows_of(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


ROWS = [row for file in FILES for row in rows_of(file)]
HARD_ROWS = [row for file in HARD for row in rows_of(file)]
PLAIN_ROWS = [row for file in PLAIN for row in rows_of(file)]
AGENTS = [row for row in ROWS if row["role"] == "agent"]


def test_there_is_enough_of_everything():
    assert len(AGENTS) >= 3000
    assert len({row["conversation_id"] for row in ROWS}) >= 350
    assert len({row["industry"] for row in ROWS}) >= 15
    assert {row["channel"] for row in ROWS} == {"chat", "phone", "email", "social"}
    share = sum(row["level"] < 2 for row in AGENTS) / len(AGENTS)
    assert share > 0.75


def test_hard_conversations_are_of_other_trades():
    hard = {row["industry"] for row in HARD_ROWS}
    assert len(hard) >= 25
    assert not hard & {row["industry"] for row in ROWS}


def test_plain_conversations_are_mostly_plain_work_and_count_a_quarter():
    agents = [row for row in PLAIN_ROWS if row["role"] == "agent"]
    assert len(agents) > 1000
    assert sum(row["level"] == 0 for row in agents) / len(agents) > 0.8
    assert sum(len(row["text"].split()) > 35 for row in agents) / len(agents) > 0.3
    assert {row["weight"] for row in agents} == {0.25}
    trades = {row["industry"] for row in PLAIN_ROWS}
    assert not trades & {row["industry"] for row in [*ROWS, *HARD_ROWS]}


@pytest.mark.parametrize(
    "file", [*FILES, *HARD, *PLAIN, CONTRAST], ids=lambda file: file.stem
)
def test_conversations_are_whole_and_labelled(file):
    turns = {}
    for row in rows_of(file):
        assert row["industry"] == file.stem or file == CONTRAST
        turns.setdefault(row["conversation_id"], []).append(row["turn"])
        assert row["text"].strip()
        if row["role"] == "agent":
            assert row["level"] in (0, 1, 2)
            assert all(row[name] in (0, 1, 2) for name in MECHANISMS)
            assert row.get("level_first") in (None, *{0, 1, 2} - {row["level"]})
            for cue in row["cues"]:
                assert cue["label"] in CUE_LABELS
                assert (cue["subtype"] is not None) == (cue["label"] in SUBTYPES)
                assert row["text"][cue["start"] : cue["end"]] == cue["text"]
        elif row["role"] == "customer":
            assert row["opportunity"] in OPPORTUNITIES
        else:
            assert row["role"] in ("bot", "system")
    assert all(found == list(range(len(found))) for found in turns.values())


def test_no_two_long_agent_turns_of_different_conversations_are_nearly_equal():
    more = [*HARD_ROWS, *PLAIN_ROWS, *rows_of(CONTRAST)]
    rows = [*AGENTS, *(row for row in more if row["role"] == "agent")]
    long = [row for row in rows if len(row["text"].split()) >= 12]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 4)).fit_transform(
        [row["text"] for row in long]
    )
    near = (vectors @ vectors.T).tocoo()
    pairs = [
        (long[i]["text"], long[j]["text"])
        for i, j, value in zip(near.row, near.col, near.data, strict=True)
        if i < j and value > 0.85 and group_of(long[i]) != group_of(long[j])
    ]
    assert pairs == []


def group_of(row):
    return row.get("group", row["conversation_id"])


def test_no_test_pair_stands_in_the_training_utterances():
    learned = [*ROWS, *HARD_ROWS, *PLAIN_ROWS, *rows_of(CONTRAST)]
    trained = {row["text"] for row in learned}
    for row in rows_of(DATA / "contrast" / "pairs.jsonl"):
        if row["part"] == "test":
            assert not {row["better"], row["worse"]} & trained, row["id"]


@pytest.mark.skipif(
    tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 9),
    reason="scikit-learn before 1.9 deals groups out otherwise",
)
def test_the_split_file_is_that_of_its_command():
    code = (DATA / "make_splits.py").read_text(encoding="utf-8")
    made = {"__file__": str(DATA / "make_splits.py"), "__name__": "make_splits"}
    exec(compile(code, "make_splits.py", "exec"), made)
    written = (DATA / "splits" / "folds.csv").read_text(encoding="utf-8")
    assert [line.split(",") for line in written.splitlines()] == made["table"]()
