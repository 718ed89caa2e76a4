import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_score.errors import InputError
from empathy_score.records import Cue
from empathy_score.redaction import MASKS, moved_span, redact, redact_cues, redact_text

PRIVATE = [
    ("Write to jo.bloggs+shop@mail.example.co.uk, please.", "[e-mail]"),
    ("it's jane dot doe at example dot com", "[e-mail]"),
    ("Ring 020 7946 0958 after six", "[phone number]"),
    ("Ring (415) 555-2671 after six", "[phone number]"),
    ("Ring +49 30 901820 after six", "[phone number]"),
    ("oh seven nine one one, one two three four five six", "[number]"),
    ("My card is 4111 1111 1111 1111", "[card number]"),
    ("Visa 4111-1111-1111-1111, CVC later", "[card number]"),
    ("IBAN GB82 WEST 1234 5698 7654 32 as before", "[account number]"),
    ("the account number is 4411982", "[account number]"),
    ("sort code 20-00-00", "[account number]"),
    ("parcel 1Z999AA10123456784", "[number]"),
    ("orders 12345678,87654321", "[number]"),
]
HARMLESS = [
    "We met on 2021-01-03 at 10:15:00 and again on 03/01/2021.",
    "It cost 1,234,567.89 and took 3-4 weeks in 2020.",
    "Look at the dot at the top.",
    "One two three, go!",
    "The #PHONENUMBER# of #NAME# @ home",
]


@pytest.mark.parametrize(("text", "mask"), PRIVATE)
def test_what_is_private_is_masked(text, mask):
    redacted = redact_text(text)
    assert mask in redacted.text
    left = redacted.text
    for each in MASKS.values():
        left = left.replace(each, "")
    assert sum(map(str.isdecimal, left)) < 8
    assert "@" not in left
    for span in redacted.spans:
        assert text[span.start : span.end] not in redacted.text


@pytest.mark.parametrize("text", HARMLESS)
def test_dates_prices_and_words_stay(text):
    assert redact_text(text).text == text


def test_texts_come_back_in_their_order_and_none_stays_none():
    assert redact(["a@b.org", None, "", "fine"]) == ["[e-mail]", None, "", "fine"]


def test_a_cue_after_a_mask_keeps_its_words():
    text = "I wrote from jo@example.org, sorry about the delay."
    cue = cue_at(text, "sorry about the delay")
    redacted = redact_text(text)
    (moved,) = redact_cues(redacted, [cue])
    assert redacted.text[moved.start : moved.end] == moved.text == cue.text


def test_a_cue_inside_a_mask_is_dropped_and_one_across_its_edge_is_clipped():
    text = "Thanks jo@example.org for waiting"
    redacted = redact_text(text)
    inside, across = cue_at(text, "example"), cue_at(text, "Thanks jo")
    around = cue_at(text, text)
    moved = redact_cues(redacted, [inside, across, around])
    assert [cue.text for cue in moved] == ["Thanks ", "Thanks [e-mail] for waiting"]


def cue_at(text, words):
    start = text.index(words)
    return Cue(
        label="gratitude",
        subtype=None,
        start=start,
        end=start + len(words),
        text=words,
        pattern="gratitude.test",
        negated=False,
    )


@given(st.text(alphabet="ab@. 0123456789-(+", max_size=40), st.data())
def test_every_span_moves_to_a_span_of_the_new_text(text, data):
    redacted = redact_text(text, regions=["US"])
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    place = moved_span(redacted, start, end)
    if place is not None:
        assert 0 <= place[0] < place[1] <= len(redacted.text)
    if not redacted.spans and start < end:
        assert place == (start, end)


def test_a_region_that_does_not_exist_is_named():
    with pytest.raises(InputError, match=r"'UK' is no region .* two capital letters"):
        redact(["call 020 7946 0958"], regions=["UK"])


def test_without_the_packages_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(InputError, match=r"pip install 'empathy-score\[report\]'"):
        redact(["call 020 7946 0958"])
