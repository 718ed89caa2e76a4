"""AssemblyAI: milliseconds, letters for speakers, a start that may be null."""

import json
from pathlib import Path

import pytest

from empathy_score.readers.assemblyai import FORMAT
from empathy_score.readers.turn import Turn

FIXTURES = Path(__file__).parent / "fixtures" / "assemblyai"


def read(name):
    document = json.loads((FIXTURES / name).read_text("utf-8"))
    assert FORMAT.recognises(document)
    found = list(FORMAT.read(document, "call-7"))
    turns = [one for one in found if isinstance(one, Turn)]
    return turns, [one for one in found if not isinstance(one, Turn)]


def test_times_are_milliseconds_and_a_start_that_is_null_is_unknown():
    turns, unusable = read("utterances.json")
    assert not unusable
    assert [(one.speaker, one.role, one.start, one.end) for one in turns] == [
        ("A", None, None, 1.84),
        ("B", None, 2.001, 4.255),
        ("channel_2", None, 4.3, 4.8),
        ("Customer", "Customer", 5.0, 6.0),
    ]
    assert turns[1].text == "My parcel never came."
    assert {one.conversation for one in turns} == {"tr-55"}
    assert turns[0].meta == {"language": "en_us"}


def test_broken_utterances_are_named_and_the_rest_is_read():
    turns, unusable = read("utterances_broken.json")
    assert [one.text for one in turns] == ["It was a present."]
    assert [one.reason for one in unusable] == [
        "utterances[0]: has no 'text'",
        "utterances[1]: 'end' is [4255], expected a number",
        "utterances[2]: 'text' is a list, expected a text",
    ]


def test_without_speaker_labels_words_are_parted_by_pauses():
    turns, unusable = read("words.json")
    assert not unusable
    assert [(one.speaker, one.text, one.start, one.end) for one in turns] == [
        (None, "Hello there.", 0.12, 0.7),
        (None, "Who is it?", 1.5, 2.0),
    ]


@pytest.mark.parametrize(
    "odd",
    [
        None,
        ["utterances"],
        {"utterances": None},
        {"utterances": [1]},
        {"utterances": [{"text": "Hi", "speaker": 0, "start": 0.5, "end": 1.25}]},
        {"utterances": [{"text": "Hi", "speaker": "kim"}]},
        {"words": [{"text": "Hi"}]},
    ],
)
def test_other_documents_are_not_taken(odd):
    assert not FORMAT.recognises(odd)
