"""The training conversations keep their format and stay free of near-duplicates."""

import json
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from empathy_score.lexicon import CUE_LABELS, SUBTYPES

DATA = Path(__file__).parents[2] / "data"
FILES = sorted((DATA / "conversations").glob("*.jsonl"))
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
AGENTS = [row for row in ROWS if row["role"] == "agent"]


def test_there_is_enough_of_everything():
    assert len(AGENTS) >= 400
    assert len({row["industry"] for row in ROWS}) >= 12
    assert {row["channel"] for row in ROWS} == {"chat", "phone", "email", "social"}
    share = sum(row["level"] < 2 for row in AGENTS) / len(AGENTS)
    assert share > 0.75


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_conversations_are_whole_and_labelled(file):
    turns = {}
    for row in rows_of(file):
        assert row["industry"] == file.stem
        turns.setdefault(row["conversation_id"], []).append(row["turn"])
        assert row["text"].strip()
        if row["role"] == "agent":
            assert row["level"] in (0, 1, 2)
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
    long = [row for row in AGENTS if len(row["text"].split()) >= 12]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(4, 4)).fit_transform(
        [row["text"] for row in long]
    )
    near = (vectors @ vectors.T).tocoo()
    pairs = [
        (long[i]["text"], long[j]["text"])
        for i, j, value in zip(near.row, near.col, near.data, strict=True)
        if i < j
        and value > 0.85
        and long[i]["conversation_id"] != long[j]["conversation_id"]
    ]
    assert pairs == []
