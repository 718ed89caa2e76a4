"""The documents that fuzzing makes, and what it calls a finding."""

import json
import random
import signal
import sys
from pathlib import Path

import duckdb
import pytest

from empathy_score import InputError

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from fuzzing import containers, documents, reading

SEEDS = Path(__file__).parent / "seeds"


@pytest.fixture(scope="module")
def plain():
    return documents.makers()


@pytest.fixture(scope="module")
def made(plain):
    return {**plain, **containers.makers(plain)}


@pytest.fixture
def desk(tmp_path):
    with reading.desk(tmp_path / "desk") as place:
        yield place


def some(make, n_documents=20):
    draw = random.Random(7)
    return [make(draw) for _ in range(n_documents)]


def test_the_same_seed_makes_the_same_documents(made):
    for make in made.values():
        assert some(make, 5) == some(make, 5)


def test_samples_with_other_values_stay_json(plain):
    documents_ = some(plain["samples with other values"], 200)
    valid = [one for one in documents_ if is_json(one)]
    assert len(valid) > 180
    assert len(set(valid)) > 150


def is_json(data):
    try:
        json.loads(data.decode("utf-8", "surrogatepass"))
    except ValueError:
        return False
    return True


def test_places_of_values_are_those_in_the_text():
    sample = documents.written({"a": [1, {"b": "c"}], "d": {}})
    found = [sample.text[begin:end] for _, begin, end in sample.values]
    assert found == ["1", '"c"', '{"b": "c"}', '[1, {"b": "c"}]', "{}"]
    assert documents.keys_of([sample]) == ['"a": ', '"b": ', '"d": ']


def test_most_hostile_containers_open_far_enough_to_be_read(made, desk):
    for kind in ("ConvoKit folders", "Parquet files", "workbooks"):
        ending = {"Parquet files": ".parquet", "workbooks": ".xlsx"}.get(kind, "")
        n_read = 0
        for data in some(made[kind], 12):
            path = reading.put(desk, data, f"export{ending}")
            # What other tests of this process held before is no finding.
            most = float("inf")
            outcome = reading.read_one(desk, path, None, whole=True, most=most)
            assert outcome.wrong is None
            n_read += outcome.is_read
            reading.clear(desk.folder)
        assert n_read >= 3, kind


@pytest.fixture
def reader(monkeypatch):
    def behaves(read):
        monkeypatch.setattr(reading, "take_in", lambda *_, **__: read())

    return behaves


def raising(error):
    raise error


@pytest.mark.parametrize(
    ("error", "finding"),
    [(KeyError("a"), "KeyError: 'a'"), (InputError("a.json: is empty"), None)],
)
def test_only_errors_of_others_are_findings(desk, reader, error, finding):
    reader(lambda: raising(error))
    path = reading.put(desk, b"x", "export")
    outcome = reading.read_one(desk, path, None, whole=False, most=float("inf"))
    assert not outcome.is_read
    assert finding is None if outcome.wrong is None else finding in outcome.wrong


def test_a_document_is_too_slow_if_it_is_each_time(desk, reader, monkeypatch):
    tries = []
    monkeypatch.setattr(reading, "SECONDS", 0.05)

    def hang():
        tries.append(1)
        signal.pause()

    reader(hang)
    path = reading.put(desk, b"x", "export")
    outcome = reading.read_one(desk, path, None, whole=False)
    assert outcome.wrong.startswith("no answer after")
    assert len(tries) == reading.TRIES


def test_memory_beyond_the_limit_is_a_finding(desk):
    path = reading.put(desk, b"x", "export")
    outcome = reading.read_one(desk, path, None, whole=False, most=1.0)
    assert outcome.wrong.startswith("held ")


@pytest.mark.skipif(
    duckdb.__version__.startswith("1."), reason="DuckDB 1 reads this file"
)
def test_what_may_end_the_database_does_not_hide_the_documents_after_it(desk):
    path = reading.put(desk, (SEEDS / "parquet.cut-off-page.parquet").read_bytes(), "a")
    infinite = float("inf")
    outcome = reading.read_one(desk, path, None, whole=True, most=infinite)
    assert not outcome.is_read
    assert outcome.wrong is None
    path = reading.put(desk, b"text\nHello.\n", "b.csv")
    assert reading.read_one(desk, path, None, whole=True, most=infinite).is_read
