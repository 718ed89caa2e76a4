"""Small conversations: who cut off whom, who listened, and why something is null."""

import pytest

from empathy_score.records import Utterance
from empathy_score.turn_taking import conversation_turns, taking, turn_taking


def said(*turns, conversation="1", first=0):
    """Make utterances of (role, text[, start[, end]])."""
    return [
        Utterance(
            row=first + number,
            conversation=conversation,
            role=role,
            text=text,
            start=times[0] if times else None,
            end=times[1] if len(times) > 1 else None,
        )
        for number, (role, text, *times) in enumerate(turns)
    ]


CALL = said(
    ("agent", "How can I help you today?", 0.0, 2.0),
    ("customer", "Well my lamp came broken and I want to", 2.5, 7.0),
    ("agent", "What is your order number please, I need that first", 6.2, 10.0),
    ("customer", "I was going to tell you that it is forty two", 10.4, 14.0),
    ("agent", "mm-hmm", 12.0, 12.4),
    ("agent", "Thank you, I have it here now.", 14.6, 17.0),
)


def test_a_caller_who_is_talked_down_was_interrupted_by_the_agent():
    turns = turn_taking(CALL)
    assert [turn.interrupted for turn in turns] == [
        False,
        True,
        False,
        False,
        False,
        False,
    ]
    assert [turn.interrupts for turn in turns].index(True) == 2
    assert turns[2].attempts
    assert turns[2].successful
    assert turns[1].p_interrupted > 0.5 > turns[0].p_interrupted
    assert turns[1].overlap_seconds == pytest.approx(0.8)
    assert {turn.timing for turn in turns} == {"overlap"}
    assert {turn.why for turn in turns} == {None}


def test_listening_is_no_interruption():
    turns = turn_taking(CALL)
    assert turns[4].backchannel
    assert turns[4].interrupts is False
    assert turns[4].attempts is False
    assert turns[4].response_seconds is None
    assert turns[3].interrupted is False


def test_response_is_counted_from_the_other_sides_end_and_never_negative():
    seconds = [turn.response_seconds for turn in turn_taking(CALL)]
    assert seconds == [None, 0.5, 0.0, 0.4, None, 0.6]


def test_the_other_sides_listening_does_not_end_a_monologue():
    turns = turn_taking(
        said(
            ("customer", "It began on Monday when the lamp came", 0.0, 10.0),
            ("agent", "mm-hmm", 9.0, 9.5),
            ("customer", "and it did not work at all.", 10.5, 20.0),
            ("agent", "I see, let me check that.", 20.5, 22.0),
        )
    )
    assert [turn.monologue_seconds for turn in turns] == [20.0, None, 20.0, 1.5]


def test_an_attempt_that_fails_is_no_interruption():
    turns = turn_taking(
        said(
            ("customer", "And then I called three times last week.", 0.0, 8.0),
            ("agent", "Let me look.", 4.0, 5.0),
            ("customer", "Nobody answered.", 8.2, 9.0),
        )
    )
    assert (turns[1].attempts, turns[1].interrupts, turns[1].successful) == (
        True,
        False,
        False,
    )


def test_three_people_by_name():
    turns = said(
        ("unknown", "so the first thing we should do is", 0.0, 3.0),
        ("unknown", "no wait that was already done last week", 2.6, 5.0),
        ("unknown", "yeah", 3.5, 3.8),
        ("unknown", "what is next on the list", 5.5, 7.0),
    )
    found = turn_taking(turns, speakers=["ann", "bob", "cat", "cat"])
    assert found[1].interrupts
    assert found[2].backchannel
    summed = conversation_turns(turns, found, speakers=["ann", "bob", "cat", "cat"])[0]
    assert summed.interruptions == {"ann": 0, "bob": 1, "cat": 0}
    assert summed.backchannels == {"ann": 0, "bob": 0, "cat": 1}


def test_turns_that_never_overlap_show_no_interruption_and_say_so():
    turns = turn_taking(
        said(
            ("customer", "I want to", 0.0, 2.0),
            ("agent", "Your number?", 2.0, 3.0),
            ("customer", "Forty two.", 3.5, 4.0),
        )
    )
    for turn in turns:
        assert turn.timing == "sequential"
        assert (turn.interrupted, turn.p_interrupted, turn.interrupts) == (None,) * 3
        assert turn.overlap_seconds is None
        assert "never overlap" in turn.why
    assert [turn.response_seconds for turn in turns] == [None, 0.0, 0.5]


def test_starts_alone_give_waiting_times_from_message_to_message():
    turns = turn_taking(
        said(
            ("customer", "Hello?", 0),
            ("customer", "Anybody there?", 30),
            ("agent", "Hi!", 50),
            ("customer", "ok", 55),
        )
    )
    assert [turn.response_seconds for turn in turns] == [None, None, 20.0, 5.0]
    assert {turn.timing for turn in turns} == {"start only"}
    assert not any(turn.backchannel for turn in turns)
    assert all("no ends" in turn.why for turn in turns)


def test_marks_count_where_there_are_no_times():
    turns = turn_taking(
        said(
            ("customer", "I already told your colleague --"),
            ("agent", "Your number?"),
            ("customer", "-- that it broke."),
        )
    )
    assert [turn.interrupted for turn in turns] == [True, None, None]
    assert [turn.interrupts for turn in turns] == [None, True, None]
    assert turns[0].why is None
    assert "no times" in turns[1].why


def test_a_note_at_the_start_says_who_cut_in():
    turns = turn_taking(
        said(("customer", "And then I said that"), ("agent", "[interrupting] No."))
    )
    assert turns[0].interrupted
    assert turns[1].interrupts


def test_a_turn_that_goes_on_shows_that_it_was_cut_off():
    turns = turn_taking(
        said(
            ("customer", "I told your colleague"),
            ("agent", "Your number?"),
            ("customer", "-- that it broke."),
        )
    )
    assert turns[0].interrupted
    assert turns[1].interrupts


def test_a_speaker_who_breaks_off_himself_was_not_interrupted():
    turns = turn_taking(
        said(
            ("customer", "I told --"),
            ("customer", "I mean, it broke."),
            ("agent", "we can +//."),
            ("customer", "Yes?"),
        )
    )
    assert [turn.interrupted for turn in turns] == [None, None, False, None]


def test_the_same_dash_in_a_chat_is_nothing():
    chat = said(("customer", "I told you --"), ("agent", "Your number?"))
    turns = turn_taking(chat, written=["1"])
    assert [turn.interrupted for turn in turns] == [None, None]
    assert all("written" in turn.why for turn in turns)
    assert conversation_turns(chat, turns)[0].interruptions is None


def test_a_turn_without_an_end_is_null_among_others_that_overlap():
    call = [*CALL, *said(("customer", "Thank you.", 18.0), first=6)]
    last = turn_taking(call)[-1]
    assert last.interrupted is None
    assert "no end" in last.why


@pytest.mark.parametrize(
    ("roles", "part"),
    [
        (("bot", "customer"), "only one side"),
        (("unknown", "unknown"), "neither the agent"),
    ],
)
def test_without_two_sides_nobody_is_cut_off(roles, part):
    turns = turn_taking(said((roles[0], "I told --"), (roles[1], "Yes?")))
    assert [turn.interrupted for turn in turns] == [None, None]
    assert part in turns[1].why


def test_ok_after_a_question_is_an_answer():
    turns = turn_taking(
        said(
            ("agent", "Shall I send it again?", 0.0, 2.0),
            ("customer", "Yes.", 2.2, 2.6),
            ("agent", "It will come on Monday.", 3.0, 5.0),
            ("customer", "Right.", 5.2, 5.6),
            ("agent", "And you need not pay.", 6.0, 8.0),
        )
    )
    assert [turn.backchannel for turn in turns] == [False, False, False, True, False]


def test_a_conversation_gives_the_same_alone_and_among_others():
    other = said(
        *[("agent", "We close at", 2.0 * n, 2.0 * n + 2.5) for n in range(4)],
        *[("customer", "But I want to", 2.0 * n + 1, 2.0 * n + 3.5) for n in range(4)],
        conversation="2",
        first=6,
    )
    mixed = [turn for pair in zip(CALL, other, strict=False) for turn in pair]
    mixed += other[len(CALL) :]
    found = {turn.row: turn for turn in turn_taking(mixed)}
    for turn in (*turn_taking(CALL), *turn_taking(other)):
        assert found[turn.row] == turn


def test_clock_times_of_day_give_the_same_as_seconds():
    later = [
        Utterance(
            row=one.row,
            conversation=one.conversation,
            role=one.role,
            text=one.text,
            start=one.start + 1.7e9,
            end=one.end + 1.7e9,
        )
        for one in CALL
    ]
    for early, late in zip(turn_taking(CALL), turn_taking(later), strict=True):
        assert late.p_interrupted == pytest.approx(early.p_interrupted, abs=1e-3)
        assert late.interrupted == early.interrupted


def test_nothing_in_nothing_out():
    assert turn_taking([]) == []
    assert conversation_turns([], []) == []


def test_no_times_need_no_model(monkeypatch):
    def no_model():
        raise AssertionError("loaded a model for nothing")

    monkeypatch.setattr(taking, "shipped_model", no_model)
    turn_taking(said(("agent", "Hello."), ("customer", "Hi.")))


def test_a_call_summed_up():
    summed = conversation_turns(CALL, turn_taking(CALL))[0]
    assert summed.timing == "overlap"
    assert summed.why is None
    assert summed.talk_unit == "seconds"
    assert summed.talk_share["customer"] == pytest.approx(8.1 / 16.7)
    assert summed.attempts == {"agent": 1, "customer": 0}
    assert summed.interruptions == {"agent": 1, "customer": 0}
    assert summed.backchannels == {"agent": 1, "customer": 0}
    assert summed.longest_monologue_seconds["customer"] == 4.5
    assert summed.median_response_seconds["agent"] == pytest.approx(0.3)


def test_without_times_shares_are_counted_in_words():
    chat = said(("agent", "One two three."), ("customer", "Four."))
    summed = conversation_turns(chat, turn_taking(chat))[0]
    assert summed.talk_share == {"agent": 0.75, "customer": 0.25}
    assert summed.talk_unit == "words"
    assert summed.longest_monologue_seconds is None
    assert summed.median_response_seconds == {"agent": None, "customer": None}
    assert summed.interruptions is None
    assert "no times" in summed.why


def test_where_nobody_says_a_word_there_are_no_shares():
    silent = said(("agent", ""), ("customer", ""))
    summed = conversation_turns(silent, turn_taking(silent))[0]
    assert summed.talk_share == {}


def test_a_conversation_of_machines_alone_says_why_nothing_is_seen():
    machines = said(("bot", "Press 1.", 0.0, 1.0), ("system", "Closed.", 2.0, 3.0))
    turns = turn_taking(machines)
    summed = conversation_turns(machines, turns)[0]
    assert summed.talk_share == {}
    assert summed.why == turns[0].why
