"""Summaries count what is there, and leave out what cannot be seen."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from empathy_score import InputError, summarize
from empathy_score.summaries import SUMMARY_COLUMNS


def frame(*turns, **columns):
    """A scored table: (conversation, role, agent, score) and further columns."""
    names = ("conversation", "role", "agent_name", "score")
    cells = zip(*turns, strict=True)
    told = {name: list(column) for name, column in zip(names, cells, strict=True)}
    told["agent_name"] = [name or None for name in told["agent_name"]]
    return pl.DataFrame({**told, "text": ["a b"] * len(turns), **columns})


def talks(scores_of):
    """One agent's turn for each score, each in a conversation of its own."""
    return frame(
        *(
            (f"{agent}{number}", "agent", agent, score)
            for agent, scores in scores_of.items()
            for number, score in enumerate(scores)
        )
    )


def one(table, **how):
    """The only group, as a dict."""
    [row] = summarize(table, **how).rows(named=True)
    return row


def test_the_mean_is_that_of_the_conversations():
    table = frame(
        ("1", "agent", "Ann", 0.2),
        ("1", "agent", "Ann", 0.4),
        ("2", "agent", "Ann", 0.9),
        ("2", "customer", None, None),
    )
    found = one(table)
    assert (found["conversations"], found["turns"]) == (2, 3)
    assert found["empathy_unshrunk"] == pytest.approx(0.6)
    assert found["empathy"] == pytest.approx(0.6)


def test_an_agent_with_one_good_conversation_is_not_the_best():
    usual = {name: [0.2, 0.8 + 0.01 * n] * 10 for n, name in enumerate("ABDEF")}
    table = talks({**usual, "C": [0.95]})
    found = {row["agent"]: row for row in summarize(table).rows(named=True)}
    one, usual = found["C"], found["F"]
    assert one["empathy_unshrunk"] > usual["empathy_unshrunk"] + 0.4
    assert one["empathy"] < usual["empathy"] + 0.1
    assert one["empathy_low"] < usual["empathy_low"]
    assert one["empathy_high"] > usual["empathy_high"]


def test_small_groups_are_hidden_but_still_count():
    table = talks({"Ann": [0.5, 0.6, 0.55], "Bo": [0.2, 0.3, 0.25], "Cy": [0.9]})
    every, shown = summarize(table), summarize(table, min_conversations=2)
    assert shown["agent"].to_list() == ["Ann", "Bo"]
    assert shown["empathy"].to_list() == pytest.approx(every["empathy"].to_list()[:2])


def test_messages_to_one_turn_of_the_customer_are_one_opportunity():
    table = frame(
        ("1", "customer", None, None),
        ("1", "agent", "Ann", 0.1),
        ("1", "agent", "Ann", 0.1),
        ("1", "customer", None, None),
        ("1", "agent", "Ann", 0.8),
        ("1", "customer", None, None),
        ("1", "agent", "Ann", 0.1),
        opportunity=[None, True, True, None, True, None, False],
        missed_opportunity=[None, True, True, None, False, None, False],
    )
    found = one(table)
    counted = (found["opportunities"], found["missed"], found["met_share"])
    assert counted == (2, 1, 0.5)


def test_what_is_not_observable_is_null():
    found = one(talks({"Ann": [0.5, 0.6]}))
    unseen = {name for name, value in found.items() if value is None}
    cues = {name for name in SUMMARY_COLUMNS if name.startswith("cue_")}
    assert unseen == cues | {
        "opportunities",
        "missed",
        "met_share",
        "interrupts_share",
        "interrupted_share",
        "response_seconds",
        "talk_share",
        "mood_start",
        "mood_end",
    }


def test_without_two_conversations_of_anyone_no_interval_can_be_given():
    found = summarize(talks({"Ann": [0.5], "Bo": [0.7]})).rows(named=True)
    assert [row["empathy"] for row in found] == [None, None]
    assert [row["empathy_unshrunk"] for row in found] == [0.5, 0.7]


def test_shares_are_of_the_scored_turns():
    table = frame(
        ("1", "customer", None, None),
        ("1", "agent", "Ann", 0.5),
        ("1", "agent", "Ann", 0.5),
        ("1", "agent", "Ann", 0.5),
        cue_apology=[5, 2, 0, 0],
        interrupts=[True, True, False, None],
        response_seconds=[99.0, 2.0, None, 4.0],
        start=[0.0, 1.0, 2.0, 3.0],
        end=[1.0, 2.0, 3.0, 4.0],
    )
    found = one(table)
    assert found["cue_apology_share"] == pytest.approx(1 / 3)
    assert found["interrupts_share"] == 0.5
    assert found["response_seconds"] == 3.0
    assert found["talk_share"] == 0.75


def test_talk_is_counted_in_words_where_times_are_missing():
    table = frame(
        ("1", "customer", None, None),
        ("1", "agent", "Ann", 0.5),
        ("2", "agent", "Ann", 0.5),
    ).with_columns(text=pl.Series(["one two three", "one", "one"]))
    assert one(table)["talk_share"] == 0.25  # no customer, no share: 2 is left out


@pytest.mark.parametrize("by", ["team", "channel", "week", "conversation"])
def test_turns_can_be_grouped_otherwise(by):
    table = frame(
        ("1", "agent", "Ann", 0.5),
        ("2", "agent", "Bo", 0.6),
        ("3", "agent", "Bo", 0.7),
        team=["x", "x", "y"],
        channel=["chat", None, "voice"],
        start=["2024-05-05 23:59", "2024-05-06 00:00", "2024-05-12 10:00"],
    )
    first, second = datetime.date(2024, 4, 29), datetime.date(2024, 5, 6)
    expected = {
        "team": {"x": 2, "y": 1},
        "channel": {"chat": 1, "voice": 1},
        "week": {first: 1, second: 2},
        "conversation": {"1": 1, "2": 1, "3": 1},
    }
    found = summarize(table, by)
    counted = dict(zip(found[by], found["conversations"], strict=True))
    assert counted == expected[by]


def test_a_conversation_is_measured_by_its_turns():
    table = frame(*(("1", "agent", "Ann", 0.1 * n) for n in range(5)))
    found = one(table, by="conversation")
    assert found["empathy"] == pytest.approx(0.2)
    assert 0 < found["empathy_low"] < 0.2 < found["empathy_high"] < 0.4


def test_the_same_kind_of_frame_comes_back(tmp_path):
    table = talks({"Ann": [0.5, 0.6], "Bo": [0.4, 0.5]}).with_columns(
        start=pl.lit("2024-05-01")
    )
    names = {by: [by, *SUMMARY_COLUMNS] for by in ("agent", "week")}
    for by, columns in names.items():
        assert summarize(table, by).columns == columns
        assert [*summarize(table.to_pandas(), by)] == columns
        assert summarize(table.to_arrow(), by).column_names == columns
    assert isinstance(summarize(table.to_pandas()), pd.DataFrame)
    assert isinstance(summarize(table.to_arrow()), pa.Table)
    table.write_parquet(tmp_path / "scored.parquet")
    rows = summarize(tmp_path / "scored.parquet", "week")
    assert rows[0]["week"] == "2024-04-29"
    assert rows[0]["empathy_unshrunk"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"by": "shift"}, "by: 'shift' is no grouping; allowed: conversation, agent"),
        (
            {"by": "team"},
            "no scored turn says which team it belongs to; name its column with team=",
        ),
        ({"by": "week"}, "name the column of dates with start="),
        ({"min_conversations": 0}, "from 1 on, got 0"),
        ({"confidence": 90}, "between 0 and 1, got 90"),
        ({"agent": "nobody"}, "there is no column 'nobody' for the agent"),
    ],
)
def test_what_cannot_be_summed_up_says_why(how, said):
    with pytest.raises(InputError, match=said):
        summarize(talks({"Ann": [0.5, 0.6]}), **how)


def test_many_conversations_are_summed_up_at_once():
    generator = np.random.default_rng(1)
    table = pl.DataFrame(
        {
            "conversation": np.arange(20_000) // 4,
            "role": ["customer", "agent"] * 10_000,
            "agent_name": np.arange(20_000) // 4 % 50,
            "text": ["a"] * 20_000,
            "score": generator.uniform(size=20_000),
        }
    ).with_columns(score=pl.when(role="agent").then("score"))
    found = summarize(table)
    assert found.height == 50
    assert found["turns"].sum() == 10_000
