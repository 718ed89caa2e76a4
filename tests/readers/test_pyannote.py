"""pyannoteAI: turns of a diarization job that was transcribed."""

import json
from pathlib import Path

import pytest

from empathy_score.readers.pyannote import FORMAT
from empathy_score.readers.turn import Turn

FIXTURES = Path(__file__).parent / "fixtures" / "pyannote"


def read(name):
    document = json.loads((FIXTURES / name).read_text("utf-8"))
    assert FORMAT.recognises(document)
    found = list(FORMAT.read(document, "call-7"))
    turns = [one for one in found if isinstance(one, Turn)]
    return turns, [one for one in found if not isinstance(one, Turn)]


def test_turns_of_a_job_may_overlap():
    turns, unusable = read("job.json")
    assert not unusable
    assert [(one.speaker, one.text, one.start, one.end) for one in turns] == [
        ("SPEAKER_00", "Hello, what happened?", 0.505, 2.3),
        ("SPEAKER_01", "The heater died, with a baby here!", 2.1, 4.0),
    ]
    assert {(one.conversation, one.role, one.channel) for one in turns} == {
        ("job-12", None, "voice")
    }


def test_the_output_alone_is_read_too():
    turns, _ = read("output.json")
    assert [(one.conversation, one.text) for one in turns] == [("call-7", "Hello?")]


def test_broken_turns_are_named_and_the_rest_is_read():
    turns, unusable = read("output_broken.json")
    assert [one.text for one in turns] == ["Me."]
    assert [one.reason for one in unusable] == [
        "turnLevelTranscription[0]: has no 'text'",
        "turnLevelTranscription[1]: 'start' is True, expected a number",
    ]


@pytest.mark.parametrize("odd", [None, [], {"output": None}, {"output": ["a"]}])
def test_other_documents_are_not_taken(odd):
    assert not FORMAT.recognises(odd)
