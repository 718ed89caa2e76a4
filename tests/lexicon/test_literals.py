"""Only rows whose words occur are tried, and none is missed by that."""

import pytest

from empathy_score.lexicon import compile_lexicon, load_lexicon
from empathy_score.lexicon.literals import fold, needed_literals
from empathy_score.lexicon.matching import _compiled, _tries
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


TRIES = {text: _tries(text, MATCHER) for text in TEXTS}


def texts_of(expression):
    return {literal.text for literal in needed_literals(expression)}


def test_the_rarest_words_are_chosen():
    assert texts_of(r"[a-z]+ [^.]{0,9} so [^.]{0,9} sorry about") == {" sorry about "}


def test_a_word_at_the_start_tells_where_the_match_begins():
    (literal,) = needed_literals(r"apologies(?: [a-z]+){0,3} delay")
    assert (literal.text, literal.shift) == (" apologies", 1)


def test_a_word_after_a_gap_says_only_that_it_must_occur():
    (literal,) = needed_literals(r"[a-z]+ [^.]{0,60} inconvenience")
    assert (literal.text, literal.shift) == (" inconvenience ", None)


def test_letters_held_down_are_spelt_out():
    assert texts_of(r"sor+y") == {" sory ", " sorry "}


def test_every_choice_counts():
    assert texts_of(r"(?:sorry|apologies) [^.]{0,9}") == {" sorry ", " apologies "}


def test_marks_are_found_at_the_end_of_a_folded_text():
    (literal,) = needed_literals(r"[^.]{0,300}[?]+")
    assert literal.text in fold("is it blue?")
    assert literal.text not in fold("it is blue.")


def test_an_expression_without_a_certain_word_has_no_literal():
    assert needed_literals(r"[a-z]*") == frozenset()


@pytest.mark.parametrize(
    "row", [*LEXICON.cues, *LEXICON.signals], ids=lambda row: row.id
)
def test_no_match_of_a_row_is_missed(row):
    index = MATCHER.rows.index(row)
    for text in TEXTS:
        tries = TRIES[text]
        for match in _compiled(row.expression).finditer(text):
            start, end = match.span(match.lastindex or 0)
            if start < end and (index, -1) not in tries:
                assert (index, match.start()) in tries, text
