"""The rows of the rules are the tests."""

import json
import re
import time
from functools import cache

import pytest

from empathy_score.coaching.conditions import evidence_for, first_row, holds
from empathy_score.coaching.customers import words_that_called
from empathy_score.coaching.habits import count_habits, patterns_of
from empathy_score.coaching.records import Answer
from empathy_score.coaching.rows import load_rules, read_rules
from empathy_score.cues import cues_of
from empathy_score.errors import InputError
from empathy_score.features.transformer import make_cue_pipeline
from empathy_score.opportunity import answers

RULES = load_rules()


pipeline = cache(make_cue_pipeline)


def answer_of(text, reply_to=None, *, row=0):
    """An answer as the scorer would give it, but for its scores."""
    cues = cues_of(pipeline()(text))
    called = None if reply_to is None else True
    return Answer(
        group="Ann",
        conversation="1",
        turn=None,
        rows=(row,),
        reply_to=reply_to,
        text=text,
        cues=cues,
        score=0.5,
        p_none=0.5,
        p_strong=0.5,
        level=1,
        called=called,
        missed=None if called is None else not answers("frustration", cues),
        interrupts=None,
        readable=True,
    )


def ids(rows):
    return [pytest.param(row, id=row.id) for row in rows]


@pytest.mark.parametrize("row", ids(RULES.customer))
def test_words_of_customers_are_found_in_the_examples_only(row):
    for example in row.examples:
        assert row.id in {said.row.id for said in words_that_called(example)}, example
    for example in row.counter_examples:
        found = {said.row.id for said in words_that_called(example)}
        assert row.id not in found, example


@pytest.mark.parametrize("row", ids([*RULES.reply, *RULES.strength]))
def test_a_rule_of_answers_is_the_first_that_fits_its_example(row):
    rows = RULES.reply if row in RULES.reply else RULES.strength
    example = answer_of(row.example["text"], row.example["reply_to"])
    said = [said.row.id for said in words_that_called(example.reply_to)]
    assert first_row(rows, example, said) == row
    slots = set(re.findall(r"\{([^{}]+)\}", row.says)) - {"reply"}
    assert set(evidence_for(row.says, example)) == slots
    if row.counter_example is not None:
        other = answer_of(row.counter_example["text"], row.counter_example["reply_to"])
        said = [said.row.id for said in words_that_called(other.reply_to)]
        assert first_row(rows, other, said) != row


@pytest.mark.parametrize("row", ids(row for row in RULES.pattern if row.example))
def test_a_habit_is_counted_in_its_example_only(row):
    example = answer_of(row.example["text"], row.example["reply_to"])
    other = answer_of(row.counter_example["text"], row.counter_example["reply_to"])
    assert holds(row.of, example)
    assert holds(row.when, example)
    assert holds(row.of, other)
    assert not holds(row.when, other)


@pytest.mark.parametrize("row", ids(RULES.conversation))
def test_a_habit_over_conversations_shows_in_its_example_only(row):
    found = []
    for texts in (row.example, row.counter_example):
        tallies = {}
        for _ in range(row.least):
            turns = [answer_of(text, row=at) for at, text in enumerate(texts)]
            count_habits(tallies, turns)
        found.append({pattern.rule for pattern in patterns_of(tallies)})
    assert row.id in found[0]
    assert row.id not in found[1]


def test_a_very_long_turn_is_read_in_no_time():
    text = "if it does not work " * 20_000
    started = time.process_time()
    assert words_that_called(text) == ()
    assert time.process_time() - started < 5


def test_an_id_that_stands_twice_is_named_with_both_places(tmp_path):
    row = {"id": "a", "when": {}, "says": "", "example": {}, "counter_example": None}
    for name in ("customer", "reply", "strength", "pattern", "conversation"):
        twice = name in ("reply", "strength")
        lines = json.dumps(row) + "\n" if twice else ""
        (tmp_path / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    says = r"strength.jsonl:1: the id 'a' is taken by reply.jsonl:1"
    with pytest.raises(InputError, match=says):
        read_rules(tmp_path)


def test_every_reply_has_a_row_that_fits():
    assert first_row(RULES.reply, answer_of("Hm.", "It broke!")).id == "went_on"


BROKEN = [
    (
        "reply",
        {"id": "a", "wen": {}},
        r"reply.jsonl:1: unknown key 'wen'; did you mean 'when'",
    ),
    (
        "reply",
        {"id": "a", "when": {"cue": ["apologies"]}, "says": "", "example": {}},
        r"unknown cue 'apologies'; did you mean 'apology",
    ),
    (
        "pattern",
        {"id": "a", "when": {"mood": 1}},
        r"unknown condition 'mood'; allowed are any_cue, asks",
    ),
    ("strength", {"id": "a", "says": "{sorry}"}, r"unknown slot 'sorry'"),
    ("customer", {"id": "a", "pattern": "("}, r"'\(' is no regular expression"),
    ("customer", {"id": "a"}, r"customer.jsonl:1: missing key"),
]


@pytest.mark.parametrize(("name", "row", "says"), BROKEN)
def test_a_broken_row_is_named_with_file_and_line(tmp_path, name, row, says):
    for other in ("customer", "reply", "strength", "pattern", "conversation"):
        lines = json.dumps(row) + "\n" if other == name else ""
        (tmp_path / f"{other}.jsonl").write_text(lines, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_rules(tmp_path)
