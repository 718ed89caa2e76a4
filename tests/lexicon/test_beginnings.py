"""A search looks only where a match can begin, and misses none by that."""

import re

import pytest

from empathy_score.lexicon.beginnings import N_CHARACTERS, first_pairs
from empathy_score.lexicon.literals import parsed

TEXTS = (
    "so sorry. oh no! it's -- \u2014 a 2nd time?",
    "ah, ahh ahhh\nno. no, no",
    "caf\u00e9 #name# 10am [laughs] x",
)


def begins(expression, text, place):
    """Whether the two characters at a place are among those of the expression."""
    one, two = (
        min(ord(character), N_CHARACTERS - 1) for character in (text + " ")[place:][:2]
    )
    return bool(first_pairs(parsed(expression))[one, two])


@pytest.mark.parametrize(
    "expression",
    [
        r"(?:^|[.!?\n] ?)(?:oh|so|no|it's)",
        r"\bah+",
        r"[^\w\s]{1,2}",
        r"\w+(?: \w+){0,2}",
        r"(?:x|\d+ ?am|#\w+#)?(?:sorry|oh )",
        r"(?:oh|so )+",
        r"(?<=a)h{2,3}|\u2014|\u00e9",
        r"(?=s).o",
        r"(?:h|)a\W",
    ],
)
def test_no_match_begins_with_other_characters(expression):
    for text in TEXTS:
        for match in re.finditer(expression, text, re.ASCII):
            if match.start() and match.end() > match.start():
                assert begins(expression, text, match.start()), match


def test_what_stands_only_at_the_start_is_looked_for_nowhere_else():
    assert not first_pairs(parsed(r"^(?:hi|hello)")).any()


def test_words_that_begin_otherwise_are_left_out():
    assert begins(r"\b(?:sorry|sad)", "so", 0)
    assert not begins(r"\b(?:sorry|sad)", "st", 0)
    assert not begins(r"\b(?:sorry|sad)", "to", 0)


def test_an_expression_that_may_be_empty_can_begin_anywhere():
    assert first_pairs(parsed(r"(?:so)?")).all()
