import pytest

from empathy_score.columns import role_of
from empathy_score.readers.salesforce import FORMAT
from empathy_score.readers.turn import FormatError


def elements(document, name):
    """Read an array as its file is read: one document per element."""
    return [turn for one in document(name) for turn in FORMAT.read(one, "the-file#1")]


def test_records_and_answers_of_queries_are_recognised(document):
    assert all(FORMAT.recognises(one) for one in document("array.json"))
    assert FORMAT.recognises(document("query.json"))
    assert FORMAT.recognises(document("query_broken.json"))


def test_each_element_of_an_array_is_one_turn_of_its_conversation(document):
    said = elements(document, "array.json")
    assert [(turn.conversation, turn.identifier, turn.text) for turn in said] == [
        ("0Mwx00000000001", "0DVx01", "Hi, I'm Otto."),
        ("0Mwx00000000001", "0DVx03", "My parcel is late."),
        ("0Mwx00000000001", "0DVx05", "I understand the wait is frustrating."),
        ("0Mwx00000000002", "0DVx06", "Offer a voucher."),
    ]


def test_bots_are_bots_and_a_supervisor_is_not_guessed(document):
    said = elements(document, "array.json")
    assert [role_of(turn.role) for turn in said] == [
        "bot",
        "customer",
        "agent",
        "unknown",
    ]
    assert [turn.agent for turn in said] == [None, None, "005x1", None]
    assert [turn.speaker for turn in said] == ["Otto", "Guest", "Lea Roth", "Sam"]


def test_messages_have_the_time_of_day(document):
    said = elements(document, "array.json")
    assert [turn.start for turn in said] == [
        1709630400.0,
        1709630411.125,
        1709630440.0,
        1709630460.0,
    ]
    assert said[1].timestamp == "2024-03-05T09:20:11.125Z"
    assert {(turn.end, turn.channel) for turn in said} == {(None, "chat")}


def test_entries_of_a_call_keep_their_ends(turns):
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


def test_damaged_records_are_named_and_the_rest_is_read(parts):
    texts, reasons = parts("query_broken.json")
    assert texts == ["Are you there?"]
    assert reasons == [
        "records[0]: 'EntryTime' is 'soon', expected a date and time",
        "records[1]: has no 'Message'",
        "records[2]: is a list, expected an object",
    ]
