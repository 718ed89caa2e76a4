import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from empathy_score import joined_scores, writers
from empathy_score.errors import InputError
from empathy_score.readers import Reject, open_export
from empathy_score.writers import add_scores, check_out, write_rejects, write_scored

CUES = (
    'STRUCT(label VARCHAR, subtype VARCHAR, "start" INTEGER, "end" INTEGER, '
    '"text" VARCHAR, pattern VARCHAR, negated BOOLEAN)[]'
)
SCHEMA = {
    "score": "DOUBLE",
    "level": "TINYINT",
    "interrupted": "BOOLEAN",
    "cues": CUES,
}
CUE = {
    "label": "apology",
    "subtype": None,
    "start": 0,
    "end": 9,
    "text": 'so "sorry"',
    "pattern": "apology-1",
    "negated": False,
}
SCORES = [
    {"__row": 2, "score": 1 / 3, "level": 2, "interrupted": None, "cues": [CUE]},
    {"__row": 0, "score": None, "level": None, "interrupted": True, "cues": []},
]


@pytest.fixture
def opened(tmp_path):
    exports = []

    def _open(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        folder = tmp_path / f"scratch-{len(exports)}"
        folder.mkdir()
        exports.append(open_export([path], folder=folder))
        return exports[-1]

    yield _open
    for export in exports:
        export.connection.close()


@pytest.fixture
def scored(opened):
    content = 'id,text,empty\n007,"so ""sorry""\nreally",\n2,b,\n3,é,\n'
    export = opened("in.csv", content)
    add_scores(export.folder, "b", SCORES[:1])
    add_scores(export.folder, "a", SCORES[1:])
    return export


def leftovers(folder):
    return [path.name for path in folder.iterdir() if path.name.endswith(".tmp")]


def test_csv_keeps_the_input_and_writes_cues_as_json(scored, tmp_path):
    out = tmp_path / "out.csv"
    assert write_scored(scored, out, SCHEMA) == 3
    with out.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == ["id", "text", "empty", *SCHEMA]
    assert [row["id"] for row in rows] == ["007", "2", "3"]
    assert rows[0]["text"] == 'so "sorry"\nreally'
    assert (rows[0]["score"], rows[0]["interrupted"], rows[0]["cues"]) == (
        "",
        "true",
        "[]",
    )
    assert {rows[1][name] for name in SCHEMA} == {""}
    assert float(rows[2]["score"]) == 1 / 3
    assert json.loads(rows[2]["cues"]) == [CUE]
    assert leftovers(tmp_path) == []


def test_json_lines_hold_nested_cues(scored, tmp_path):
    write_scored(scored, tmp_path / "out.jsonl", SCHEMA)
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert rows[2] == {
        "id": "3",
        "text": "é",
        "empty": None,
        "score": 1 / 3,
        "level": 2,
        "interrupted": None,
        "cues": [CUE],
    }
    assert rows[1]["cues"] is None


def test_parquet_holds_the_types_of_the_schema(scored, tmp_path):
    write_scored(scored, tmp_path / "out.parquet", SCHEMA)
    frame = pl.read_parquet(tmp_path / "out.parquet")
    assert frame["level"].dtype == pl.Int8
    assert frame["score"].to_list() == [None, None, 1 / 3]
    assert frame["cues"].to_list() == [[], None, [CUE]]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_scored_file_can_be_scored_again(scored, opened, tmp_path, ending):
    write_scored(scored, tmp_path / f"one.{ending}", SCHEMA)
    again = opened(f"one.{ending}", (tmp_path / f"one.{ending}").read_bytes())
    add_scores(again.folder, "x", [{**SCORES[0], "score": 0.25}])
    write_scored(again, tmp_path / "two.jsonl", SCHEMA)
    lines = (tmp_path / "two.jsonl").read_text("utf-8").splitlines()
    row = json.loads(lines[2])
    kept = [f"{name}_input" for name in SCHEMA]
    assert list(row) == ["id", "text", "empty", *kept, *SCHEMA]
    assert (float(row["score_input"]), row["score"]) == (1 / 3, 0.25)
    old = row["cues_input"]
    assert (json.loads(old) if ending == "csv" else old) == [CUE]


def test_a_taken_name_is_not_taken_twice(opened, tmp_path):
    export = opened("in.csv", "text,Score,score_input\na,b,c\n")
    write_scored(export, tmp_path / "out.csv", {"score": "DOUBLE"})
    header = (tmp_path / "out.csv").read_text().splitlines()[0]
    assert header == "text,Score_input_input,score_input,score"


def test_input_values_of_json_come_out_as_they_went_in(opened, tmp_path):
    row = {
        "text": "hi",
        "n": 1,
        "big": 12345678901234567890,
        "f": 0.1,
        "ok": False,
        "meta": {"b": [1, {"c": None}], "a": "x"},
        "day": "2024-01-01",
        'a "b"': None,
    }
    export = opened("in.jsonl", json.dumps(row) + '\n{"text": "x", "f": NaN}\n')
    write_scored(export, tmp_path / "out.jsonl", {"score": "DOUBLE"})
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[0]) == {**row, "score": None}
    assert json.loads(lines[1])["f"] is None
    write_scored(export, tmp_path / "out.csv", {"score": "DOUBLE"})
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as handle:
        cells = next(csv.DictReader(handle))
    assert json.loads(cells["meta"]) == row["meta"]
    assert cells["big"] == "12345678901234567890"


def test_numbers_of_numpy_are_written_in_full(opened, tmp_path):
    export = opened("in.csv", "text\na\n")
    third = np.float64(1) / 3
    row = {"__row": np.int64(0), "score": third, "level": np.int8(1)}
    add_scores(export.folder, "p", [row])
    write_scored(export, tmp_path / "o.jsonl", {"score": "DOUBLE", "level": "TINYINT"})
    assert json.loads((tmp_path / "o.jsonl").read_text())["score"] == 1 / 3


def test_nan_is_no_score_and_leaves_no_part(opened):
    export = opened("in.csv", "text\na\n")
    with pytest.raises(ValueError, match="not JSON compliant"):
        add_scores(export.folder, "p", [{"__row": 0, "score": math.nan}])
    with pytest.raises(TypeError, match="Path cannot be a score"):
        add_scores(export.folder, "p", [{"__row": 0, "score": Path()}])
    assert list((export.folder / "parts").iterdir()) == []


def test_rows_stay_in_order_over_many_windows(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(joined_scores, "_WINDOW", 7)
    export = opened("in.csv", "id,text\n" + "".join(f"{n},t\n" for n in range(100)))
    backwards = range(99, -1, -3)
    add_scores(export.folder, "p", ({"__row": n, "score": n / 3} for n in backwards))
    write_scored(export, tmp_path / "o.jsonl", {"score": "DOUBLE"})
    lines = (tmp_path / "o.jsonl").read_text().splitlines()
    rows = [(int(row["id"]), row["score"]) for row in map(json.loads, lines)]
    assert rows == [(n, None if n % 3 else n / 3) for n in range(100)]


def test_two_scores_for_one_row_are_refused(scored, tmp_path):
    add_scores(scored.folder, "c", SCORES[:1])
    out = tmp_path / "out.csv"
    with pytest.raises(InputError) as caught:
        write_scored(scored, out, SCHEMA)
    assert str(caught.value) == (
        f"{out}: not written, because rows have more than one score in "
        f"{scored.folder / 'parts'}"
    )
    assert not out.exists()
    assert leftovers(tmp_path) == []


def test_a_failure_keeps_the_old_file_and_removes_the_new(scored, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("old")
    with pytest.raises(InputError, match=r"out\.csv: could not be written"):
        write_scored(scored, out, {"level": "NO_SUCH_TYPE"})
    assert out.read_text() == "old"
    assert leftovers(tmp_path) == []


def test_an_interrupt_removes_the_unfinished_file(scored, tmp_path, monkeypatch):
    def interrupted(_from, _to):
        assert leftovers(tmp_path) != []
        raise KeyboardInterrupt

    monkeypatch.setattr(writers.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_scored(scored, tmp_path / "out.csv", SCHEMA)
    assert leftovers(tmp_path) == []


def test_ctrl_c_during_the_query_is_a_keyboard_interrupt(scored, tmp_path, monkeypatch):
    class Stopped:
        def execute(self, _query):
            raise RuntimeError("Query interrupted")

    kinds = dict.fromkeys(scored.names, "VARCHAR")
    monkeypatch.setattr(joined_scores, "column_types", lambda *_: kinds)
    stopped = replace(scored, connection=Stopped())
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        write_scored(stopped, tmp_path / "out.jsonl", SCHEMA)
    assert leftovers(tmp_path) == []


def test_out_is_checked_before_anything_is_done(tmp_path, monkeypatch):
    given = tmp_path / "in.csv"
    given.write_text("text\n")
    link = tmp_path / "link.csv"
    link.symlink_to(given)
    check_out(tmp_path / "out.csv", [given])
    with pytest.raises(InputError, match=r"unknown ending '\.txt'; allowed: \.csv, "):
        check_out(tmp_path / "out.txt", [given])
    with pytest.raises(InputError, match=r"in\.csv: is an input too"):
        check_out(given, [given])
    with pytest.raises(InputError, match=r"link\.csv: is an input too"):
        check_out(link, [str(given)])
    with pytest.raises(InputError, match="no such folder; create it first"):
        check_out(tmp_path / "gone" / "out.csv", [given])
    with pytest.raises(InputError, match="is a folder; name a file in it"):
        check_out(tmp_path, [given])
    with pytest.raises(InputError, match=r"file for set-aside rows of out\.csv"):
        check_out(tmp_path / "out.csv", [tmp_path / "out.rejects.jsonl"])
    monkeypatch.setattr(writers.os, "access", lambda *_: False)
    with pytest.raises(InputError, match="cannot be written to; name another folder"):
        check_out(tmp_path / "out.csv", [given])


def test_rejects_are_written_beside_out_and_stale_ones_removed(tmp_path):
    one = Reject(file="a.csv", line=3, reason="empty text", raw='7,"é"')
    path = write_rejects(tmp_path / "out.parquet", [one])
    assert path == tmp_path / "out.rejects.jsonl"
    assert json.loads(path.read_text("utf-8")) == {
        "file": "a.csv",
        "line": 3,
        "reason": "empty text",
        "raw": '7,"é"',
    }
    assert write_rejects(tmp_path / "out.parquet", []) is None
    assert not path.exists()
    assert leftovers(tmp_path) == []


def test_parts_are_no_pattern_for_duckdb(opened, tmp_path):
    export = opened("in.csv", "text\na\n")
    add_scores(export.folder, "calls[1]*", [{"__row": 0, "score": 0.5}])
    write_scored(export, tmp_path / "o.csv", {"score": "DOUBLE"})
    assert (tmp_path / "o.csv").read_text() == "text,score\na,0.5\n"
    assert isinstance(export.connection, duckdb.DuckDBPyConnection)
