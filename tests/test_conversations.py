"""Exports in Python: conversations one by one, or as one table."""

import gc

import pytest

from empathy_score import EmpathyScorer, read_conversations
from empathy_score.errors import InputError

CHATS = """ticket_id,sender_type,body
B,end-user,It came broken.
A,agent,Hello!
B,agent,I'm so sorry it came broken.
"""


@pytest.fixture
def chats(tmp_path):
    (tmp_path / "chats.csv").write_text(CHATS)
    return tmp_path / "chats.csv"


def test_conversations_come_one_by_one_as_often_as_asked(chats):
    read = read_conversations(chats)
    for _ in range(2):
        assert [[(turn.role, turn.text) for turn in chat] for chat in read] == [
            [
                ("customer", "It came broken."),
                ("agent", "I'm so sorry it came broken."),
            ],
            [("agent", "Hello!")],
        ]
    assert read.n_turns == 3
    assert read.rejects == ()
    assert sum(read.n_files.values()) == 1


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_table_of_all_turns_can_be_scored(chats, kind):
    frame = read_conversations(chats).to_frame(kind)
    scored = EmpathyScorer.load().score_frame(frame)
    assert type(scored) is type(frame)
    scores = scored["score"].to_pylist() if kind == "pyarrow" else list(scored["score"])
    known = [score is not None and score == score for score in scores]
    assert known == [False, True, True]


def test_the_caller_may_name_roles_columns_and_format(chats):
    read = read_conversations(
        [chats], roles={"end-user": "bot"}, columns={"text": "body"}, format="csv"
    )
    assert [turn.role for turn in next(iter(read))] == ["bot", "agent"]


def test_what_cannot_be_read_is_said(chats, tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        read_conversations(tmp_path / "gone.json")
    with pytest.raises(InputError, match="kind is 'dask'; allowed are 'pandas'"):
        read_conversations(chats).to_frame("dask")
    with pytest.raises(InputError, match="no role; allowed"):
        read_conversations(chats, roles={"a": "boss"})


def test_scratch_files_go_with_the_conversations(chats):
    read = read_conversations(chats)
    folder = read.export.folder
    assert folder.exists()
    del read
    gc.collect()
    assert not folder.exists()
