import json
from pathlib import Path

import pytest

from empathy_score.columns import role_of
from empathy_score.readers.contact_lens_chat import FORMAT
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


@pytest.mark.parametrize(
    "name",
    ["chat.json", "chat_redacted.json", "transcript.json", "chat_broken.json"],
)
def test_chats_are_recognised(name):
    assert FORMAT.recognises(document(name))


def test_joins_cards_and_attachments_are_left_out():
    said = turns("chat.json")
    assert [(turn.identifier, turn.text) for turn in said] == [
        ("c-1", "An agent will be with you shortly."),
        ("c-2", "I was locked out **again**."),
        ("c-5", "I'm sorry, that is really annoying. Let's fix it."),
    ]


def test_what_the_system_wrote_is_not_the_agents():
    said = turns("chat.json")
    assert [role_of(turn.role) for turn in said] == ["system", "customer", "agent"]
    assert [turn.agent for turn in said] == [None, None, "Jonas"]
    assert [turn.speaker for turn in said] == ["SYSTEM_MESSAGE", "Tuva", "Jonas"]


def test_messages_have_the_time_of_day_and_no_end():
    said = turns("chat.json")
    assert [turn.start for turn in said] == [
        1709632800.731,
        1709632809.12,
        1709632844.999,
    ]
    assert said[2].timestamp == "2024-03-05T10:00:44.999Z"
    assert {turn.end for turn in said} == {None}
    assert {(turn.conversation, turn.channel) for turn in said} == {("chat-1", "chat")}


def test_roles_that_redaction_took_out_come_from_the_participants():
    said = turns("chat_redacted.json")
    assert [turn.role for turn in said] == ["CUSTOMER", "AGENT"]
    assert [turn.speaker for turn in said] == ["p-customer", "p-agent"]
    assert [turn.agent for turn in said] == [None, None]
    assert said[0].text == "My name is [PII]."
    assert said[0].meta == {"redacted": True}


def test_the_transcript_before_analysis_is_read_too():
    (only,) = turns("transcript.json")
    assert (only.conversation, only.role) == ("chat-9", "CUSTOMER")
    assert only.text == "Is anybody there?"
    assert only.timestamp == "2024-03-06T08:30:00.001Z"


def test_damaged_messages_are_named_and_the_rest_is_read():
    texts, reasons = parts("chat_broken.json")
    assert texts == ["Still with me?"]
    assert reasons == [
        "Transcript[0]: 'AbsoluteTime' is 'yesterday', expected a date and time",
        "Transcript[1]: has no 'Content'",
        "Transcript[2]: is null, expected an object",
    ]


def test_a_chat_without_a_transcript_says_so():
    empty = {"Channel": "CHAT", "ChatTranscriptVersion": "2019-08-26"}
    assert FORMAT.recognises(empty)
    with pytest.raises(FormatError, match="has no 'Transcript'"):
        list(FORMAT.read(empty, "x"))
