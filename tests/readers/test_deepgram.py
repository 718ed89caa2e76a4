"""Deepgram: who speaks is a number, or the channel; times are seconds."""

import json
from pathlib import Path

import pytest

from empathy_score.readers.deepgram import FORMAT
from empathy_score.readers.turn import Turn
from empathy_score.records import Utterance
from empathy_score.turn_taking import turn_taking

FIXTURES = Path(__file__).parent / "fixtures" / "deepgram"


def read(name):
    document = json.loads((FIXTURES / name).read_text("utf-8"))
    assert FORMAT.recognises(document)
    found = list(FORMAT.read(document, "call-7"))
    turns = [one for one in found if isinstance(one, Turn)]
    return turns, [one for one in found if not isinstance(one, Turn)]


def test_an_utterance_is_a_turn():
    turns, unusable = read("utterances.json")
    assert not unusable
    assert [(one.speaker, one.text) for one in turns] == [
        ("speaker_0", "Good morning, this is Lena."),
        ("speaker_1", "My kettle leaks, and it is the third one!"),
        ("speaker_0", "I'm so sorry about the kettles."),
    ]
    first = turns[0]
    assert (first.conversation, first.identifier) == ("dg-7f1", "u-1")
    assert (first.start, first.end) == pytest.approx((0.08, 2.545), abs=1e-6)
    assert (first.role, first.channel) == (None, "voice")
    assert first.meta == {"language": "en"}


def test_broken_utterances_are_named_and_the_rest_is_read():
    turns, unusable = read("utterances_broken.json")
    assert [one.identifier for one in turns] == ["u-1", "u-5"]
    assert [one.reason for one in unusable] == [
        "utterances[1]: 'start' is 'soon', expected a number",
        "utterances[2]: has no 'transcript'",
        "utterances[3]: is a text, expected an object",
    ]
    assert json.loads(unusable[1].raw)["id"] == "u-3"


def test_words_become_turns_where_the_speaker_changes_or_falls_silent():
    turns, unusable = read("words.json")
    assert not unusable
    assert [(one.speaker, one.text, one.start, one.end) for one in turns] == [
        ("speaker_0", "Hello there.", 0.1, 0.75),
        ("speaker_1", "It broke.", 1.0, 1.5),
        ("speaker_1", "Again!", 2.4, 2.9),
        ("speaker_0", "sorry", 3.0, 3.4),
    ]
    assert {(one.role, one.channel) for one in turns} == {(None, "voice")}


def test_words_of_several_channels_are_put_in_order():
    turns, unusable = read("words_two_channels.json")
    assert not unusable
    assert [(one.speaker, one.text) for one in turns] == [
        ("channel_0_speaker_0", "hello"),
        ("channel_1", "hi"),
        ("channel_0_speaker_1", "bye"),
    ]
    assert {one.conversation for one in turns} == {"call-7"}


def test_broken_words_are_named_and_the_rest_is_read():
    turns, unusable = read("words_broken.json")
    assert [one.text for one in turns] == ["hello there"]
    assert [one.reason for one in unusable] == [
        "channels[0] words[1]: has no 'word'",
        "channels[1]: 'alternatives[0]' is a text, expected an object",
    ]


def test_a_transcript_without_words_is_one_turn():
    channels = [{"alternatives": [{"transcript": "Hello there."}]}]
    (turn,) = FORMAT.read({"results": {"channels": channels}}, "call-7")
    assert (turn.text, turn.start, turn.end) == ("Hello there.", None, None)
    assert (turn.conversation, turn.channel) == ("call-7", "voice")


def test_channels_that_overlap_show_who_cut_in():
    turns, _ = read("multichannel.json")
    assert [one.speaker for one in turns] == ["channel_0", "channel_1"] * 2
    roles = {"channel_0": "customer", "channel_1": "agent"}
    said = turn_taking(
        [
            Utterance(
                row=row,
                conversation=one.conversation,
                role=roles[one.speaker],
                text=one.text,
                start=one.start,
                end=one.end,
            )
            for row, one in enumerate(turns)
        ]
    )
    assert [one.timing for one in said] == ["overlap"] * 4
    assert None not in [one.interrupted for one in said]
    assert said[0].overlap_seconds == pytest.approx(1.1)
    assert said[1].attempts


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        "results",
        {},
        {"results": None},
        {"results": []},
        {"results": {"channels": {}, "utterances": "x"}},
        {"results": {"channels": [None]}},
        {"results": {"transcripts": [], "items": []}},
    ],
)
def test_other_documents_are_not_taken(odd):
    assert not FORMAT.recognises(odd)
