"""What may change no score, and what holds of every score."""

import random
from functools import lru_cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_score import EmpathyScorer, InputError
from empathy_score.records import MECHANISMS
from empathy_score.score_columns import SCORE_COLUMNS

SAID = (
    *("Second broken lamp this week!", "I'm so sorry it came broken again.", "Hi"),
    *("Where is it?", "Thank you for your patience.", "sooo sorry \U0001f64f", "No."),
    *("You should have read the terms.", "I completely understand.", "caf\u00e9 :)"),
)
TURN = st.tuples(st.sampled_from(["agent", "customer"]), st.sampled_from(SAID))
CONVERSATIONS = st.lists(st.lists(TURN, min_size=1, max_size=4), min_size=1, max_size=4)
# Emoji and their joiners, combining marks, right-to-left, zero-width, capitals that
# become longer in lower case, HTML.
ODD = st.text(
    st.sampled_from(
        "aeos 'I.,!?\n\t<>&;#0-\u0301\u0327\u200b\u200d\ufe0f\u202e\u2067\u05e9\u0627"
        "\U0001f64f\U0001f468\U0001f3fd\u0130\u1e9e\ufb01\ud7ff\ue000\U0010ffff\x00\x1b\u2028"
    ),
    max_size=40,
)
SLOWLY = settings(max_examples=8, deadline=None)


@lru_cache
def scorer():
    return EmpathyScorer.load()


def frame_of(conversations):
    return pl.DataFrame(
        [
            {"conversation": f"c{number}", "role": role, "text": text}
            for number, turns in enumerate(conversations)
            for role, text in turns
        ]
    )


def scored(frame):
    """All that scoring adds, floats to the ninth digit."""
    rows = scorer().score_frame(frame).select("text", *SCORE_COLUMNS).to_dicts()
    return [
        {
            name: round(value, 9) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in rows
    ]


@SLOWLY
@given(conversations=CONVERSATIONS, seed=st.integers(0, 9))
def test_the_order_of_conversations_changes_no_score(conversations, seed):
    frame = frame_of(conversations)
    order = list(range(len(conversations)))
    random.Random(seed).shuffle(order)
    parts = [frame.filter(pl.col("conversation") == f"c{number}") for number in order]
    moved = scored(pl.concat(parts))
    kept = [row for part in parts for row in scored(part)]
    assert moved == kept


@SLOWLY
@given(conversations=CONVERSATIONS, size=st.integers(1, 5))
def test_splitting_into_batches_changes_no_score(conversations, size):
    frame = frame_of(conversations)
    parts = frame.partition_by("conversation", maintain_order=True)
    batches = [
        pl.concat(parts[first : first + size]) for first in range(0, len(parts), size)
    ]
    assert [row for one in batches for row in scored(one)] == scored(frame)


@SLOWLY
@given(conversations=CONVERSATIONS)
def test_names_of_conversations_and_further_columns_change_no_score(conversations):
    frame = frame_of(conversations)
    other = frame.with_columns(
        conversation=pl.col("conversation").str.replace("c", "\u05e9 -7\U0001f600 "),
        score_of_survey=pl.lit(7),
        speaker_mood=pl.lit("=cmd"),
        empty=pl.lit(None),
    )
    assert scored(other) == scored(frame)


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(ODD, min_size=1, max_size=6))
def test_scores_are_within_bounds_and_evidence_inside_any_text(texts):
    texts = [f"{text}I'm so sorry{text} thank you{text}" for text in texts]
    table = scorer().score_frame(pl.DataFrame({"text": texts}))
    for row in table.to_dicts():
        assert 0 <= row["score_low"] <= row["score"] <= row["score_high"] <= 1
        assert row["p_none"] + row["p_weak"] + row["p_strong"] == pytest.approx(1)
        assert row["level"] in (0, 1, 2)
        assert all(0 <= row[name] <= 1 for name in MECHANISMS)
        for cue in row["cues"]:
            assert 0 <= cue["start"] < cue["end"] <= len(row["text"])
            assert row["text"][cue["start"] : cue["end"]] == cue["text"]


@pytest.mark.parametrize("half", ["\ud83d", "I'm sorry \udc00"])
def test_half_a_character_is_refused_with_its_place(half):
    with pytest.raises(InputError, match=r"half a character at position \d+"):
        scorer().score(half)


@pytest.mark.parametrize(
    "unit",
    [
        "I'm so sorry. ",
        "a",
        "so ",
        "' ",
        "<div>",
        "&#39;",
        "\u200b",
        "e\u0301",
        "\U0001f468\u200d",
        "soooo",
        "?! ",
        "\u202e\u05e9 ",
        "1 ",
    ],
)
def test_a_turn_of_100_kb_is_scored_soon_whatever_it_holds(unit):
    import time

    text = unit * (100_000 // len(unit)) + "I'm sorry."
    begin = time.process_time()
    one = scorer().score(text)
    assert time.process_time() - begin < 6
    assert 0 <= one.score <= 1
    assert all(text[cue.start : cue.end] == cue.text for cue in one.cues)


def test_a_turn_of_1_mb_is_scored_and_its_evidence_is_inside():
    text = "Order 7 is late, e\u0301 \U0001f468\u200d and so on and on. " * 25_000
    text = text[:1_000_000] + " I'm so sorry."
    frame = scorer().score_frame(pl.DataFrame({"text": [text, "Hi"]}))
    row = frame.row(0, named=True)
    assert row["cues"][-1]["end"] <= len(text)
    assert "sorry" in row["cues"][-1]["text"]
    assert np.isfinite(row["score"])
