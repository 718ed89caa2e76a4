"""A file's format is told by what it holds, not by what it is called."""

import json
import tempfile
from pathlib import Path

import pytest

from empathy_score.errors import InputError
from empathy_score.readers import open_export

SENTENCES = {
    "sentences": [
        {"media_channel": 1, "transcript": "hello", "start_time": "0.25"},
        {"media_channel": 2, "transcript": "hi", "start_time": "1.5"},
    ]
}


@pytest.fixture
def opened(tmp_path):
    exports = []

    def open_(files, **options):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        for name, content in files.items():
            (tmp_path / name).write_bytes(
                content if isinstance(content, bytes) else content.encode()
            )
        paths = [tmp_path / name for name in files]
        exports.append(open_export(paths, folder=folder, **options))
        return exports[-1]

    yield open_
    for export in exports:
        export.connection.close()


def rows(export, *names):
    listed = ", ".join(f'"{name}"' for name in names)
    return export.connection.execute(
        f"SELECT {listed} FROM input ORDER BY __row"
    ).fetchall()


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a", "a.dat"])
def test_a_table_needs_no_ending(opened, name):
    assert rows(opened({name: "role;body\nagent;Sorry!\n"}), "body") == [("Sorry!",)]


@pytest.mark.parametrize("name", ["a.json", "a.txt", "a", "a.jsonl"])
def test_json_lines_need_no_ending(opened, name):
    assert rows(opened({name: '{"text": "Sorry!"}\n'}), "text") == [("Sorry!",)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["call.json", "call.txt", "call"])
def test_an_export_of_a_vendor_is_recognised_however_it_is_printed(
    opened, name, indent
):
    export = opened({name: json.dumps(SENTENCES, indent=indent)})
    assert rows(export, "text", "speaker", "start", "source_format") == [
        ("hello", "1", 0.25, "twilio"),
        ("hi", "2", 1.5, "twilio"),
    ]
    (conversation,) = {row[0] for row in rows(export, "conversation_id")}
    assert conversation.endswith(name)
    assert export.n_files == {"Twilio Conversational Intelligence sentences": 1}


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.xlsx", "a"])
def test_an_empty_file_is_said_to_be_empty(opened, name):
    with pytest.raises(InputError, match=f"/{name}: is empty; export it again"):
        opened({name: b""})


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a.parquet", "cannot be read as Parquet"), ("a.xlsx", "workbook")],
)
def test_words_in_a_file_that_is_called_a_table_are_no_messages(opened, name, reason):
    with pytest.raises(InputError, match=f"/{name}: (?!None).*{reason}"):
        opened({name: "text\nSorry!\n"})


def test_empty_lines_between_documents_are_passed_over(opened):
    line = json.dumps(SENTENCES)
    export = opened({"a.jsonl": f"{line}\n\n  \n{line}\n"})
    assert rows(export, "__line", "text") == [
        *((1, "hello"), (1, "hi"), (4, "hello"), (4, "hi"))
    ]
    assert export.rejects == ()


def test_many_documents_may_stand_in_one_file(opened):
    lines = "\n".join(json.dumps(SENTENCES) for _ in range(3))
    array = json.dumps([SENTENCES] * 2, indent=1)
    export = opened({"a.jsonl": lines, "b.json": array})
    assert export.n_rows == 10
    found = {row[0].rpartition("/")[2] for row in rows(export, "conversation_id")}
    assert {"a.jsonl#1", "a.jsonl#3", "b.json#2"} <= found


def test_tables_and_exports_of_conversations_go_together(opened):
    export = opened(
        {
            "a.json": json.dumps(SENTENCES),
            "b.csv": "text,note\nSorry!,x\n",
            "c.json": json.dumps(SENTENCES),
        }
    )
    assert [row[0] for row in rows(export, "text")] == [
        *("hello", "hi", "Sorry!", "hello", "hi")
    ]
    assert {row[0].rpartition("/")[2] for row in rows(export, "__file")} == {
        *("a.json", "b.csv", "c.json")
    }


def test_a_broken_file_is_set_aside_and_the_others_read(opened):
    text = json.dumps(SENTENCES, indent=1)
    export = opened({"a.json": text[:-20], "b.json": text, "c.bin": b"\0\1\2"})
    assert export.n_rows == 2
    reasons = [(one.file.rpartition("/")[2], one.reason) for one in export.rejects]
    assert reasons[0][0] == "a.json"
    assert reasons[0][1].startswith("is not valid JSON: Unterminated string")
    assert export.rejects[0].line == 11
    assert reasons[1][0] == "c.bin"


def test_a_broken_array_keeps_what_came_before(opened):
    export = opened({"a.json": '[{"text": "kept"},\n{"text": ]'})
    assert rows(export, "text") == [("kept",)]
    assert export.rejects[0].line == 2
    assert export.rejects[0].file.endswith("/a.json")
    assert "array is broken" in export.rejects[0].reason


def test_the_caller_may_name_the_format(opened):
    odd = {"sentences": [{"transcript": "hello", "start_time": "0"}]}
    with pytest.raises(InputError, match="is one JSON document in no known format"):
        opened({"a.json": json.dumps(odd, indent=1)})
    assert opened({"a.json": json.dumps(odd)}, format="twilio").n_rows == 1


def test_the_callers_roles_name_speakers_and_unnamed_ones_are_known(opened):
    files = {"a.json": json.dumps(SENTENCES)}
    export = opened(files)
    assert export.unnamed[0].speakers == (("1", "hello"), ("2", "hi"))
    assert not export.has_roles
    export = opened(files, roles={"1": "agent", "2": "customer"})
    assert rows(export, "role") == [("agent",), ("customer",)]
    assert export.unnamed == ()
    assert export.has_roles


def test_a_damaged_piece_costs_only_itself(opened):
    broken = {"sentences": [*SENTENCES["sentences"], {"media_channel": 1}, 7]}
    broken["sentences"][0]["start_time"] = "soon"
    export = opened({"a.json": json.dumps(broken)})
    assert rows(export, "text") == [("hi",)]
    assert [one.reason for one in export.rejects] == [
        "sentences[0]: 'start_time' is 'soon', expected a number",
        "sentences[2]: has no 'transcript'",
        "sentences[3]: is a number, expected an object",
    ]


def test_a_transcript_that_knows_no_speakers_asks_for_no_roles(opened):
    captions = "WEBVTT\n\n00:01.000 --> 00:02.000\nI'm sorry.\n"
    assert opened({"call.vtt": captions}).unnamed == ()
