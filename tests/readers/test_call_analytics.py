import pytest

from empathy_score.columns import role_of
from empathy_score.readers.call_analytics import FORMAT
from empathy_score.readers.turn import FormatError


@pytest.mark.parametrize("name", ["call.json", "call_broken.json"])
def test_calls_are_recognised(name, document):
    assert FORMAT.recognises(document(name))


def test_turns_name_their_roles_and_overlap(turns):
    first, second = turns("call.json")
    assert first.text == "Good evening, this is [PII]."
    assert second.text == "My flight was cancelled and nobody told me."
    assert [role_of(turn.role) for turn in (first, second)] == ["agent", "customer"]
    assert (first.start, first.end) == (0.44, 2.961)
    assert (second.start, second.end) == (2.85, 6.12)
    assert (second.identifier, second.channel) == ("k-1", "voice")
    assert first.conversation == "night-shift-17"
    assert first.meta == {"language": "en-US", "redacted": True}


def test_damaged_turns_are_named_and_the_rest_is_read(document, parts):
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
