import json
from pathlib import Path

import pytest

from empathy_score.columns import role_of
from empathy_score.readers.call_analytics import FORMAT
from empathy_score.readers.turn import FormatError, Turn, Unusable

FIXTURES = Path(__file__).parent / "fixtures"


def document(name):
    return json.loads((FIXTURES / FORMAT.name / name).read_text(encoding="utf-8"))


def turns(name):
    found = list(FORMAT.read(document(name), "the-file"))
    assert all(isinstance(one, Turn) for one in found)
    return found


def parts(name):
    """Split what a damaged file gives into texts that were read, and reasons."""
    found = list(FORMAT.read(document(name), "the-file"))
    texts = [one.text for one in found if isinstance(one, Turn)]
    return texts, [one.reason for one in found if isinstance(one, Unusable)]


def others():
    files = FIXTURES.glob("*/*.json")
    return sorted(file for file in files if file.parent.name != FORMAT.name)


def test_files_of_other_formats_and_odd_documents_are_not_taken():
    odd = [None, 3, "Transcript", [], {}, [[]], {"text": "Hi", "role": "agent"}]
    strange = [
        {"Transcript": None},
        {"Transcript": "x"},
        {"Transcript": [None]},
        {"Segments": [1]},
        {"results": []},
        {"results": {"transcripts": 1}},
        {"transcripts": [{}]},
        {"transcript": {"transcriptSegments": 1}},
        {"entries": [[]]},
        {"records": [{}]},
        {"sentences": {}},
    ]
    taken = [one for one in odd + strange if FORMAT.recognises(one)]
    for file in others():
        known = json.loads(file.read_text(encoding="utf-8"))
        documents = known if isinstance(known, list) else [known]
        taken += [file.name for one in documents if FORMAT.recognises(one)]
    assert taken == []


@pytest.mark.parametrize("name", ["call.json", "call_broken.json"])
def test_calls_are_recognised(name):
    assert FORMAT.recognises(document(name))


def test_turns_name_their_roles_and_overlap():
    first, second = turns("call.json")
    assert first.text == "Good evening, this is [PII]."
    assert second.text == "My flight was cancelled and nobody told me."
    assert [role_of(turn.role) for turn in (first, second)] == ["agent", "customer"]
    assert (first.start, first.end) == (0.44, 2.961)
    assert (second.start, second.end) == (2.85, 6.12)
    assert (second.identifier, second.channel) == ("k-1", "voice")
    assert first.conversation == "night-shift-17"
    assert first.meta == {"language": "en-US", "redacted": True}


def test_damaged_turns_are_named_and_the_rest_is_read():
    texts, reasons = parts("call_broken.json")
    assert texts == ["Hello.", "Oh dear."]
    assert reasons == [
        "Transcript[1]: has no 'Content'",
        "Transcript[2]: 'BeginOffsetMillis' is True, expected a number",
    ]
    last = list(FORMAT.read(document("call_broken.json"), "x"))[-1]
    assert (last.start, last.end) == (3.1, None)


def test_a_failed_job_says_that_it_has_no_transcript():
    failed = {"JobName": "j", "JobStatus": "FAILED", "Participants": []}
    assert FORMAT.recognises(failed)
    with pytest.raises(FormatError, match="has no 'Transcript'"):
        list(FORMAT.read(failed, "x"))
