"""The kinds of last words."""

import numpy as np
import pytest

from empathy_score.turn_taking.words import (
    ending_classes,
    ending_space,
    endings,
    is_vocal,
    last_words,
)


def test_an_article_a_name_and_a_cut_off_word_are_told_apart():
    codes = endings(["I saw the", "I saw Rome", "I saw Ro-", ""]).codes[:, -1]
    assert len(set(codes.tolist())) == 4
    assert ending_classes(codes, ["determiner"]).tolist() == [True, False, False, False]


def test_unlisted_words_are_known_by_their_ending_alone():
    one, other, third = endings(["zorking", "blurping", "zork"]).codes[:, -1].tolist()
    assert one == other != third


def test_punctuation_capitals_and_curly_apostrophes_do_not_matter():
    plain = endings(["well i don't know the"]).codes
    assert np.array_equal(endings(["Well, I don\u2019t know THE..."]).codes, plain)


@pytest.mark.parametrize(
    ("text", "listens"),
    [("Mm-hmm.", True), ("yeah, right", True), ("Yeah, but why", False), ("", False)],
)
def test_only_short_turns_of_listeners_words_listen(text, listens):
    assert endings([text]).listening.tolist() == [listens]


def test_a_message_is_no_sound():
    assert is_vocal("Mm-hmm")
    assert not is_vocal("ok")


def test_a_mark_makes_the_last_word_cut_off():
    assert endings(["I want"], [True]).cut_off.tolist() == [True]


def test_the_columns_do_not_depend_on_the_texts():
    few, many = endings(["the"]), endings(["a b c d e", "some other words"])
    assert ending_space(few.codes).shape[1] == ending_space(many.codes).shape[1]


def test_only_the_end_of_a_long_turn_is_read():
    assert last_words("word " * 10_000 + "and so on") == ["word", "and", "so", "on"]
