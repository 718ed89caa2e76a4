"""What random documents brought to light, and what limits stop."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_score import InputError, read_conversations
from empathy_score.columns import seconds_of
from empathy_score.readers.extras import gives_up
from empathy_score.readers.formats import formats

SEEDS = Path(__file__).parent / "seeds"
NAMES = [one.name for one in formats() if one.content != "folder"]
JSON_FORMATS = [one.name for one in formats() if one.content == "json"]


def outcome(file, name=None):
    """How many turns were read, or why none."""
    try:
        return read_conversations(file, format=name).n_turns
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("file", sorted(SEEDS.iterdir()), ids=lambda file: file.name)
def test_what_once_broke_a_reader_is_read_or_refused(file):
    name = file.name.partition(".")[0]
    for said in (outcome(file), outcome(file, name)):
        assert isinstance(said, int) or file.name in said or "no text column" in said


def test_a_row_with_a_number_of_thousands_of_digits_leaves_the_rows_beside_it():
    read = read_conversations(SEEDS / "convokit.long-number")
    assert read.n_turns == 1
    assert [one.line for one in read.rejects] == [2]


def test_a_nested_column_with_a_nameless_field_is_kept_as_json():
    table = read_conversations(SEEDS / "parquet.nameless-field.parquet").to_frame()
    assert [json.loads(cell) for cell in table["more"]] == [{"a": 2, "": 1}]


def test_a_duration_beyond_all_time_is_named_with_its_row():
    said = outcome(SEEDS / "excel.endless-duration.xlsx")
    assert "row 2: holds a date that is none" in said


@pytest.mark.parametrize("said", ["9" * 5_000 + ":00:01", "9" * 5_000 + "s"])
def test_a_time_of_thousands_of_digits_is_none(said):
    assert seconds_of("start", said) is None


def test_a_reader_in_rust_that_panics_refuses_the_file():
    said = outcome(SEEDS / "chat.two-lists-of-speakers.cha")
    assert "cannot be read as CHAT: its reader gave up" in said


def test_only_a_panic_of_a_reader_in_rust_is_taken_for_one():
    with pytest.raises(KeyboardInterrupt), gives_up():
        raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["csv", "genesys", "vtt", "excel"])
def test_a_folder_is_no_file_and_a_file_no_folder(name):
    corpus = SEEDS / "convokit.long-number"
    assert f"the format {name!r} is a file" in outcome(corpus, name)
    said = outcome(SEEDS / "zendesk.rating-list.json", "convokit")
    assert "is a file; the format 'convokit' is a folder" in said


@pytest.mark.parametrize("name", JSON_FORMATS)
@pytest.mark.parametrize(
    "document", ["[1]", "7\n", '"text"\n8', "null\n", "[[]]\n[{}]"]
)
def test_a_document_that_is_no_object_is_set_aside(tmp_path, name, document):
    file = tmp_path / "calls.jsonl"
    file.write_text(document)
    assert isinstance(outcome(file, name), str)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"text":'])
@pytest.mark.parametrize("ending", [".json", ".jsonl", ".txt"])
def test_deep_json_is_refused_and_not_followed(tmp_path, opening, ending):
    file = tmp_path / f"deep{ending}"
    file.write_text(opening * 100_000)
    assert isinstance(outcome(file), str)


def test_a_deep_row_leaves_the_rows_beside_it(tmp_path):
    file = tmp_path / "deep.jsonl"
    deep = '{"text": "Hi", "more": ' + "[" * 100_000 + "]" * 100_000 + "}"
    file.write_text('{"text": "Sorry!"}\n' + deep + '\n{"text": "Thanks."}\n')
    read = read_conversations(file)
    assert read.n_turns == 2
    assert [one.line for one in read.rejects] == [2]


def test_half_a_character_is_set_aside_with_its_turn():
    read = read_conversations(SEEDS / "contact-lens.half-a-character.json")
    assert read.n_turns == 1
    assert [one.reason for one in read.rejects] == [
        "holds half of a two-part character (a lone surrogate)"
    ]


def wide(n_columns):
    return ["text", *(f"c{number}" for number in range(n_columns - 1))]


def test_a_table_of_thousands_of_columns_is_refused_in_one_line(tmp_path):
    file = tmp_path / "wide.csv"
    file.write_text("\n".join(",".join(wide(9_000)) for _ in range(2)))
    assert "has 9,000 columns; at most 1,000" in outcome(file)
    assert len(outcome(tmp_path / "wide.csv")) < 300


def test_records_with_ever_new_fields_are_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr("empathy_score.readers.json_rows.MAX_COLUMNS", 20)
    file = tmp_path / "wide.jsonl"
    records = [{"text": "Hi", name: 1} for name in wide(31)[1:]]
    file.write_text("\n".join(map(json.dumps, records)))
    read = read_conversations(file)
    assert read.n_turns == 19
    assert {one.reason for one in read.rejects} == {
        "has fields beyond the 20 that a table may have"
    }


def test_files_that_are_too_wide_together_say_so(tmp_path):
    for number in range(2):
        names = ["text", *(f"c{number}-{one}" for one in range(1_200))]
        (tmp_path / f"{number}.csv").write_text(",".join(names) + "\n" + "Hi," * 600)
    with pytest.raises(InputError, match="has 1,201 columns; at most 1,000"):
        read_conversations(tmp_path)


def test_a_header_of_equal_names_is_numbered_at_once(tmp_path):
    file = tmp_path / "equal.csv"
    file.write_text("a," * 60_000 + "text\n")
    assert isinstance(outcome(file, "csv"), str)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "agent", "9999-99-99", "1e400", "PT1S"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "role", "start", "id", "body", "segments", ""])
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=30, deadline=None)
@given(document=VALUES, name=st.none() | st.sampled_from(NAMES))
def test_any_json_is_read_or_refused(document, name):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "any.json")
        file.write_text(json.dumps(document))
        said = outcome(file, name)
    assert isinstance(said, (int, str))


@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=200), name=st.none() | st.sampled_from(NAMES))
def test_any_bytes_are_read_or_refused(data, name):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "any.txt")
        file.write_bytes(data)
        said = outcome(file, name)
    assert isinstance(said, (int, str))
