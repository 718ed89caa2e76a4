"""What stands in a list where it cannot be read costs itself and nothing beside it."""

import io
import socket

import duckdb
import polars as pl
import pytest

from empathy_score import InputError
from empathy_score.readers import csv_rows, documents, json_rows, vtt
from empathy_score.readers.documents import parsed
from empathy_score.readers.formats import format_named
from empathy_score.readers.json_entries import json_entries
from empathy_score.readers.sql import hide_progress, interruptible
from empathy_score.readers.table import open_export
from empathy_score.readers.turn import FormatError, Turn, Unusable

CHANNEL = {"alternatives": [{"words": [{"word": "hello", "start": 0.1, "end": 0.4}]}]}
TICKET = {
    "id": 1,
    "requester_id": 9,
    "comments": [{"author_id": 9, "public": True, "plain_body": "hello"}],
}
CONVERSATION = {
    "id": "c",
    "source": {"body": "hello", "author": {"type": "user", "id": "u"}},
    "conversation_parts": {"conversation_parts": []},
}
DIALOG = {"type": "text", "parties": [0], "body": "hello"}
MESSAGE = {
    "type": "chat.msg",
    "name": "Kim",
    "nick": "visitor",
    "msg": "hello",
    "timestamp": "2026-05-03T08:00:05Z",
}
ITEM = {
    "type": "pronunciation",
    "start_time": "0.1",
    "end_time": "0.4",
    "alternatives": [{"content": "hello"}],
}
LISTS = {
    "assemblyai": ("utterances", {"speaker": "A", "text": "hello"}, {}),
    "deepgram": ("results.channels", CHANNEL, {}),
    "intercom": ("conversations", CONVERSATION, {}),
    "pyannote": ("turnLevelTranscription", {"text": "hello", "start": 1, "end": 2}, {}),
    "vcon": ("dialog", DIALOG, {"parties": [{"role": "agent"}]}),
    "zendesk": ("tickets", TICKET, {}),
    "zendesk-chat": ("chats", {"type": "chat", "history": [MESSAGE]}, {}),
    "transcribe": (
        "results.channel_labels.channels",
        {"channel_label": "ch_0", "items": [ITEM]},
        {},
    ),
}
"""Where a format lists its pieces, a piece that can be read, what else it needs."""


def at(path, value):
    """Put a value into nested objects, ``a.b`` under ``a`` and then under ``b``."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


def read(name, document):
    found = list(format_named(name).read(document, "the-file"))
    return (
        [one.text for one in found if isinstance(one, Turn)],
        [one.reason for one in found if isinstance(one, Unusable)],
    )


@pytest.mark.parametrize("name", LISTS)
def test_a_number_among_the_pieces_is_named_and_the_rest_is_read(name):
    path, piece, more = LISTS[name]
    texts, reasons = read(name, {**at(path, [7, piece]), **more})
    assert texts == ["hello"]
    assert reasons == [f"{path.rpartition('.')[2]}[0]: is a number, expected an object"]


@pytest.mark.parametrize(
    ("name", "path", "piece", "reason"),
    [
        ("deepgram", "results.channels", {"alternatives": 7}, "'alternatives' is a"),
        ("intercom", "conversations", {"id": "d"}, "has no 'conversation_parts'"),
        ("zendesk", "tickets", {"id": 2}, "has no 'comments'"),
        ("zendesk-chat", "chats", {"id": 3}, "has no 'history'"),
    ],
)
def test_a_piece_without_its_own_list_is_named(name, path, piece, reason):
    good = LISTS[name][1]
    texts, (said,) = read(name, at(path, [good, piece]))
    assert texts == ["hello"]
    assert said.startswith(f"{path.rpartition('.')[2]}[1]: ")
    assert reason in said


def test_a_word_that_is_no_object_is_named_with_its_channel():
    channel = {"alternatives": [{"words": [7, *CHANNEL["alternatives"][0]["words"]]}]}
    texts, reasons = read("deepgram", at("results.channels", [channel]))
    assert texts == ["hello"]
    assert reasons == ["channels[0] words[0]: is a number, expected an object"]


def test_a_transcript_with_speakers_and_no_words_is_refused():
    document = at("results.speaker_labels.segments", [])
    with pytest.raises(FormatError, match="'results' has no 'items'"):
        read("transcribe", document)


def test_a_caption_without_text_is_no_turn():
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann></v>\n"
    assert list(vtt.FORMAT.read(text, "call")) == []


def test_captions_of_one_speaker_are_not_joined_over_an_unknown_time():
    text = (
        "WEBVTT\n\n00:01.000 --> later\n<v Ann>First.</v>\n\n"
        "00:01.200 --> 00:02.000\n<v Ann>Second.</v>\n\n"
        "00:02.100 --> 00:03.000\n<v Ann>Third.</v>\n"
    )
    found = [one for one in vtt.FORMAT.read(text, "call") if isinstance(one, Turn)]
    assert [one.text for one in found][-1] == "Second. Third."


def test_a_document_larger_than_memory_should_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "LARGEST", 40)
    file = tmp_path / "call.json"
    file.write_text('{"segments": [{"text": "Hello, how can I help?"}]}')
    with pytest.raises(InputError, match="one JSON document of more than 40 char"):
        open_export([file], format="whisper", folder=tmp_path)


def test_no_file_at_all_is_refused(tmp_path):
    with pytest.raises(InputError, match="no input file was named"):
        open_export([], folder=tmp_path)


@pytest.mark.parametrize("kind", [RuntimeError, duckdb.InterruptException])
def test_an_interrupted_query_is_the_keyboard(kind):
    with pytest.raises(KeyboardInterrupt), interruptible():
        raise kind("Query interrupted")


def test_another_failure_of_a_query_stays_what_it_is():
    with pytest.raises(RuntimeError, match="out of space"), interruptible():
        raise RuntimeError("out of space")


def genesys_turn(document, **transcript):
    """Give the turn of one phrase, five seconds after the transcript began."""
    phrase = {
        "text": "hello",
        "participantPurpose": "external",
        "startTimeMs": 1_709_630_405_000,
    }
    began = {"startTime": 1_709_630_400_000}
    listed = [{**began, **transcript, "phrases": [phrase]}]
    (turn,) = format_named("genesys").read({**document, "transcripts": listed}, "x")
    return turn


def test_a_transcript_of_messages_is_a_chat_in_its_own_language():
    turn = genesys_turn({}, messageType="webmessaging", language="en-gb")
    assert (turn.channel, turn.meta["language"]) == ("chat", "en-gb")
    assert turn.start == 1_709_630_405.0


def test_a_call_that_says_not_when_it_began_begins_with_its_transcript():
    turn = genesys_turn({"mediaType": "call"})
    assert (turn.channel, turn.start) == ("voice", 5.0)


def insights_turn(medium, **segment):
    """Give the turn of one segment that came six seconds after the beginning."""
    came = {"text": "hello", "messageTime": "2024-03-05T09:20:06Z"}
    document = {
        "medium": medium,
        "startTime": "2024-03-05T09:20:00Z",
        "transcript": {"transcriptSegments": [{**came, **segment}]},
    }
    (turn,) = format_named("ccai-insights").read(document, "x")
    return turn


def test_words_without_a_time_leave_the_time_of_the_message():
    turn = insights_turn("PHONE_CALL", words=[{"word": "hello"}])
    assert (turn.start, turn.end) == (6.0, None)


def test_words_of_a_chat_do_not_time_it():
    words = [{"word": "hello", "startOffset": "1s", "endOffset": "2s"}]
    said = insights_turn("PHONE_CALL", words=words)
    written = insights_turn("CHAT", words=words)
    assert (said.start, said.end) == (1.0, 2.0)
    assert (written.start, written.end) == (1_709_630_406.0, None)


@pytest.mark.parametrize(
    ("segment", "speaker"),
    [
        ({"segmentParticipant": {"userId": "u-7"}, "channelTag": 2}, "u-7"),
        ({"channelTag": 2}, "channel 2"),
        ({}, None),
    ],
)
def test_a_speaker_is_the_user_else_the_channel(segment, speaker):
    assert insights_turn("PHONE_CALL", **segment).speaker == speaker


@pytest.mark.parametrize("text", ["[]", "7", ""])
def test_entries_are_those_of_an_object(text):
    with pytest.raises(FormatError, match="is no JSON object"):
        list(json_entries(io.StringIO(text)))


@pytest.mark.parametrize("size", range(1, 30))
def test_entries_are_the_same_whatever_the_pieces_are_cut_into(monkeypatch, size):
    monkeypatch.setattr("empathy_score.readers.json_entries._CHUNK", size)
    found = list(json_entries(io.StringIO('{"a": 1234567, "b": {"c": 12.5}, "d": 90}')))
    assert found == [("a", 1_234_567), ("b", {"c": 12.5}), ("d", 90)]


def test_a_csv_row_that_is_too_long_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "MAX_ROW", 60)
    file = tmp_path / "chat.csv"
    long = "so sorry " * 9
    file.write_text(f'id,text\n1,Hi\n2,"{long}"\n3,"{long}\n{long}"\n4,Bye\n')
    export = open_export([file], folder=tmp_path)
    export.connection.close()
    assert export.n_rows == 2
    reasons = [(one.line, one.reason) for one in export.rejects]
    assert reasons == [
        (3, "is longer than 60 characters"),
        (4, "is longer than 60 characters"),
    ]


def test_a_json_row_that_is_too_long_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(json_rows, "MAX_ROW", 60)
    file = tmp_path / "chat.jsonl"
    file.write_text('{"text": "Hi"}\n{"text": "%s"}\n' % ("so sorry " * 9))
    export = open_export([file], folder=tmp_path)
    export.connection.close()
    assert export.n_rows == 1
    assert [(one.line, one.reason) for one in export.rejects] == [
        (2, "is longer than 60 characters")
    ]


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [(1, 2.5, "DOUBLE"), (1, 3_000_000_000, "BIGINT"), (1, "seven", "VARCHAR")],
)
def test_a_column_of_two_files_holds_the_values_of_both(tmp_path, one, other, kind):
    files = []
    for number, value in enumerate([one, other]):
        files.append(tmp_path / f"{number}.parquet")
        pl.DataFrame({"text": ["Hi"], "n": [value]}).write_parquet(files[-1])
    pl.DataFrame(
        {"text": ["Hi"], "n": [1]}, schema_overrides={"n": pl.Int32}
    ).write_parquet(files[0])
    export = open_export(files, folder=tmp_path)
    found = export.connection.execute("SELECT n, typeof(n) FROM input ORDER BY __row")
    rows = found.fetchall()
    export.connection.close()
    assert rows == [(type(other)(one), kind), (other, kind)]


@pytest.mark.parametrize(
    ("name", "content", "line", "reason"),
    [
        (
            "chat.csv",
            "id,text\n1,Hi\nX\n",
            3,
            "has 1 field where the header has 2",
        ),
        (
            "chat.jsonl",
            '{"text": "Hi"}\n{"text": Hi}\n',
            2,
            "is not valid JSON: Expecting value at character 10",
        ),
    ],
)
def test_a_row_that_is_none_is_named_with_its_place(
    tmp_path, name, content, line, reason
):
    file = tmp_path / name
    file.write_text(content)
    export = open_export([file], folder=tmp_path)
    export.connection.close()
    assert export.n_rows == 1
    assert [(one.line, one.reason) for one in export.rejects] == [(line, reason)]


def test_a_table_with_broken_pages_is_named_with_what_is_wrong(tmp_path):
    file = tmp_path / "chat.parquet"
    pl.DataFrame({"text": ["Hello", "Sorry!"] * 50}).write_parquet(file)
    content = bytearray(file.read_bytes())
    content[4:40] = b"\xff" * 36
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"chat\.parquet.*: (?!None)\w+.*"):
        open_export([file], folder=tmp_path)


def test_broken_json_is_named_with_its_line_and_what_stands_there():
    found = parsed((4, '{"a": 1,\n "b" 2}'), "calls.json")
    assert (found.line, found.raw) == (5, ' "b" 2}')
    assert found.reason.endswith("at column 6")


def test_a_word_without_a_time_stays_with_the_word_before():
    words = [
        {"text": "Hello", "start": 0, "end": 500},
        {"text": "you", "start": None, "end": None},
    ]
    texts, _ = read("assemblyai", {"id": "t", "utterances": None, "words": words})
    assert texts == ["Hello you"]


def test_a_bar_of_duckdb_is_hidden():
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = true")
        hide_progress(connection)
        query = "SELECT current_setting('enable_progress_bar')"
        assert connection.execute(query).fetchone() == (False,)


def test_a_file_that_cannot_be_opened_is_named_with_the_reason(tmp_path, monkeypatch):
    good = tmp_path / "chat.csv"
    good.write_text("id,text\n1,Hi\n")
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("calls.csv")
        export = open_export([tmp_path / "calls.csv", good], folder=tmp_path)
    export.connection.close()
    assert export.n_rows == 1
    (said,) = export.rejects
    assert said.reason.startswith("cannot be opened: ")
