"""What speakers say as pieces of words, and the mean of what pieces are worth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from empathy_score.normalization import plain_text

Array = npt.NDArray[np.float64]
Speaker = tuple[str, str]
"""A conversation and the label of a speaker in it."""

PIECE_WORDS = 12
"""Most words of a piece that is judged. Whole turns would let an "okay" weigh as much
as a long turn, and a transcript's way of cutting turns would change the result."""

_PLACEHOLDER = re.compile(r"#\w+#")
_DIGITS = re.compile(r"\d+")
_NO_WORD = re.compile(r"[\W_]+")


def spoken_words(text: str) -> str:
    """Give only the words of a text, as a recogniser of speech writes them.

    Parameters
    ----------
    text : str
        An utterance, unchanged.

    Returns
    -------
    str
        Lower case, usual spelling, no marks, no placeholders (``#NAME#``); each
        number is ``0``.

    Examples
    --------
    >>> spoken_words("Hi #NAME#, thx for waiting: it's order 4471!")
    'hi thanks for waiting its order 0'
    """
    plain = plain_text(_PLACEHOLDER.sub(" ", text)).text.replace("'", "")
    return _NO_WORD.sub(" ", _DIGITS.sub("0", plain)).strip()


def joined_turns(said: Iterable[tuple[Speaker, str]]) -> Iterator[tuple[Speaker, str]]:
    r"""Join what one speaker says in a row: segments of a transcript are no turns.

    Parameters
    ----------
    said : iterable of ((str, str), str)
        Conversation and speaker, and the text; conversations may be interleaved.

    Yields
    ------
    tuple of ((str, str), str)
        In the order in which the turns began.

    Examples
    --------
    >>> said = [(("1", "a"), "so"), (("1", "a"), "sorry"), (("1", "b"), "ok")]
    >>> list(joined_turns(said))
    [(('1', 'a'), 'so\nsorry'), (('1', 'b'), 'ok')]
    """
    turns: list[tuple[Speaker, list[str]]] = []
    last: dict[str, int] = {}
    for speaker, text in said:
        place = last.get(speaker[0])
        if place is not None and turns[place][0] == speaker:
            turns[place][1].append(text)
            continue
        last[speaker[0]] = len(turns)
        turns.append((speaker, [text]))
    for speaker, texts in turns:
        yield speaker, "\n".join(texts)


def pieces_of(words: str) -> list[str]:
    """Cut words into pieces of nearly equal length, each of at most a dozen.

    Parameters
    ----------
    words : str
        From :func:`spoken_words`.

    Returns
    -------
    list of str
        Empty without a word.

    Examples
    --------
    >>> [len(piece.split()) for piece in pieces_of("so " * 13)]
    [6, 7]
    """
    each = words.split()
    n_pieces = -(-len(each) // PIECE_WORDS)
    ends = [len(each) * place // n_pieces for place in range(n_pieces + 1) if n_pieces]
    return [" ".join(each[one:other]) for one, other in pairwise(ends)]


def piece_weights(pieces: Sequence[str]) -> Array:
    """Say how much each piece counts, 1 for a full one.

    Parameters
    ----------
    pieces : sequence of str
        From :func:`pieces_of`.

    Returns
    -------
    ndarray of shape (n_pieces,)
        In [0, 1].

    Examples
    --------
    >>> piece_weights(["so so so", ""])
    array([0.25, 0.  ])
    """
    counts = [piece.count(" ") + 1 if piece else 0 for piece in pieces]
    return np.array(counts, dtype=np.float64) / PIECE_WORDS


def shrunken_means(
    owner: npt.NDArray[np.int64], values: Array, weights: Array, prior: float
) -> Array:
    """Give the weighted mean of each owner's values, drawn to 0 where there are few.

    Parameters
    ----------
    owner : ndarray of shape (n_pieces,)
        Numbers from 0.
    values, weights : ndarray of shape (n_pieces,)
        Log-odds, and how much each counts.
    prior : float
        Weight of the zero that is added for each owner.

    Returns
    -------
    ndarray of shape (n_owners,)

    Examples
    --------
    >>> owner, values = np.array([0, 1, 1]), np.array([3.0, 1.0, 2.0])
    >>> shrunken_means(owner, values, np.ones(3), 1.0)
    array([1.5, 1. ])
    """
    totals = np.bincount(owner, values * weights)
    means: Array = totals / (np.bincount(owner, weights) + prior)
    return means
