"""Batches are cut anew between conversations; a model travels as its files."""

import json
import pickle
import shutil

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from empathy_score.lexicon import own_rows_of
from empathy_score.model import find_model
from empathy_score.spark_worker import (
    load_scorer,
    read_model_files,
    whole_conversations,
)

RUNS = st.lists(st.integers(1, 7), max_size=8)
SIZES = st.lists(st.integers(0, 5), min_size=1, max_size=8)


def batches_of(keys, sizes):
    """Cut rows into batches of these sizes, and the rest into one."""
    table = pa.table({"key": pa.array(keys, pa.int64()), "row": range(len(keys))})
    place = 0
    for size in [*sizes, len(keys)]:
        yield from table.slice(place, size).combine_chunks().to_batches() or [
            pa.RecordBatch.from_pylist([], table.schema)
        ]
        place += size


@given(RUNS, SIZES, st.integers(0, 4), st.integers(1, 9))
def test_no_conversation_is_cut_and_no_row_lost(runs, sizes, alone, rows):
    keys = [None] * alone + [n for n, length in enumerate(runs) for _ in range(length)]
    pieces = list(whole_conversations(batches_of(keys, sizes), "key", rows))
    assert [row for piece in pieces for row in piece["row"].to_pylist()] == [
        *range(len(keys))
    ]
    found = [set(piece["key"].to_pylist()) - {None} for piece in pieces]
    assert sum(map(len, found)) == len(set().union(*found))


@given(RUNS, SIZES, st.integers(0, 4), st.integers(1, 9))
def test_no_more_is_held_than_a_piece_and_a_conversation(runs, sizes, alone, rows):
    keys = [None] * alone + [n for n, length in enumerate(runs) for _ in range(length)]
    for piece in whole_conversations(batches_of(keys, sizes), "key", rows):
        assert piece.num_rows < rows + max([*runs, 1])


def test_a_conversation_longer_than_many_batches_comes_whole():
    pieces = whole_conversations(batches_of([1, *[2] * 50, 3], [3] * 20), "key")
    assert [piece.num_rows for piece in pieces] == [1, 50, 1]


def test_a_model_sent_by_its_files_scores_without_its_folder(tmp_path):
    folder = shutil.copytree(find_model(), tmp_path / "mine")
    sent = pickle.dumps(read_model_files(folder))
    shutil.rmtree(folder)
    assert load_scorer(pickle.loads(sent)).model.name == "mine"


def test_the_same_files_are_loaded_once():
    first, again = (pickle.loads(pickle.dumps(read_model_files(None))) for _ in "12")
    assert load_scorer(first) is load_scorer(again)


def test_own_cues_go_to_the_workers_with_the_model(tmp_path):
    mine = tmp_path / "mine.jsonl"
    row = {"id": "reassurance.back", "phrases": ["we've got your back"]}
    mine.write_text(json.dumps({**row, "examples": ["We've got your back."]}))
    rows = own_rows_of(mine)
    sent = pickle.dumps((read_model_files(None, rows), rows))
    mine.unlink()
    files, rows = pickle.loads(sent)
    found = load_scorer(files, rows).score("We've got your back.")
    assert [cue.pattern for cue in found.cues] == ["reassurance.back"]
    assert load_scorer(files).score("We've got your back.").cues == ()
