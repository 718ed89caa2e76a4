"""No expression takes much longer on a text that is made to stall it."""

import importlib
import pkgutil
import re

import pytest

import empathy_score
from empathy_score.lexicon import load_lexicon
from empathy_score.lexicon.growth import fast_growth

LEXICON = load_lexicon()
ROWS = (*LEXICON.cues, *LEXICON.signals, *LEXICON.scopes)
# Tried at one place only, or on a short piece of a text.
NOT_SEARCHED = {
    "coaching.quoting._NUMBER_BEFORE",
    "columns._CLOCK",
    "columns._DURATION",
    "lexicon.own_rows._HEADER",
    "readers.captions._TIMELIKE",
    "readers.chat._TIMES",
    "readers.json_entries._COLON",
    "readers.srt._FIRST",
    "turn_taking.marks._CODED",
    "turn_taking.marks._GAVE_UP",
}
NEED_MORE = {"spark", "spark_worker", "__main__"}


@pytest.mark.parametrize("label", sorted({row.id.split(".")[0] for row in ROWS}))
def test_the_time_of_a_row_grows_with_the_text_and_no_faster(label):
    for row in ROWS:
        if row.id.split(".")[0] == label:
            edge = "" if row.expression.startswith(r"\b") else r"(?:(?<!\w)|(?!\w))"
            assert fast_growth(edge + row.expression) is None, row.id


def expressions():
    """Every expression that a module of the package keeps, by its name."""
    for module in pkgutil.walk_packages(empathy_score.__path__, "empathy_score."):
        if not NEED_MORE & set(module.name.split(".")):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{module.name}.{name}".partition(".")[2], value


def test_the_time_of_no_other_expression_grows_faster_than_the_text():
    found = dict(expressions())
    assert len(found) > 30
    assert set(found) >= NOT_SEARCHED
    searched = [one for one in found.items() if one[0] not in NOT_SEARCHED]
    growing = {name: fast_growth(it.pattern, 6_000, it.flags) for name, it in searched}
    assert {name: seen for name, seen in growing.items() if seen} == {}


@pytest.mark.parametrize(
    "expression",
    ["(?:a+)+ sorry", r"\w*\w* sorry", "(?:so|so so)+ sorry", r"[^.]* sorry", r"\s+$"],
)
def test_growth_is_seen_where_there_is_some(expression):
    found = fast_growth(expression)
    assert found.ratio > 9
    assert found.seconds > 0.005


def test_a_bounded_repeat_is_no_growth():
    assert fast_growth(r"[^.]{0,100} sorry") is None
