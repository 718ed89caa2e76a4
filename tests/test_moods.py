"""Customers' moods from cues and calls for empathy."""

import polars as pl
import pytest

from empathy_score.moods import add_moods
from empathy_score.scored_turns import open_scored


def moods(*turns):
    """Moods of the customer's turns; a turn is (role, warm) or (role, called)."""
    called = [told if role == "agent" else None for role, told in turns]
    warm = [int(told) if role == "customer" else 0 for role, told in turns]
    table = pl.DataFrame(
        {
            "role": [role for role, _ in turns],
            "text": ["a"] * len(turns),
            "score": [0.5 if role == "agent" else None for role, _ in turns],
            "opportunity": called,
            "cue_gratitude": warm,
            "cue_positivity": [0] * len(turns),
        },
        schema_overrides={"opportunity": pl.Boolean, "score": pl.Float64},
    )
    with open_scored(table) as opened:
        add_moods(opened.connection)
        query = "SELECT mood FROM customer_moods ORDER BY number"
        single = [mood for (mood,) in opened.connection.execute(query).fetchall()]
        query = "SELECT mood_start, mood_end FROM conversation_moods"
        return single, opened.connection.execute(query).fetchone()


@pytest.mark.parametrize(
    ("warm", "called", "mood"),
    [(False, False, 0), (True, False, 1), (False, True, -1), (True, True, 0.5)],
)
def test_the_mood_of_a_turn(warm, called, mood):
    assert moods(("customer", warm), ("agent", called)) == ([mood], (mood, None))


def test_start_and_end_are_thirds():
    turns = [
        turn
        for called in (True, True, False, False, False, False)
        for turn in (("customer", False), ("agent", called))
    ]
    assert moods(*turns) == ([-1, -1, 0, 0, 0, 0], (-1, 0))


def test_messages_in_a_row_are_one_turn():
    turns = [("customer", False), ("customer", True), ("bot", False), ("agent", False)]
    assert moods(*turns)[0] == [1]


def test_a_turn_that_nobody_answers_has_no_mood():
    turns = [("customer", False), ("agent", True), ("customer", True)]
    assert moods(*turns) == ([-1, None], (-1, None))
