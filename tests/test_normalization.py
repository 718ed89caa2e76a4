"""Plain texts lead back to the original."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_score.errors import LexiconError
from empathy_score.normalization import (
    PlainText,
    load_spellings,
    plain_text,
    plain_texts,
    read_spellings,
)


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
        ("one<br/> <b>two</b>&nbsp;&nbsp;three", "one two three"),
        ("a & b < c", "a & b < c"),
        ("goooood, welllll, sooooo", "good, well, so"),
        ("sorrrrry!!!", "sorry!!!"),
        ("thx, im sory...", "thanks, i'm sorry..."),
        ("U R right", "you're right"),
        ("i m here , dont worry", "i'm here , don't worry"),
        ("how r u?", "how are you?"),
        ("pls apologize", "please apologize"),
        ("mail sory@example.org", "mail sory@example.org"),
        ("u.s. #u u-turn u_2", "u.s. #u u-turn u_2"),
        ("5 m", "5 m"),
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


def test_a_respelt_word_leads_back_to_what_was_written():
    text = "i m so sorrry, thx 4 waiting"
    plain = plain_text(text)
    for words, written in (
        ("i'm", "i m"),
        ("sorry", "sorrry"),
        ("thanks", "thx"),
        ("waiting", "waiting"),
    ):
        start = plain.text.index(words)
        first, last = plain.original(start, start + len(words))
        assert text[first:last] == written


def test_part_of_a_respelt_word_is_not_empty():
    plain = plain_text("im")
    assert plain == PlainText(text="i'm", offsets=(0, 1, 2, 2))


def test_usual_words_are_no_misspellings_of_others():
    spellings = load_spellings()
    assert not set(spellings.plain) & set(spellings.plain.values())


def test_what_is_respelt_is_plain():
    for form, usual in load_spellings().plain.items():
        assert plain_text(form).text == usual
        assert plain_text(usual).text == usual


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not a JSON object"),
        ("[]", "allowed is an object"),
        (json.dumps({"plain": "sorry"}), "allowed is an object"),
        (json.dumps({"plain": "sorry", "written": "sory"}), "allowed is"),
        (json.dumps({"plain": "hi", "written": ["Hii"]}), "'Hii' is not one lower"),
        (json.dumps({"plain": "hi", "written": ["h ii"]}), "'h ii' is not one lower"),
        (json.dumps({"plain": "cold", "written": ["hii"]}), "stands for 'hi' already"),
    ],
)
def test_a_wrong_row_is_named_with_file_and_line(tmp_path, line, message):
    file = tmp_path / "spellings.jsonl"
    file.write_text('{"plain": "hi", "written": ["hii"]}\n' + line + "\n")
    with pytest.raises(LexiconError, match=r"spellings\.jsonl:2: ") as caught:
        read_spellings(file)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "piece", ["a", "u ", "aaab", "&", "<a", "i m ", "'", "a'", "&nbsp;", " &", "a.b"]
)
def test_a_hostile_text_takes_time_in_proportion(piece):
    text = piece * (64_000 // len(piece))
    started = time.perf_counter()
    plain_text(text)
    assert time.perf_counter() - started < 2


@given(
    st.text(
        alphabet=st.sampled_from("aoSumrixh' <>&;#39p\u2019\u200b\u0130\U0001f600"),
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


ODD = st.text(
    alphabet=st.sampled_from("aaab B\n\0\t`&<;'\u2019\u0130\u00e9 "), max_size=12
)


@given(st.lists(ODD | st.text(max_size=12), max_size=8))
def test_many_texts_together_have_the_plain_form_of_each_alone(texts):
    assert plain_texts(texts) == [plain_text(text) for text in texts]
