"""vCon: text dialogs between parties, spoken or written."""

import json
from pathlib import Path

import pytest

from empathy_score.readers.turn import FormatError, Turn
from empathy_score.readers.vcon import FORMAT

FIXTURES = Path(__file__).parent / "fixtures" / "vcon"


def read(name):
    document = json.loads((FIXTURES / name).read_text("utf-8"))
    assert FORMAT.recognises(document)
    found = list(FORMAT.read(document, "call-7"))
    turns = [one for one in found if isinstance(one, Turn)]
    return turns, [one for one in found if not isinstance(one, Turn)]


def test_speech_is_put_in_order_and_bots_are_no_agents():
    turns, unusable = read("voice.json")
    assert not unusable
    assert [(one.role, one.speaker, one.text) for one in turns] == [
        ("bot", "Booking assistant", "Welcome! How can I help?"),
        ("customer", "+15550100", "I want a human."),
        ("agent", "Lena Huber", "Lena here, I'm sorry you had to wait."),
    ]
    assert [(one.start, one.end) for one in turns] == [
        (0.0, 3.75),
        (4.25, 6.75),
        (6.5, 8.5),
    ]
    last = turns[-1]
    assert (last.timestamp, last.channel) == ("2026-06-01T08:00:06.500Z", "voice")
    assert (last.conversation, last.identifier) == ("0190-aa", "m-3")
    assert [one.agent for one in turns] == [None, None, "Lena Huber"]


def test_messages_have_no_end_and_start_at_their_date():
    turns, unusable = read("chat.json")
    assert not unusable
    assert [(one.role, one.speaker, one.end) for one in turns] == [
        ("customer", "kim@example.com", None),
        ("agent", "Tom", None),
    ]
    assert turns[1].start - turns[0].start == 60.5
    assert turns[0].timestamp == "2026-06-01T08:00:00.000Z"
    assert turns[0].channel is None


def test_broken_dialogs_are_named_and_the_rest_is_read():
    turns, unusable = read("chat_broken.json")
    assert [(one.speaker, one.text) for one in turns] == [
        (None, "Anyone?"),
        ("Tom", "Let me look."),
    ]
    assert [one.reason for one in unusable] == [
        "dialog[0]: 'parties' names 4, but there are 2",
        "dialog[1]: parties[1] is a text, expected an object",
        "dialog[2]: 'start' is 'yesterday', expected a date and time",
        "dialog[3]: 'body' is base64url, expected plain text",
        "dialog[4]: 'body' is null, expected a text",
    ]


def test_recordings_alone_cannot_be_read():
    with pytest.raises(FormatError, match="has no dialog of type 'text'"):
        read("recordings_broken.json")


@pytest.mark.parametrize(
    "odd", [None, [], {"vcon": "0.4.0"}, {"dialog": []}, {"dialog": {}, "parties": []}]
)
def test_other_documents_are_not_taken(odd):
    assert not FORMAT.recognises(odd)
