"""Any scored table becomes the same table of turns."""

import json
from datetime import datetime, timezone

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from empathy_score.errors import InputError
from empathy_score.score_columns import SCORE_COLUMNS
from empathy_score.scored_turns import TURN_COLUMNS, open_scored

SORRY = {
    "label": "apology",
    "subtype": "specific",
    "start": 0,
    "end": 5,
    "text": "Sorry",
    "pattern": "apology.specific.sorry",
    "negated": False,
}


def rows(*turns):
    """Scored turns: (conversation, role, text, score, further columns)."""
    return [
        {
            "ticket": conversation,
            "sender": role,
            "body": text,
            **dict.fromkeys(SCORE_COLUMNS),
            "score": score,
            "cues": [SORRY] if text.startswith("Sorry") else [],
            **more,
        }
        for conversation, role, text, score, more in turns
    ]


TALK = rows(
    ("7", "visitor", "It broke, again!", None, {"rating": None}),
    ("7", "agent", "Sorry about the lamp.", 0.875, {"rating": 4}),
    ("8", "agent", "Order number?", 0.125, {"rating": 2}),
)
SCHEMA = pa.schema(
    [
        ("ticket", pa.string()),
        ("sender", pa.string()),
        ("body", pa.string()),
        *(
            (
                name,
                {
                    "DOUBLE": pa.float64(),
                    "BIGINT": pa.int64(),
                    "BOOLEAN": pa.bool_(),
                }.get(kind)
                or pa.list_(
                    pa.struct(
                        [
                            ("label", pa.string()),
                            ("subtype", pa.string()),
                            ("start", pa.int64()),
                            ("end", pa.int64()),
                            ("text", pa.string()),
                            ("pattern", pa.string()),
                            ("negated", pa.bool_()),
                        ]
                    )
                ),
            )
            for name, kind in SCORE_COLUMNS.items()
        ),
        ("rating", pa.int64()),
    ]
)


def written(folder, kind):
    """TALK as each kind of table that scoring gives."""
    arrow = pa.Table.from_pylist(TALK, SCHEMA)
    path = folder / f"scored.{kind}"
    if kind == "csv":
        plain = [{**row, "cues": json.dumps(row["cues"])} for row in TALK]
        pd.DataFrame(plain).to_csv(path, index=False)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in TALK))
    elif kind == "parquet":
        pq.write_table(arrow, path)
    elif kind == "pandas":
        return pd.DataFrame(TALK)
    else:
        return pl.DataFrame(arrow) if kind == "polars" else arrow
    return path


def turns_of(table, what, **columns):
    with open_scored(table, **columns) as turns:
        query = f"SELECT {what} FROM turns ORDER BY row"
        return turns.connection.execute(query).fetchall()


@pytest.mark.parametrize(
    "kind", ["csv", "jsonl", "parquet", "pandas", "polars", "pyarrow"]
)
def test_files_and_frames_give_the_same_turns(kind, tmp_path):
    what = "row, conversation, position, role, words, score, outcome, cues"
    assert turns_of(written(tmp_path, kind), what, outcome="rating") == [
        (0, "7", 1, "customer", 3, None, None, []),
        (1, "7", 2, "agent", 4, 0.875, 4.0, [SORRY]),
        (2, "8", 1, "agent", 2, 0.125, 2.0, []),
    ]


def test_the_table_has_all_columns_with_their_types(tmp_path):
    with open_scored(written(tmp_path, "csv"), with_text=False) as turns:
        found = turns.connection.execute("DESCRIBE turns").fetchall()
        texts = turns.connection.execute("SELECT text, cues, words FROM turns")
        assert texts.fetchone() == (None, None, 3)
    kinds = {name: kind for name, kind, *_ in found}
    assert list(kinds) == list(TURN_COLUMNS)
    assert all(kinds[name] == TURN_COLUMNS[name] for name in kinds if name != "cues")


def test_a_frame_that_scoring_made_opens():
    from empathy_score import EmpathyScorer

    told = pl.DataFrame(
        {
            "role": ["customer", "agent"],
            "text": ["My lamp broke again!", "I am so sorry that it broke again."],
        }
    )
    scored = EmpathyScorer.load().score_frame(told)
    found = turns_of(scored, "conversation, position, opportunity, cue_apology")
    assert found == [("", 1, None, 0), ("", 2, True, 1)]


def test_turns_stand_in_the_order_in_which_scoring_reads_them():
    told = rows(
        ("1", "agent", "third", 0.5, {"turn": 3, "start": "2024-05-01 10:00:09"}),
        ("1", "agent", "first", 0.5, {"turn": 1, "start": "2024-05-01T10:00:00Z"}),
        ("1", "agent", "second", 0.5, {"turn": 2, "start": "2024-05-01 10:00:00"}),
        ("2", "agent", "later", 0.5, {"turn": "b", "start": None}),
        ("2", "agent", "last", 0.5, {"turn": "a", "start": None}),
    )
    found = turns_of(pd.DataFrame(told), "position, turn, CAST(week AS VARCHAR)")
    assert found == [
        (3, "3", "2024-04-29"),
        (1, "1", "2024-04-29"),
        (2, "2", "2024-04-29"),
        (1, "b", None),
        (2, "a", None),
    ]


def test_times_of_a_recording_are_in_no_week():
    told = rows(("1", "agent", "hello", 0.5, {"start": 12.5, "end": "0:15"}))
    assert turns_of(pd.DataFrame(told), 'start, "end", week') == [(12.5, 15.0, None)]


def test_the_agent_stands_at_the_agents_turns_only():
    told = rows(
        ("1", "customer", "hi", None, {"agent_name": "Ann", "team": "billing"}),
        ("1", "agent", "hello", 0.5, {"agent_name": "Ann", "team": "billing"}),
        ("1", "agent", "bye", 0.5, {"agent_name": None, "team": " "}),
        ("2", "agent", "hello", 0.5, {"agent_name": "Ann", "team": None}),
        ("2", "agent", "hello", 0.5, {"agent_name": "Bo", "team": None}),
        ("2", "agent", "bye", 0.5, {"agent_name": None, "team": None}),
    )
    assert turns_of(pl.DataFrame(told), "agent, team") == [
        (None, None),
        ("Ann", "billing"),
        ("Ann", "billing"),
        ("Ann", None),
        ("Bo", None),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("label", "agent"),
    [("Ann Lee", "Ann Lee"), ("spk_0", None), ("agent", None), ("SPEAKER 01", None)],
)
def test_a_speakers_label_is_the_agent_where_it_is_a_name(label, agent):
    told = rows(("1", "agent", "hello", 0.5, {"speaker_name": label}))
    assert turns_of(pd.DataFrame(told), "agent") == [(agent,)]


def test_without_roles_every_row_is_the_agents_and_a_conversation():
    told = pd.DataFrame({"text": ["a b", " ", "c"], "score": [0.5, None, 0.25]})
    found = turns_of(told, "row, conversation, role, score")
    assert found == [(0, "row-0", "unknown", 0.5), (2, "row-2", "unknown", 0.25)]


def test_the_callers_columns_and_roles_win():
    told = rows(("1", "P1", "hello", 0.5, {"desk": "north", "team": "south"}))
    found = turns_of(pd.DataFrame(told), "role, team", team="desk", roles={"p1": "bot"})
    assert found == [("bot", "north")]


def test_files_are_joined_by_the_names_of_their_columns(tmp_path):
    one, two = tmp_path / "a.csv", tmp_path / "b[1].csv"
    one.write_text("text;score;channel\nhello;0.5;chat\n")
    two.write_text('score,text\n0.25,"a ""b"",\nc"\n')
    assert turns_of([one, two], "text, score, channel") == [
        ("hello", 0.5, "chat"),
        ('a "b",\nc', 0.25, None),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text\nhello\n", "no column 'score'; score the table first"),
        ("text,score\nhello,\n", "no turn has a score"),
        ("text,score\nhello,71\n", "goes from 71 to 71"),
        ("text,score\nhello,high\n", "cannot be read as a scored table"),
        ("body,score,csat\nhello,0.5,good\n", "holds no numbers"),
        ("body,score\nhello,0.5\n", "no column 'csat' for the outcome"),
    ],
)
def test_a_table_that_was_not_scored_says_what_to_do(content, said, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(content)
    outcome = "csat" if "body" in content else None
    with pytest.raises(InputError, match=said), open_scored(path, outcome=outcome):
        pass


@pytest.mark.parametrize("table", ["no-such.csv", [], {"text": []}])
def test_what_is_no_table_is_named(table):
    with pytest.raises(InputError), open_scored(table):
        pass


def test_an_outcome_may_be_true_or_false():
    told = rows(
        ("1", "agent", "a", 0.5, {"solved": True}),
        ("2", "agent", "b", 0.5, {"solved": "no"}),
    )
    found = turns_of(pd.DataFrame(told), "outcome", outcome="solved")
    assert found == [(1.0,), (0.0,)]


def test_an_ending_that_scoring_does_not_write_is_named(tmp_path):
    file = tmp_path / "scored.xlsx"
    file.write_text("score\n")
    with pytest.raises(InputError, match=r"scored\.xlsx: unknown ending '\.xlsx'"):
        turns_of(file, "row")


def test_numbers_of_a_frame_name_conversations_without_a_fraction():
    frame = pd.DataFrame(TALK).assign(ticket=[7.0, 7.0, 8.0])
    assert turns_of(frame, "conversation") == [("7",), ("7",), ("8",)]


def test_cells_that_hold_arrays_are_the_cues():
    frame = pd.DataFrame(TALK)
    frame["cues"] = [np.array(cues, dtype=object) for cues in frame["cues"]]
    assert turns_of(frame, "cues") == [([],), ([SORRY],), ([],)]


def test_timestamps_of_a_frame_are_the_times():
    began = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
    frame = pl.DataFrame(TALK, infer_schema_length=None).with_columns(
        start=pl.Series([began, began, began])
    )
    assert turns_of(frame, "start")[0] == (began.timestamp(),)


def test_the_role_that_scoring_decided_is_the_role():
    frame = pl.DataFrame(TALK, infer_schema_length=None).drop("sender")
    frame = frame.with_columns(role_auto=pl.Series(["customer", "agent", "agent"]))
    assert turns_of(frame, "role") == [("customer",), ("agent",), ("agent",)]
