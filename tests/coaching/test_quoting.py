import re

from hypothesis import given
from hypothesis import strategies as st

from empathy_score.coaching.quoting import phrase_around, short, whole_words


def test_a_clause_is_quoted_whole_or_with_dots_where_it_goes_on():
    text = "Hi! We waited for days - no news, none. " + "so " * 100 + "it broke again"
    wait, broke = text.index("for days"), text.index("it broke")
    assert phrase_around(text, wait, wait + 8) == "We waited for days"
    tail = phrase_around(text, broke, len(text))
    assert tail.startswith("…so so")
    assert tail.endswith("so it broke again")


def test_a_number_is_not_cut_in_two():
    card = "4111 1111 1111 1111"
    text = f"please write it down {card} and it broke again after many days " * 3
    for letters in range(10, len(text)):
        assert "11" not in short(text, letters).replace(card, "")
    for start in (at for at, sign in enumerate(text) if sign.isalpha()):
        assert "11" not in phrase_around(text, start, start + 1).replace(card, "")


def test_an_address_is_quoted_whole():
    text = "Thanks for writing from jo@example.org, we saw it."
    assert whole_words(text, 0, 26) == "Thanks for writing from jo@example.org"
    assert whole_words(text, 0, 8, clause=True) == (
        "Thanks for writing from jo@example.org"
    )


@given(st.text(alphabet="ab .,!?\n-1@", min_size=1, max_size=300), st.data())
def test_quotes_are_words_of_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    line = " ".join(text.split())
    for quote in (phrase_around(text, start, end), whole_words(text, start, end)):
        assert "\n" not in quote
        assert all(part.strip() in line for part in re.split("…", quote))
