"""Plain texts lead back to the original."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_score.normalization import plain_text


def test_a_plain_text_keeps_its_positions():
    assert plain_text("Sorry about that").offsets is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("I\u2019m SORRY", "i'm sorry"),
        ("so\u200brry", "sorry"),
        ("a&amp;b", "a&b"),
        ("it&#39;s", "it's"),
        ("<p>Hi</p>", " hi "),
        ("soooo  good", "so good"),
        ("\u0130stanbul", "\u0130stanbul"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("1000 000", "1000 000"),
    ],
)
def test_plain_forms(text, plain):
    assert plain_text(text).text == plain


def test_a_span_leads_back_to_the_words_as_written():
    text = "<p>I&#39;m soooo   SORRY</p>"
    plain = plain_text(text)
    start = plain.text.index("so sorry")
    first, last = plain.original(start, start + len("so sorry"))
    assert text[first:last] == "soooo   SORRY"


@given(
    st.text(
        alphabet=st.sampled_from("aoS' <>&;#39p\u2019\u200b\u0130\U0001f600"),
        max_size=60,
    )
)
def test_positions_never_fall_and_end_at_the_end(text):
    plain = plain_text(text)
    if plain.offsets is None:
        assert len(plain.text) == len(text)
    else:
        assert len(plain.offsets) == len(plain.text) + 1
        assert list(plain.offsets) == sorted(plain.offsets)
        assert plain.offsets[-1] == len(text)
