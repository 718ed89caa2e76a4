"""What stands in a list where it cannot be read costs itself and nothing beside it."""

import duckdb
import pytest

from empathy_score import InputError
from empathy_score.readers import documents, vtt
from empathy_score.readers.formats import format_named
from empathy_score.readers.sql import interruptible
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
