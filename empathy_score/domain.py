"""Whether a text is English of the kind that the model knows.

A text whose words are mostly unknown is another language, or far from everything the
model was trained on; its score would rest on nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from empathy_score.normalization import PlainText, plain_text

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_MOST_SEEN = 50_000
_BITS = 31  # two counts in one number
_NEW = -1  # not yet counted
_MASK = re.compile(r"#\w+#|https?://\S+|[^\s@]{1,64}@\S+")


def words_of(text: str) -> list[str]:
    """Words of a text in plain form; numbers, addresses and masks are left out.

    Parameters
    ----------
    text : str
        An utterance.

    Returns
    -------
    list of str

    Examples
    --------
    >>> words_of("Don't worry #NAME#, order 17 is safe!")
    ["don't", 'worry', 'order', 'is', 'safe']
    """
    return _words(plain_text(text).text)


def _words(plain: str) -> list[str]:
    """Words of a plain text; none goes over a blank."""
    return _WORD.findall(_MASK.sub(" ", plain))


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """Words of the training texts.

    Parameters
    ----------
    texts : iterable of str
        Utterances of both sides.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> sorted(known_words(["So sorry!", "So late"]))
    ['late', 'so', 'sorry']
    """
    return frozenset(word for text in texts for word in words_of(text))


def known_shares(
    texts: Sequence[str | PlainText], known: frozenset[str]
) -> npt.NDArray[np.float64]:
    """Share of known words, with one known word added: a name alone says nothing.

    Parameters
    ----------
    texts : sequence of str or PlainText
        Utterances, or their plain forms.
    known : frozenset of str
        From :func:`known_words`.

    Returns
    -------
    ndarray of shape (n_texts,)
        (known + 1) / (words + 1), in [0, 1].

    Examples
    --------
    >>> known_shares(["so sorry", "es tut mir leid"], frozenset({"so", "sorry"}))
    array([1. , 0.2])
    """
    seen = _seen(known)
    if len(seen) > _MOST_SEEN:
        seen.clear()
    plain = [plain_text(text) if isinstance(text, str) else text for text in texts]
    parts = [text.text.split() for text in plain]
    counts = _counts(parts, seen)
    if counts.min(initial=0) == _NEW:
        for part in set(chain.from_iterable(parts)).difference(seen):
            words = _words(part)
            n_known = sum(map(known.__contains__, words))
            seen[part] = len(words) << _BITS | n_known
        counts = _counts(parts, seen)
    until = np.zeros(len(counts) + 1, dtype=np.int64)
    counts.cumsum(out=until[1:])
    ends = np.cumsum([0, *map(len, parts)])
    found = np.diff(until[ends])
    return np.asarray(((found & (1 << _BITS) - 1) + 1) / ((found >> _BITS) + 1))


def _counts(
    parts: Sequence[Sequence[str]], seen: Mapping[str, int]
) -> npt.NDArray[np.int64]:
    found = map(seen.get, chain.from_iterable(parts), repeat(_NEW))
    return np.fromiter(found, np.int64)


@lru_cache(maxsize=2)
def _seen(known: frozenset[str]) -> dict[str, int]:  # noqa: ARG001
    """Words, and how many of them are known, in what stood between blanks so far."""
    return {}
