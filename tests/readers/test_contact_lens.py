import pytest

from empathy_score.columns import role_of
from empathy_score.readers.contact_lens import FORMAT
from empathy_score.readers.turn import FormatError


@pytest.mark.parametrize(
    "name",
    [
        "voice.json",
        "voice_redacted.json",
        "voice_broken.json",
        "realtime.json",
        "realtime_chat.json",
    ],
)
def test_calls_are_recognised(name, document):
    assert FORMAT.recognises(document(name))


def test_a_call_without_channel_and_times_is_recognised_and_read():
    bare = {
        "Version": "1.1.0",
        "Participants": [{"ParticipantId": "p", "ParticipantRole": "CUSTOMER"}],
        "Transcript": [{"ParticipantId": "p", "Id": "1", "Content": "Hello."}],
    }
    assert FORMAT.recognises(bare)
    (only,) = FORMAT.read(bare, "bare.json")
    assert (only.conversation, only.role) == ("bare.json", "CUSTOMER")
    assert (only.start, only.end) == (None, None)


def test_identifiers_of_participants_become_roles(turns):
    said = turns("voice.json")
    assert [turn.role for turn in said] == [
        "SYSTEM",
        "AGENT",
        "CUSTOMER",
        "AGENT",
        "CUSTOMER",
        None,
    ]
    assert [role_of(turn.role) for turn in said[:3]] == ["system", "agent", "customer"]
    assert said[5].speaker == "someone-transferred"


def test_times_keep_their_milliseconds_and_their_overlap(turns):
    said = turns("voice.json")
    assert [(turn.start, turn.end) for turn in said[:4]] == [
        (0.0, 2.31),
        (2.48, 6.035),
        (5.901, 12.007),
        (12.3, 17.999),
    ]
    assert {turn.timestamp for turn in said} == {None}


def test_the_contact_the_turn_and_the_agent_keep_their_identifiers(turns):
    said = turns("voice.json")
    assert {turn.conversation for turn in said} == {
        "0d7e3c1a-0000-4000-8000-000000000001"
    }
    assert [turn.identifier for turn in said] == [f"t-{number}" for number in range(6)]
    agent = "5b1f9a52-0000-4000-8000-00000000000a"
    assert [turn.agent for turn in said] == [None, agent, None, None, None, None]
    assert said[1].text == "Good morning, Harbour Boilers, how can I help?"
    assert said[1].meta == {"language": "en-GB"}
    assert {turn.channel for turn in said} == {"voice"}


def test_the_redacted_twin_says_that_it_is_one(turns):
    said = turns("voice_redacted.json")
    assert [turn.text for turn in said] == [
        "You are speaking with [PII], how are you?",
        "[NAME] here, my parcel is lost.",
    ]
    assert [turn.role for turn in said] == ["AGENT", "CUSTOMER"]
    assert said[0].meta == {"language": "en-US", "redacted": True}
    assert said[0].conversation == "the-file"


def test_segments_of_a_running_call_give_only_what_was_said(turns):
    said = turns("realtime.json")
    assert [(turn.text, role_of(turn.role)) for turn in said] == [
        ("Good evening, what happened?", "agent"),
        ("You charged me twice!", "customer"),
        ("One moment please.", "bot"),
    ]
    assert [(turn.start, turn.end) for turn in said] == [
        (0.125, 1.875),
        (1.7, 3.05),
        (3.1, 4.0),
    ]
    assert {turn.conversation for turn in said} == {"rt-7"}


def test_segments_of_a_running_chat_have_the_time_of_day(turns):
    said = turns("realtime_chat.json")
    assert [turn.timestamp for turn in said] == [
        "2024-03-05T09:00:01.250Z",
        "2024-03-05T09:00:20.500Z",
    ]
    assert [turn.start for turn in said] == [1709629201.25, 1709629220.5]
    assert [(turn.speaker, turn.agent) for turn in said] == [
        ("Mo", None),
        ("Ines", "Ines"),
    ]
    assert {turn.channel for turn in said} == {"chat"}


def test_damaged_turns_are_named_and_the_rest_is_read(parts):
    texts, reasons = parts("voice_broken.json")
    assert texts == ["Hello, how can I help?", "Since Monday."]
    assert reasons == [
        "Transcript[1]: has no 'Content'",
        "Transcript[2]: 'BeginOffsetMillis' is 'later', expected a number",
        "Transcript[3]: is a text, expected an object",
        "Transcript[4]: 'Content' is a list, expected a text",
    ]


def test_a_missing_start_is_none_and_not_zero(document):
    last = list(FORMAT.read(document("voice_broken.json"), "x"))[-1]
    assert (last.start, last.end) == (None, 3.0)


def test_a_job_without_a_transcript_says_so():
    failed = {"Channel": "VOICE", "ContentMetadata": {}, "Participants": []}
    assert FORMAT.recognises(failed)
    with pytest.raises(FormatError, match="has no 'Transcript'"):
        list(FORMAT.read(failed, "x"))


def test_a_transcript_of_the_wrong_type_says_so():
    with pytest.raises(FormatError, match="'Transcript' is a text, expected a list"):
        list(FORMAT.read({"Transcript": "Hello"}, "x"))
