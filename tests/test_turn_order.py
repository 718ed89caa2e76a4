from itertools import islice

from empathy_score.records import Utterance
from empathy_score.turn_order import replies

SIDES = {"a": "agent", "c": "customer", "b": "bot", "s": "system", "u": "unknown"}


def turns(*said, conversation="1"):
    """Make utterances from ``"c: words"``."""
    return [
        Utterance(
            row=row,
            conversation=conversation,
            role=SIDES[words[0]],
            text=words[3:],
        )
        for row, words in enumerate(said)
    ]


def test_a_turn_answers_the_other_side():
    said = turns("c: Broken.", "a: Oh no.", "c: Yes.", "a: Sorry.")
    assert list(replies(said)) == [None, "Broken.", "Oh no.", "Yes."]


def test_messages_in_a_row_are_joined_and_all_answer_the_same():
    said = turns("c: Hi", "c: Broken", "a: Oh", "a: Sorry", "c: Thanks", "a: Bye")
    assert list(replies(said)) == [
        None,
        None,
        "Hi\nBroken",
        "Hi\nBroken",
        "Oh\nSorry",
        "Thanks",
    ]


def test_nobody_answers_before_the_other_side_has_spoken():
    assert list(replies(turns("a: Hello", "a: Anyone?"))) == [None, None]


def test_a_bot_and_the_system_between_do_not_count():
    said = turns("c: Hi", "b: Wait", "s: Joined", "c: Broken", "b: Hm", "a: Oh no")
    assert list(replies(said)) == [None, None, None, None, None, "Hi\nBroken"]


def test_of_an_unknown_role_nobody_knows_the_other_side():
    assert list(replies(turns("c: Hi", "u: Hm", "a: Hello"))) == [None, None, "Hi"]


def test_conversations_may_be_interleaved():
    one = turns("c: One.", "a: Yes, one.", conversation="1")
    two = turns("c: Two.", "a: Yes, two.", conversation="2")
    mixed = [one[0], two[0], two[1], one[1]]
    assert list(replies(mixed)) == [None, None, "Two.", "One."]


def test_replies_come_one_by_one():
    def endless():
        while True:
            yield from turns("c: Hi", "a: Hello")

    assert list(islice(replies(endless()), 4)) == [None, "Hi", "Hello", "Hi"]


def test_no_utterances_have_no_replies():
    assert list(replies([])) == []
