import pytest

from empathy_score.columns import role_of
from empathy_score.readers.ccai_insights import FORMAT
from empathy_score.readers.turn import FormatError


@pytest.mark.parametrize(
    "name",
    [
        "upload.json",
        "call.json",
        "client_chats.json",
        "upload_broken.json",
        "list_broken.json",
    ],
)
def test_conversations_are_recognised(name, document):
    assert FORMAT.recognises(document(name))


def test_entries_of_an_upload_name_their_roles(turns):
    said = turns("upload.json")
    assert [(turn.text, role_of(turn.role)) for turn in said] == [
        ("Welcome, I am the assistant.", "bot"),
        ("I was billed twice.", "customer"),
        ("That should not happen, I'm sorry.", "agent"),
        ("Thanks.", "customer"),
    ]
    assert [turn.agent for turn in said] == [None, None, "2", None]
    assert {turn.conversation for turn in said} == {"the-file"}
    assert said[0].meta == {"categories": ["Billing", "Refund"]}


def test_microseconds_become_seconds_and_a_missing_time_is_none(turns):
    said = turns("upload.json")
    assert [turn.start for turn in said] == [
        1709630400.0,
        1709630405.25,
        1709630430.001,
        None,
    ]
    assert [turn.timestamp for turn in said[2:]] == ["2024-03-05T09:20:30.001Z", None]
    assert {turn.end for turn in said} == {None}


def test_microseconds_since_the_call_began_are_no_date():
    entry = {"text": "Hi", "role": "AGENT", "user_id": 1, "start_timestamp_usec": 0}
    (only,) = FORMAT.read({"entries": [entry]}, "x")
    assert (only.start, only.timestamp) == (0.0, None)


def test_the_words_of_a_call_give_its_times(turns):
    said = turns("call.json")
    assert [(turn.start, turn.end) for turn in said] == [
        (1.2, 3.045),
        (2.9, 4.0),
        (6.01, None),
        (None, None),
        (None, None),
    ]
    assert said[2].timestamp == "2024-03-05T09:20:06.010Z"
    assert {turn.channel for turn in said} == {"voice"}


def test_who_spoke_is_said_by_the_participant_else_by_the_channel(turns):
    said = turns("call.json")
    assert [turn.role for turn in said] == [
        "HUMAN_AGENT",
        "END_USER",
        "AUTOMATED_AGENT",
        "END_USER",
        "ANY_AGENT",
    ]
    assert [role_of(turn.role) for turn in said] == [
        "agent",
        "customer",
        "bot",
        "customer",
        "unknown",
    ]
    assert [turn.agent for turn in said] == ["agent-5", None, None, None, None]


def test_the_rating_goes_with_each_turn(turns):
    said = turns("call.json")
    assert [turn.meta["rating"] for turn in said] == [4.0] * 5
    assert {turn.conversation for turn in said} == {"call-77"}


def test_names_and_numbers_of_the_python_client_are_read(turns):
    said = turns("client_chats.json")
    assert [(turn.text, role_of(turn.role), turn.start) for turn in said] == [
        ("Is it open today?", "customer", 1709630400.5),
        ("Yes, until six.", "agent", 1709630407.0),
        ("Bye.", "unknown", 1709630409.0),
    ]
    assert {(turn.conversation, turn.channel) for turn in said} == {("chat-1", "chat")}
    assert said[1].agent == "agent-8"


def test_damaged_entries_are_named_and_the_rest_is_read(parts):
    texts, reasons = parts("upload_broken.json")
    assert texts == ["It arrived broken."]
    assert reasons == [
        "entries[0]: 'start_timestamp_usec' is 'soon', expected a number",
        "entries[1]: has no 'text'",
    ]


def test_damaged_conversations_of_a_list_are_named_and_the_rest_is_read(parts):
    texts, reasons = parts("list_broken.json")
    assert texts == ["Hi"]
    assert reasons == [
        "conversations[0].transcript.transcriptSegments[0]: "
        "'segmentParticipant' is a text, expected an object",
        "conversations[1]: has no 'transcript' with 'transcriptSegments'",
        "conversations[2]: is a number, expected an object",
    ]


def test_a_conversation_without_segments_says_so():
    with pytest.raises(FormatError, match="no 'transcript' with 'transcriptSegments'"):
        list(FORMAT.read({"name": "a", "transcript": {}}, "x"))
