"""Whether a text is English of the kind that the model knows.

A text whose words are mostly unknown is another language, or far from everything the
model was trained on; its score would rest on nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from empathy_score.normalization import plain_text

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
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
    return _WORD.findall(_MASK.sub(" ", plain_text(text).text))


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
    texts: Sequence[str], known: frozenset[str]
) -> npt.NDArray[np.float64]:
    """Share of known words, with one known word added: a name alone says nothing.

    Parameters
    ----------
    texts : sequence of str
        Utterances.
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
    shares = np.ones(len(texts))
    for place, text in enumerate(texts):
        words = words_of(text)
        shares[place] = (sum(map(known.__contains__, words)) + 1) / (len(words) + 1)
    return shares
