import pytest

from empathy_score.columns import role_of
from empathy_score.readers.genesys import FORMAT
from empathy_score.readers.turn import FormatError


def call_with(participants, *, moment=1709630405000, lasted=1000):
    """Give who is taken to have said one internal phrase."""
    phrase = {
        "text": "hello",
        "participantPurpose": "internal",
        "startTimeMs": moment,
        "duration": {"milliseconds": lasted},
    }
    call = {
        "conversationId": "c",
        "mediaType": "call",
        "conversationStartTime": 1709630400000,
        "participants": [
            {"participantPurpose": "internal", **one} for one in participants
        ],
        "transcripts": [{"transcriptId": "t", "phrases": [phrase]}],
    }
    (turn,) = FORMAT.read(call, "x")
    return turn.role, turn.agent


def span(start, end, **who):
    return {"startTimeMs": start, "endTimeMs": end, **who}


@pytest.mark.parametrize("name", ["call.json", "message.json", "call_broken.json"])
def test_transcripts_are_recognised(name, document):
    assert FORMAT.recognises(document(name))


def test_a_conversation_is_told_by_its_own_key_or_by_its_transcript_s():
    plain = {"transcripts": [{"phrases": []}]}
    assert not FORMAT.recognises(plain)
    assert FORMAT.recognises({"conversationId": "c", **plain})
    assert FORMAT.recognises({"transcripts": [{"transcriptId": "t", "phrases": []}]})


@pytest.mark.parametrize("key", ["conversationId", "communicationId", "transcripts"])
def test_an_export_without_transcripts_is_told_by_all_its_keys(key):
    empty = {"conversationId": "c", "communicationId": "d", "transcripts": []}
    assert FORMAT.recognises(empty)
    assert not FORMAT.recognises({name: empty[name] for name in empty if name != key})


def test_phrases_of_all_transcripts_come_in_order_of_time(turns):
    said = turns("call.json")
    assert [(turn.identifier, turn.text) for turn in said] == [
        ("tr-1:0", "press one for claims"),
        ("tr-1:1", "claims"),
        ("tr-1:2", "you are first in line"),
        ("tr-1:3", "This is Anna, what happened?"),
        ("tr-1:4", "My kitchen flooded."),
        ("tr-2:0", "Hello, Ben speaking. How can I help?"),
    ]
    assert {turn.conversation for turn in said} == {"conv-51"}


def test_internal_is_the_menu_the_queue_or_the_agent_who_was_on_the_line(turns):
    said = turns("call.json")
    assert [(turn.role, turn.agent) for turn in said] == [
        ("bot", None),
        ("customer", None),
        ("system", None),
        ("agent", "user-anna"),
        ("customer", None),
        ("agent", "user-ben"),
    ]
    assert said[3].meta == {
        "communication": "comm-1",
        "language": "en-us",
        "queue": "q-claims",
    }


def test_speech_is_timed_from_the_beginning_of_the_conversation(turns):
    said = turns("call.json")
    assert [(turn.start, turn.end) for turn in said] == [
        (1.0, 2.8),
        (3.75, 4.2),
        (12.0, 13.5),
        (21.001, 23.0),
        (22.9, 24.5),
        (47.125, 49.625),
    ]
    assert said[3].timestamp == "2024-03-05T09:20:21.001Z"
    assert {turn.channel for turn in said} == {"voice"}


def test_messages_have_the_time_of_day_and_no_end(turns):
    said = turns("message.json")
    assert [turn.start for turn in said] == [
        1709630401.0,
        1709630411.321,
        1709630435.0,
        1709630441.0,
    ]
    assert {turn.end for turn in said} == {None}
    assert {turn.channel for turn in said} == {"chat"}
    assert said[1].timestamp == "2024-03-05T09:20:11.321Z"


def test_a_bot_before_the_agent_is_no_agent_and_nobody_is_guessed_between_them(turns):
    said = turns("message.json")
    assert [(turn.text, turn.role) for turn in said] == [
        ("Hi, I am the assistant.", "bot"),
        ("A person, please!", "customer"),
        ("Somebody in between.", "internal"),
        ("Of course, I'm here now.", "agent"),
    ]
    assert role_of(said[2].role) == "unknown"


def test_a_bot_does_not_become_the_agent_by_the_callers_word_for_internal(turns):
    said = turns("message.json")
    assert [turn.speaker for turn in said] == [None, "external", "internal", "user-cho"]


def test_an_agent_who_shares_the_line_with_his_queue_is_who_speaks():
    queue = span(1709630400000, 1709630465000, queueId="q")
    agent = span(1709630404000, 1709630465000, userId="u")
    assert call_with([queue, agent]) == ("agent", "u")


def test_who_was_on_the_line_for_the_longer_part_of_the_phrase_speaks():
    flow = span(1709630400000, 1709630405200, flowId="f")
    agent = span(1709630405200, 1709630465000, userId="u")
    assert call_with([flow, agent]) == ("agent", "u")
    assert call_with([flow, agent], moment=1709630404500) == ("bot", None)


def test_agents_alone_inside_are_agents_even_before_they_were_on_the_line():
    anna = span(1709630410000, 1709630420000, userId="anna")
    ben = span(1709630430000, 1709630440000, userId="ben")
    assert call_with([anna]) == ("agent", "anna")
    assert call_with([anna, ben]) == ("agent", None)
    assert call_with([anna], moment=None) == ("agent", "anna")


def test_without_participants_internal_stays_open():
    assert call_with([]) == ("internal", None)


def test_damaged_phrases_and_transcripts_are_named_and_the_rest_is_read(
    document, parts
):
    texts, reasons = parts("call_broken.json")
    assert texts == ["good morning", "are you there"]
    assert reasons == [
        "transcripts[0].phrases[1]: has no 'text'",
        "transcripts[0].phrases[2]: 'duration' is a number, expected an object",
        "transcripts[1]: has no 'phrases'",
        "transcripts[2]: is a text, expected an object",
    ]
    last = list(FORMAT.read(document("call_broken.json"), "x"))[-1]
    assert (last.start, last.end, last.identifier) == (None, None, None)


def test_a_file_without_transcripts_says_so():
    with pytest.raises(FormatError, match="has no 'transcripts'"):
        list(FORMAT.read({"conversationId": "c"}, "x"))
