import json
from pathlib import Path

import pytest

from empathy_score.columns import role_of
from empathy_score.readers.salesforce import FORMAT
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


def elements(name):
    """Read an array as its file is read: one document per element."""
    return [turn for one in document(name) for turn in FORMAT.read(one, "the-file#1")]


def test_records_and_answers_of_queries_are_recognised():
    assert all(FORMAT.recognises(one) for one in document("array.json"))
    assert FORMAT.recognises(document("query.json"))
    assert FORMAT.recognises(document("query_broken.json"))


def test_each_element_of_an_array_is_one_turn_of_its_conversation():
    said = elements("array.json")
    assert [(turn.conversation, turn.identifier, turn.text) for turn in said] == [
        ("0Mwx00000000001", "0DVx01", "Hi, I'm Otto."),
        ("0Mwx00000000001", "0DVx03", "My parcel is late."),
        ("0Mwx00000000001", "0DVx05", "I understand the wait is frustrating."),
        ("0Mwx00000000002", "0DVx06", "Offer a voucher."),
    ]


def test_bots_are_bots_and_a_supervisor_is_not_guessed():
    said = elements("array.json")
    assert [role_of(turn.role) for turn in said] == [
        "bot",
        "customer",
        "agent",
        "unknown",
    ]
    assert [turn.agent for turn in said] == [None, None, "005x1", None]
    assert [turn.speaker for turn in said] == ["Otto", "Guest", "Lea Roth", "Sam"]


def test_messages_have_the_time_of_day():
    said = elements("array.json")
    assert [turn.start for turn in said] == [
        1709630400.0,
        1709630411.125,
        1709630440.0,
        1709630460.0,
    ]
    assert said[1].timestamp == "2024-03-05T09:20:11.125Z"
    assert {(turn.end, turn.channel) for turn in said} == {(None, "chat")}


def test_entries_of_a_call_keep_their_ends():
    said = turns("query.json")
    assert [(turn.start, turn.end) for turn in said] == [
        (1709630400.0, 1709630402.4),
        (1709630402.1, 1709630405.0),
    ]
    assert {turn.channel for turn in said} == {"voice"}
    assert [turn.agent for turn in said] == [None, "Lea Roth"]


def test_an_entry_without_a_conversation_takes_the_name_it_is_given():
    entry = {"ActorType": "Agent", "EntryType": "Text", "Message": "Hello"}
    assert FORMAT.recognises(entry)
    (only,) = FORMAT.read(entry, "the-file#3")
    assert (only.conversation, only.start) == ("the-file#3", None)


def test_a_record_without_its_message_says_so():
    with pytest.raises(FormatError, match="has no 'Message'"):
        list(FORMAT.read({"ActorType": "Agent", "EntryType": "Text"}, "x"))


def test_damaged_records_are_named_and_the_rest_is_read():
    texts, reasons = parts("query_broken.json")
    assert texts == ["Are you there?"]
    assert reasons == [
        "records[0]: 'EntryTime' is 'soon', expected a date and time",
        "records[1]: has no 'Message'",
        "records[2]: is a list, expected an object",
    ]
