"""Whisper and WhisperX: segments, of which some mix speakers and none overlap."""

import json
from pathlib import Path

import pytest

from empathy_score.readers.turn import Turn
from empathy_score.readers.whisper import FORMAT
from empathy_score.records import Utterance
from empathy_score.turn_taking import turn_taking

FIXTURES = Path(__file__).parent / "fixtures" / "whisper"


def read(name):
    document = json.loads((FIXTURES / name).read_text("utf-8"))
    assert FORMAT.recognises(document)
    found = list(FORMAT.read(document, "call-7"))
    turns = [one for one in found if isinstance(one, Turn)]
    return turns, [one for one in found if not isinstance(one, Turn)]


def test_whisper_knows_no_speakers():
    turns, unusable = read("whisper.json")
    assert not unusable
    assert [(one.text, one.start, one.end) for one in turns] == [
        ("Hello.", 0.0, 1.28),
        ("My lamp broke.", 1.28, 3.6),
        ("I'm sorry.", 3.6, 5.001),
    ]
    assert {(one.role, one.speaker, one.conversation) for one in turns} == {
        (None, None, "call-7")
    }
    assert {one.channel for one in turns} == {"voice"}
    assert turns[0].meta == {"language": "en"}


def test_a_segment_that_mixes_speakers_is_parted_by_its_words():
    turns, unusable = read("whisperx.json")
    assert not unusable
    assert [(one.speaker, one.text, one.start, one.end) for one in turns] == [
        ("SPEAKER_00", "Thank you for calling.", 0.031, 2.4),
        ("SPEAKER_01", "Hi, it took 24 hours.", 2.5, 4.25),
        ("SPEAKER_00", "Oh, I see.", 4.4, 5.1),
        ("SPEAKER_01", "7 of them?", None, 6.75),
        ("SPEAKER_00", "Goodbye.", 7.0, 7.9),
        (None, "Bye.", 8.0, 8.5),
    ]
    assert {one.channel for one in turns} == {"voice"}


def test_broken_segments_are_named_and_broken_words_leave_the_segment_whole():
    turns, unusable = read("whisperx_broken.json")
    assert [(one.text, one.speaker) for one in turns] == [
        ("Thank you.", "SPEAKER_00"),
        ("Goodbye.", "SPEAKER_00"),
    ]
    assert [one.reason for one in unusable] == [
        "segments[1]: has no 'text'",
        "segments[2]: 'end' is {'s': 6.7}, expected a number",
        "segments[3]: is null, expected an object",
    ]


def test_no_interruption_is_seen_in_segments():
    turns, _ = read("whisperx.json")
    roles = {"SPEAKER_00": "agent", "SPEAKER_01": "customer", None: "unknown"}
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
    assert all(one.timing != "overlap" for one in said)
    for one in said:
        assert one.interrupted is None
        assert one.p_interrupted is None
        assert one.interrupts is None
        assert one.attempts is None
        assert one.overlap_seconds is None


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [{"text": "Hi", "start": 0, "end": 1}],
        {"segments": None},
        {"segments": ["a"]},
        {"segments": [{"text": "Hi"}]},
        {"segments": [{"text": "Hi", "start": "0", "end": "1"}]},
        {"Segments": [{"Transcript": {"Content": "Hi"}}]},
    ],
)
def test_other_documents_are_not_taken(odd):
    assert not FORMAT.recognises(odd)


@pytest.mark.parametrize(
    ("times", "end"), [({}, 3.0), ({"start": 2.6, "end": 2.8}, 2.8)]
)
def test_the_last_of_three_speakers_ends_with_its_word_else_with_the_segment(
    times, end
):
    words = [
        {"word": "Hi.", "speaker": "A", "start": 1.0, "end": 1.5},
        {"word": "Yes?", "speaker": "B", "start": 2.0, "end": 2.5},
        {"word": "24", "speaker": "A", **times},
    ]
    segment = {"text": "Hi. Yes? 24", "start": 1.0, "end": 3.0, "words": words}
    turns = list(FORMAT.read({"segments": [segment]}, "call"))
    assert [(one.text, one.end) for one in turns] == [
        ("Hi.", 1.5),
        ("Yes?", 2.5),
        ("24", end),
    ]
