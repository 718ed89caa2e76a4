"""Every fixture of every format is recognised as its own and read whole."""

import json
import sys
import textwrap
from pathlib import Path

import pytest

from empathy_score.columns import role_of
from empathy_score.errors import InputError
from empathy_score.readers import formats as listed
from empathy_score.readers import open_export
from empathy_score.readers.formats import TABLES, Format, formats

# The package gives the function of the same name.
module = sys.modules[Format.__module__]
FIXTURES = Path(__file__).parent / "fixtures"
OWN = [one for one in formats() if one not in TABLES]
GOOD = sorted(
    path
    for folder in FIXTURES.iterdir()
    for path in folder.iterdir()
    if "broken" not in path.name
)
BROKEN = sorted(
    path
    for folder in FIXTURES.iterdir()
    for path in folder.iterdir()
    if "broken" in path.name
)


def name_of(path):
    return f"{path.parent.name}/{path.name}"


def test_every_format_has_a_good_fixture_and_a_broken_twin():
    names = {one.name for one in OWN}
    assert names <= {path.parent.name for path in GOOD}
    assert names <= {path.parent.name for path in BROKEN}


def test_names_are_unique_and_examples_are_commands():
    assert len({one.name for one in listed()}) == len(listed())
    for one in listed():
        assert one.example.startswith("empathy-score score ")
        assert "-o " in one.example


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_a_fixture_is_read_as_its_own_format_and_no_other(path, tmp_path):
    export = open_export([path], folder=tmp_path)
    try:
        found = export.connection.execute(
            "SELECT DISTINCT source_format FROM input"
        ).fetchall()
        assert found == [(path.parent.name,)]
        assert export.n_rows > 0
        for (role,) in export.connection.execute("SELECT role FROM input").fetchall():
            assert role_of(role) == role
    finally:
        export.connection.close()


@pytest.mark.parametrize("path", BROKEN, ids=name_of)
def test_a_broken_twin_costs_one_clear_line_and_the_rest_is_read(path, tmp_path):
    good = next(one for one in GOOD if one.parent == path.parent)
    export = open_export([path, good], folder=tmp_path)
    try:
        assert export.n_rows > 0
        assert export.rejects
        for one in export.rejects:
            assert one.reason
            assert "\n" not in one.reason
            assert one.file == str(path)
    finally:
        export.connection.close()


@pytest.mark.parametrize("path", BROKEN, ids=name_of)
def test_a_broken_twin_alone_is_read_in_part_or_said_to_be_unusable(path, tmp_path):
    said = ""
    try:
        export = open_export([path], folder=tmp_path)
    except InputError as error:
        said = str(error)
    if said:
        assert "\n" not in said
        assert path.name in said
        return
    export.connection.close()
    assert export.n_rows > 0
    assert export.rejects


ODD = [
    *(None, 3, "Transcript", [], {}, [[]], {"text": "Hi", "role": "agent"}),
    {"Transcript": None},
    {"Transcript": "x"},
    {"Transcript": [None]},
    {"Segments": [1]},
    {"results": []},
    {"results": {"transcripts": 1}},
    {"transcripts": [{}]},
    {"transcript": {"transcriptSegments": 1}},
    {"entries": [[]]},
    {"records": [{}]},
    {"sentences": {}},
]


@pytest.mark.parametrize("document", ODD, ids=json.dumps)
def test_a_document_that_only_looks_like_an_export_is_none(document):
    of_documents = [one for one in OWN if one.content == "json"]
    assert [one.name for one in of_documents if one.recognises(document)] == []


def documents_of(path):
    """Give a file's documents as recognition sees them: lines or elements apart."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()]
    known = json.loads(text)
    return known if isinstance(known, list) else [known]


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*.json*")), ids=name_of)
def test_no_other_format_takes_a_document(path):
    of_documents = [one for one in OWN if one.content == "json"]
    taken = {
        one.name
        for one in of_documents
        for document in documents_of(path)
        if one.recognises(document)
    }
    assert taken <= {path.parent.name}


def the_reader_of_the_guide():
    guide = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
    code = textwrap.dedent(
        guide.partition("   ```python\n")[2].partition("   ```\n")[0]
    )
    names = {}
    exec(code, names)
    return names["FORMAT"]


def test_another_package_adds_a_format_as_the_guide_shows(tmp_path, monkeypatch):
    class Point:
        def load(self):
            return the_reader_of_the_guide()

    monkeypatch.setattr(module, "entry_points", lambda **_: [Point()])
    formats.cache_clear()
    try:
        file = tmp_path / "acme.json"
        lines = [{"who": "AGENT", "said": "Hello"}, {"who": "END_USER", "said": ["x"]}]
        file.write_text(json.dumps({"acme_version": 1, "lines": lines}))
        export = open_export([file], folder=tmp_path)
        found = export.connection.execute("SELECT role, text, source_format FROM input")
        assert found.fetchall() == [("agent", "Hello", "acme")]
        assert [one.reason for one in export.rejects] == [
            "lines[1]: 'said' is a list, expected a text"
        ]
        export.connection.close()
        file.write_text('{"acme_version": 1}')
        with pytest.raises(InputError, match=r"acme\.json: has no 'lines'"):
            open_export([file], folder=tmp_path)
    finally:
        formats.cache_clear()


def test_an_entry_point_that_is_no_format_is_said(monkeypatch):
    class Point:
        def load(self):
            return "a string"

    monkeypatch.setattr(module, "entry_points", lambda **_: [Point()])
    formats.cache_clear()
    try:
        with pytest.raises(InputError, match="gives a str, not an empathy_score"):
            formats()
    finally:
        formats.cache_clear()
