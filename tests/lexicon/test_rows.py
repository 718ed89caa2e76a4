"""The rows of the lexicon are its tests; its reader says where a row is wrong."""

import json

import pytest

from empathy_score.errors import LexiconError
from empathy_score.lexicon import (
    CUE_LABELS,
    compile_lexicon,
    find_hits,
    load_lexicon,
    read_lexicon,
)

LEXICON = load_lexicon()
MATCHER = compile_lexicon(LEXICON)
ROWS = (*LEXICON.cues, *LEXICON.signals)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row_finds_its_examples(row):
    assert row.examples
    for example in row.examples:
        found = {
            (hit.pattern.label, hit.pattern.subtype)
            for hit in find_hits(example, MATCHER)
        }
        assert (row.label, row.subtype) in found, example


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row_leaves_its_counter_examples_alone(row):
    for text in row.counter_examples:
        found = [
            text[hit.start : hit.end]
            for hit in find_hits(text, MATCHER)
            if hit.pattern.id == row.id and not hit.negated
        ]
        assert not found, text


@pytest.mark.parametrize("scope", LEXICON.scopes, ids=lambda scope: scope.id)
def test_scope_denies_or_hides_in_its_examples_only(scope):
    def free(text):
        hits = find_hits(text, MATCHER)
        return [
            hit for hit in hits if hit.pattern.label in scope.labels and not hit.negated
        ]

    for example in scope.examples:
        assert not free(example), example
    for example in scope.counter_examples:
        assert free(example), example


def test_every_cue_has_rows():
    labels = {row.label for row in LEXICON.cues}
    assert labels == set(CUE_LABELS)


def test_every_row_has_an_example_and_a_counter_example():
    bare = [row.id for row in ROWS if not (row.examples and row.counter_examples)]
    assert not bare


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cues").mkdir()
    (tmp_path / "signals").mkdir()
    (tmp_path / "scopes.jsonl").touch()
    (tmp_path / "fragments.jsonl").write_text('{"name": "hi", "pattern": "hi|hello"}\n')
    return tmp_path


def write_row(folder, label="greeting", **row):
    row = {"id": f"{label}.one", "pattern": "{hi}", "examples": ["hi"], **row}
    (folder / "cues" / f"{label}.jsonl").write_text(json.dumps(row) + "\n")


def test_a_good_row_is_read_with_its_fragment_filled_in(folder):
    write_row(folder)
    assert "hi|hello" in read_lexicon(folder).cues[0].expression


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"exmples": []},
            r"greeting.jsonl:1: unknown key 'exmples'; did you mean 'exam",
        ),
        (
            {"id": "apology.one"},
            r"greeting.jsonl:1: id 'apology.one' must have the form",
        ),
        ({"pattern": "(hi"}, r"greeting.jsonl:1: .* is no regular expression"),
        ({"pattern": "{hey}"}, r"greeting.jsonl:1: unknown fragment 'hey'"),
        ({"label": "apology", "id": "apology.nice.one"}, r"unknown subtype 'nice'"),
        ({"label": "greting"}, r"unknown cue 'greting'; did you mean 'greeting'"),
    ],
)
def test_a_wrong_row_is_named_with_file_line_and_remedy(folder, row, message):
    write_row(folder, **row)
    with pytest.raises(LexiconError, match=message):
        read_lexicon(folder)


def test_a_line_that_is_no_json_is_named(folder):
    (folder / "cues" / "greeting.jsonl").write_text("\n{not json\n")
    with pytest.raises(LexiconError, match=r"greeting.jsonl:2: not a JSON object"):
        read_lexicon(folder)


def test_an_id_cannot_be_used_twice(folder):
    write_row(folder)
    file = folder / "cues" / "greeting.jsonl"
    file.write_text(file.read_text() * 2)
    with pytest.raises(LexiconError, match=r"id 'greeting.one' is taken by greeting"):
        read_lexicon(folder)


def test_a_row_that_can_match_without_any_certain_word_is_named(folder):
    write_row(folder, pattern="hi|[a-z]+")
    with pytest.raises(LexiconError, match=r"greeting.jsonl:1: .* any certain word"):
        compile_lexicon(read_lexicon(folder))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"effect": "hidden"}, "unknown effect 'hidden'"),
        ({"side": "around"}, "unknown side 'around'"),
        ({"labels": ["sorrow"]}, "unknown label 'sorrow'"),
        ({"pattern": None}, "missing key 'pattern'"),
    ],
)
def test_a_scope_that_is_not_valid_is_named_with_file_and_line(folder, change, message):
    row = {
        "id": "negation.not",
        "effect": "negated",
        "side": "before",
        "labels": ["apology"],
        "pattern": "not",
        "examples": ["I am not sorry"],
    }
    given = {key: value for key, value in {**row, **change}.items() if value}
    (folder / "scopes.jsonl").write_text("\n" + json.dumps(given) + "\n")
    with pytest.raises(LexiconError, match=message) as said:
        read_lexicon(folder)
    assert "scopes.jsonl:2: " in str(said.value)


def test_what_is_no_row_file_is_left_alone(folder):
    (folder / "cues" / "notes.txt").write_text("to do")
    assert read_lexicon(folder).cues == ()
