"""Transcribers' marks say who was cut off; punctuation does not."""

import time

import pytest

from empathy_score.turn_taking.marks import find_marks


@pytest.mark.parametrize(
    "text",
    [
        "But I already told you --",
        "I was only going to\u2014",
        "We did that, but then...-",
        "I was about to -",
        'She said "I will--"',
        "I only wanted to [crosstalk 00:12:31]",
        "and he (overlapping)",
    ],
)
def test_a_turn_breaks_off(text):
    assert find_marks(text).broken


@pytest.mark.parametrize(
    "text",
    [
        "It is late -- two weeks late.",
        "We are closed \u2014 sorry.",
        "---",
        "A well-known case",
        "I wan-",
        "Done. [crosstalk]",
        "",
    ],
)
def test_a_dash_inside_or_alone_is_punctuation(text):
    marks = find_marks(text)
    assert not marks.broken
    assert not marks.stopped


@pytest.mark.parametrize(
    "text", ["where is my +/.", "did you +/?", "he said //", "I was (interrupted)"]
)
def test_a_code_says_that_the_other_side_stopped_the_turn(text):
    assert find_marks(text).stopped


def test_an_address_does_not_end_in_a_mark():
    assert not find_marks("see https://").stopped


@pytest.mark.parametrize("text", ["I was +//.", "well +..."])
def test_giving_up_is_no_interruption(text):
    marks = find_marks(text)
    assert marks.gave_up
    assert not marks.stopped


def test_the_words_remain_without_the_mark():
    assert find_marks("I told you the --").bare == "I told you the"


def test_marks_at_the_start():
    assert find_marks("[interrupting] No, listen.").cuts_in
    assert find_marks("(overlapping) Yes.").beside
    assert find_marks("-- that it broke").goes_on
    assert not find_marks("- Item one\n- Item two").goes_on
    assert not find_marks("Sorry for interrupting.").cuts_in


@pytest.mark.parametrize(
    "part", ["-", "a-", "[overlap ", "(cut in ", "+/", "... ", " "]
)
def test_long_odd_texts_take_no_time(part):
    begun = time.perf_counter()
    find_marks(part * (16_000 // len(part)))
    assert time.perf_counter() - begun < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Order today for delivery tomorrow (cut-off 3 pm).",
        "The upload stopped (interrupted connection).",
        "Power was out (cut off at noon)",
    ],
)
def test_words_in_brackets_that_are_no_mark_are_none(text):
    assert not find_marks(text).stopped
