import pytest

from empathy_score.columns import role_of
from empathy_score.readers.contact_lens_chat import FORMAT
from empathy_score.readers.turn import FormatError


@pytest.mark.parametrize(
    "name",
    ["chat.json", "chat_redacted.json", "transcript.json", "chat_broken.json"],
)
def test_chats_are_recognised(name, document):
    assert FORMAT.recognises(document(name))


def test_joins_cards_and_attachments_are_left_out(turns):
    said = turns("chat.json")
    assert [(turn.identifier, turn.text) for turn in said] == [
        ("c-1", "An agent will be with you shortly."),
        ("c-2", "I was locked out **again**."),
        ("c-5", "I'm sorry, that is really annoying. Let's fix it."),
    ]


def test_what_the_system_wrote_is_not_the_agents(turns):
    said = turns("chat.json")
    assert [role_of(turn.role) for turn in said] == ["system", "customer", "agent"]
    assert [turn.agent for turn in said] == [None, None, "Jonas"]
    assert [turn.speaker for turn in said] == ["SYSTEM_MESSAGE", "Tuva", "Jonas"]


def test_messages_have_the_time_of_day_and_no_end(turns):
    said = turns("chat.json")
    assert [turn.start for turn in said] == [
        1709632800.731,
        1709632809.12,
        1709632844.999,
    ]
    assert said[2].timestamp == "2024-03-05T10:00:44.999Z"
    assert {turn.end for turn in said} == {None}
    assert {(turn.conversation, turn.channel) for turn in said} == {("chat-1", "chat")}


def test_roles_that_redaction_took_out_come_from_the_participants(turns):
    said = turns("chat_redacted.json")
    assert [turn.role for turn in said] == ["CUSTOMER", "AGENT"]
    assert [turn.speaker for turn in said] == ["p-customer", "p-agent"]
    assert [turn.agent for turn in said] == [None, None]
    assert said[0].text == "My name is [PII]."
    assert said[0].meta == {"redacted": True}


def test_the_transcript_before_analysis_is_read_too(turns):
    (only,) = turns("transcript.json")
    assert (only.conversation, only.role) == ("chat-9", "CUSTOMER")
    assert only.text == "Is anybody there?"
    assert only.timestamp == "2024-03-06T08:30:00.001Z"


def test_damaged_messages_are_named_and_the_rest_is_read(parts):
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
