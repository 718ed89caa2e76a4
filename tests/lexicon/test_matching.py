"""Finding is exact, and takes time in proportion to the text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_score.lexicon import (
    compile_lexicon,
    find_all_hits,
    find_hits,
    load_lexicon,
)
from empathy_score.lexicon.scanning import scan

LEXICON = load_lexicon()
MATCHER = compile_lexicon(LEXICON)


def labels(text):
    return {hit.pattern.label for hit in find_hits(text, MATCHER) if not hit.negated}


def test_words_inside_longer_words_are_not_found():
    assert "apology" not in labels("The sorority house")


def test_of_overlapping_hits_of_one_cue_the_longest_stays():
    hits = find_hits("I'm so sorry to hear about the issue.", MATCHER)
    apologies = [hit for hit in hits if hit.pattern.label == "apology"]
    assert len(apologies) == 1
    assert apologies[0].pattern.subtype == "specific"


def test_a_question_is_open_or_closed_and_an_offer_of_help_is_neither():
    assert {"open_question", "closed_question"} & labels("What happened then?") == {
        "open_question"
    }
    assert {"open_question", "closed_question"} & labels("Is it blue?") == {
        "closed_question"
    }
    assert "open_question" not in labels("How can I help you today?")


@pytest.mark.parametrize(
    "text",
    ["I don't understand why you're upset.", "We are not sorry.", "I can't apologise."],
)
def test_denied_words_are_kept_and_marked(text):
    hits = [
        hit
        for hit in find_hits(text, MATCHER)
        if hit.pattern.label in ("apology", "perspective_taking")
    ]
    assert hits
    assert all(hit.negated for hit in hits)


@pytest.mark.parametrize(
    ("plain", "rough"),
    [
        ("I'm so sorry!", "I\u2019M SOOOOO SORRY!!!"),
        ("I'm so sorry!", "i&#39;m so\u200b sorry"),
        ("I'm so sorry!", "im so sory"),
        ("We apologise.", "we appologize"),
        ("Thank you!", "<b>Thank&nbsp;you</b>"),
        ("Don't worry.", "dont worry"),
    ],
)
def test_rough_spelling_gives_the_same_cues(plain, rough):
    assert labels(plain) <= labels(rough)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_offsets_lie_inside_any_text(text):
    for hit in find_hits(text, MATCHER):
        assert 0 <= hit.start < hit.end <= len(text)


@pytest.mark.parametrize(
    "unit", ["sorry ", "a", "why ", "?", "i am so ", "&#39;", "<b "]
)
def test_time_grows_with_length_and_not_faster(unit):
    def seconds(length):
        text = (unit * length)[:length]
        start = time.perf_counter()
        find_hits(text, MATCHER)
        return time.perf_counter() - start

    seconds(1000)
    short = min(seconds(4_000) for _ in range(3))
    long = min(seconds(32_000) for _ in range(2))
    assert long < max(8 * short * 4, 0.5)


def test_a_batch_finds_what_each_text_alone_gives():
    texts = ["You can choose to rate us now", "I'm so sorry!", "", "rate us, to rate"]
    together = find_all_hits(texts, MATCHER)
    assert together == [find_hits(text, MATCHER) for text in texts]


def test_no_hit_is_empty_where_one_word_stands_for_several():
    for text in ("tysm!", "np tysm", "tysm for that"):
        assert all(hit.start < hit.end for hit in find_hits(text, MATCHER)), text


def test_no_row_is_tried_behind_the_last_word_that_it_needs():
    text = "hi this is ann from support zq"
    short, long = (scan([each], MATCHER.scanner) for each in (text, text + ". zq" * 9))
    assert any(short.searched)
    assert (long.row, long.begin) == (short.row, short.begin)
