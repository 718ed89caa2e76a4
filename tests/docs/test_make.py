"""Pages that are made from declarations say what the code says."""

import importlib.util
from pathlib import Path

import pytest

from empathy_score.lexicon import CUE_LABELS, load_lexicon
from empathy_score.scored import SCORE_COLUMNS

DOCS = Path(__file__).parents[2] / "docs"
SPEC = importlib.util.spec_from_file_location("make", DOCS / "make.py")
make = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make)


@pytest.mark.parametrize("name", make.PAGES)
def test_a_page_is_up_to_date(name):
    page = (DOCS / name).read_text(encoding="utf-8")
    assert page == make.PAGES[name](), "run python docs/make.py"


def test_every_cue_column_and_row_is_explained():
    assert list(make.CUES) == list(CUE_LABELS)
    assert list(make.COLUMNS) == list(SCORE_COLUMNS)
    page = make.cues_page()
    lexicon = load_lexicon()
    for row in (*lexicon.cues, *lexicon.signals, *lexicon.scopes):
        assert f"`{row.id}`" in page


def test_an_example_shows_the_words_that_count_and_stays_text():
    rows = {row.id: row for row in load_lexicon().cues}
    row = rows["gratitude.patience"]
    shown = make.marked("A < B * C. Thank you for your patience.", row)
    thanks = "<mark>Thank you for your patience</mark>"
    assert shown == f"A &lt; B &#42; C. {thanks}."


def test_a_docstring_becomes_markdown():
    said = "See :func:`~empathy_score.a.b` and ``text`` at https://example.org/x."
    assert make.plain_markdown(said) == "See `b` and `text` at <https://example.org/x>."
