"""Only rows whose words occur are tried, and none is missed by that."""

import pytest

from empathy_score.lexicon import compile_lexicon, load_lexicon
from empathy_score.lexicon.literals import fold, needed_literals
from empathy_score.lexicon.matching import _compiled
from empathy_score.lexicon.scanning import scan
from empathy_score.normalization import plain_text

LEXICON = load_lexicon()
MATCHER = compile_lexicon(LEXICON)
TEXTS = sorted(
    {
        plain_text(example).text
        for row in (*LEXICON.cues, *LEXICON.signals)
        for example in (*row.examples, *row.counter_examples)
    }
)


def tries_of(texts):
    found = scan(texts, MATCHER.scanner)
    return set(zip(found.row, found.text, found.begin, found.searched, strict=True))


TRIES = tries_of(TEXTS)


def texts_of(expression):
    return {
        literal.text
        for needed in needed_literals(expression)
        for literal in needed.one_of
    }


def test_the_rarest_words_are_chosen():
    assert texts_of(r"[a-z]+ [^.]{0,9} so [^.]{0,9} sorry about") == {" sorry about "}


def test_a_word_at_the_start_tells_where_the_match_begins():
    (needed,) = needed_literals(r"condolences(?: [a-z]+){0,3} sorry")
    (literal,) = needed.one_of
    assert (literal.text, literal.shift) == (" condolences", 1)


def test_a_word_after_a_gap_says_only_that_it_must_occur():
    (needed,) = needed_literals(r"[a-z]+ [^.]{0,60} inconvenience")
    (literal,) = needed.one_of
    assert (literal.text, literal.shift) == (" inconvenience ", None)


def test_letters_held_down_are_spelt_out():
    assert texts_of(r"sor+y") == {" sory ", " sorry "}


def test_a_syllable_may_be_said_more_than_twice():
    assert any(text in fold("hahaha") for text in texts_of(r"(?:ha)+"))


def test_every_choice_counts():
    assert texts_of(r"(?:sorry|apologies) [^.]{0,9}") == {" sorry ", " apologies "}


def test_a_common_word_is_guarded_by_a_second_one():
    (needed,) = needed_literals(r"the [^.]{0,30} please")
    assert {literal.text for literal in needed.one_of} == {" the "}
    assert needed.also == {" please "}


def test_each_choice_is_looked_at_alone():
    first, second = needed_literals(r"sorry for|(?:we )?regret [^.]{0,9} delay")
    assert {literal.text for literal in first.one_of} == {" sorry for "}
    assert {piece.text for piece in second.one_of} == {" regret ", " we regret "}


def test_marks_are_found_at_the_end_of_a_folded_text():
    (needed,) = needed_literals(r"[^.]{0,300}[?]+")
    (literal,) = needed.one_of
    assert literal.text in fold("is it blue?")
    assert literal.text not in fold("it is blue.")


def test_an_expression_without_a_certain_word_has_no_literal():
    (needed,) = needed_literals(r"[a-z]*")
    assert not needed.one_of


@pytest.mark.parametrize(
    "row", [*LEXICON.cues, *LEXICON.signals], ids=lambda row: row.id
)
def test_no_match_of_a_row_is_missed(row):
    index = MATCHER.rows.index(row)
    for number, text in enumerate(TEXTS):
        for match in _compiled(row.expression).finditer(text):
            start, end = match.span(match.lastindex or 0)
            if start < end:
                tried = (index, number, match.start())
                assert {(*tried, True), (*tried, False)} & TRIES, text


def test_texts_side_by_side_are_tried_as_each_alone():
    together = sorted(tries_of(TEXTS[:40]))
    alone = [
        (row, number, begin, searched)
        for number, text in enumerate(TEXTS[:40])
        for row, _, begin, searched in tries_of([text])
    ]
    assert together == sorted(alone)


@pytest.mark.parametrize("texts", [[], [""], ["", "?", ""], ["\x00", "A", "\n"]])
def test_texts_without_words_are_scanned_without_harm(texts):
    assert all(0 <= number < len(texts) for _, number, _, _ in tries_of(texts))
