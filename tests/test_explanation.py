import re

import pytest

from empathy_score import EmpathyScorer
from empathy_score.explanation import meaning_of, part_of
from empathy_score.model import model_columns


@pytest.fixture(scope="module")
def scorer():
    return EmpathyScorer.load()


def test_the_notebook_shows_marked_evidence_and_shares(scorer):
    one = scorer.score("I'm so sorry it came broken again. Order number?")
    html = one._repr_html_()
    assert "<mark" in html
    assert "title='apology, specific'" in html
    assert f"score {one.score:.2f}" in html
    for part, share in one.shares().items():
        assert f">{share:+.2f}<" in html, part
    text = re.sub(r"<sub>[^<]*</sub>|<[^>]+>", "", html)
    assert "I&#x27;m so sorry it came broken again. Order number?" in text


def test_nothing_of_the_text_becomes_html(scorer):
    html = scorer.score(
        "<script>alert(1)</script> so sorry <b>for</b> that"
    )._repr_html_()
    assert "<script" not in html
    assert "<b>" not in html


def test_denied_words_are_struck_out(scorer):
    html = scorer.score("I can't apologise for that.")._repr_html_()
    assert "line-through" in html


def test_the_notebook_warns_of_another_language(scorer):
    html = scorer.score("Das tut mir wirklich sehr leid.")._repr_html_()
    assert "Out of domain" in html


def test_overlapping_cues_leave_the_text_whole(scorer):
    text = "I can see why you'd be so upset, I'm really sorry you feel let down."
    html = scorer.score(text)._repr_html_()
    first = re.search(r"<p>(.*?)</p>", html).group(1)
    plain = re.sub(r"<sub>[^<]*</sub>|<[^>]+>", "", first).replace("&#x27;", "'")
    assert plain == text


def test_every_column_belongs_to_something_and_is_explained():
    for name in (*model_columns(), "intercept"):
        assert part_of(name)
        assert meaning_of(name)
