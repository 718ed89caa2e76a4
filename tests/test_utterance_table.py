"""The utterance table: turns as columns, and still a sequence of utterances."""

import pickle

import pytest

from empathy_score.records import Utterance
from empathy_score.utterance_table import UtteranceTable

TURNS = [
    Utterance(row=4, conversation="a", role="customer", text="It broke!", start=1.5),
    Utterance(row=0, conversation="a", role="agent", text="Oh no.", start=2.0, end=3.0),
    Utterance(row=2, conversation="b", role="unknown", text="Hello?"),
]


def test_it_gives_back_the_utterances_it_was_made_of():
    table = UtteranceTable.of(TURNS)
    assert list(table) == TURNS
    assert [table[place] for place in range(len(table))] == TURNS
    assert table[-1] == TURNS[2]


def test_the_columns_are_the_fields_in_order():
    table = UtteranceTable.of(TURNS)
    assert table.row == [4, 0, 2]
    assert table.conversation == ["a", "a", "b"]
    assert table.role == ["customer", "agent", "unknown"]
    assert table.text == ["It broke!", "Oh no.", "Hello?"]
    assert table.start == [1.5, 2.0, None]
    assert table.end == [None, 3.0, None]


def test_a_table_is_not_taken_apart_again():
    table = UtteranceTable.of(TURNS)
    assert UtteranceTable.of(table) is table


def test_a_slice_is_a_table_of_the_same_turns():
    part = UtteranceTable.of(TURNS)[1:]
    assert isinstance(part, UtteranceTable)
    assert list(part) == TURNS[1:]


def test_turns_can_be_taken_in_another_order():
    assert list(UtteranceTable.of(TURNS).at([2, 0])) == [TURNS[2], TURNS[0]]


def test_a_place_behind_the_last_turn_is_an_error():
    with pytest.raises(IndexError):
        UtteranceTable.of(TURNS)[3]


def test_it_travels_to_another_process_whole():
    table = UtteranceTable.of(TURNS)
    assert pickle.loads(pickle.dumps(table)) == table


def test_no_turns_are_an_empty_table():
    table = UtteranceTable.of([])
    assert len(table) == 0
    assert list(table) == []


def test_columns_of_different_lengths_are_noticed():
    table = UtteranceTable(
        row=[0, 1], conversation=["a"], role=["agent"], text=["x"], start=[1], end=[2]
    )
    with pytest.raises(ValueError, match="shorter"):
        list(table)
