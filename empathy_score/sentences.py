"""Sentences of an utterance, and the words and word pairs in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from empathy_score.normalization import plain_text

Array = npt.NDArray[np.float64]

# A sentence, a stretch of a transcript without punctuation, or a piece of an endless
# run without a blank.
_SENTENCE = re.compile(r"[^.!?\n]{1,240}(?:[.!?]+|\n|$|(?= ))|[^.!?\n ]{240}")
_WORD = re.compile(r"\w")
_TOKEN = re.compile(r"\w+|[?!]")


def sentences_of(text: str) -> list[tuple[int, int, str]]:
    """Cut a text into sentences.

    Parameters
    ----------
    text : str
        An utterance, unchanged.

    Returns
    -------
    list of (int, int, str)
        Start and end in the original text, and what the model reads: plain form
        without apostrophes. Stretches without a word are left out.

    Examples
    --------
    >>> sentences_of("Oh no! You must be tired.")
    [(0, 6, 'oh no!'), (7, 25, 'you must be tired.')]
    """
    plain = plain_text(text)
    found = []
    for match in _SENTENCE.finditer(plain.text):
        piece = match.group()
        kept = piece.strip()
        if _WORD.search(kept) is None:
            continue
        first = match.start() + len(piece) - len(piece.lstrip())
        start, end = plain.original(first, first + len(kept))
        found.append((start, end, kept.replace("'", "")))
    return found


def learn_words(pieces: Sequence[str], min_df: int = 2) -> tuple[list[str], Array]:
    """Learn which words and word pairs there are, and how rare each is.

    Parameters
    ----------
    pieces : sequence of str
        Sentences as :func:`sentences_of` gives them.
    min_df : int, default 2
        In how many sentences a word must occur.

    Returns
    -------
    list of str
        Words and word pairs, sorted.
    ndarray of shape (n_words,)
        Inverse document frequencies, as scikit-learn counts them.

    Raises
    ------
    ValueError
        If no word occurs so often.

    Examples
    --------
    >>> learn_words(["so sad", "so late"])[0]
    ['so']
    """
    counted = TfidfVectorizer(
        ngram_range=(1, 2),
        min_df=min_df,
        token_pattern=_TOKEN.pattern,
        binary=True,
        lowercase=False,
    ).fit(pieces)
    words = [str(word) for word in counted.get_feature_names_out()]
    return words, np.asarray(counted.idf_)


def word_matrix(
    pieces: Sequence[str], columns: Mapping[str, int], rarity: Array
) -> sparse.csr_matrix:
    """Turn sentences into the words and word pairs that a model knows.

    What scikit-learn's ``TfidfVectorizer(binary=True, ngram_range=(1, 2))`` gives, at
    a fifth of its cost.

    Parameters
    ----------
    pieces : sequence of str
        Sentences as :func:`sentences_of` gives them.
    columns : mapping of str to int
        Column of each word and pair of words.
    rarity : ndarray of shape (n_words,)
        Inverse document frequencies.

    Returns
    -------
    csr_matrix of shape (n_sentences, n_words)
        Rows have length 1, or 0 where no word is known.

    Examples
    --------
    >>> word_matrix(["so sad", "?"], {"so": 0, "sad": 1}, np.ones(2)).nnz
    2
    """
    indices: list[int] = []
    counts = np.empty(len(pieces), dtype=np.int64)
    find = columns.get
    for place, piece in enumerate(pieces):
        tokens = _TOKEN.findall(piece)
        pairs = [f"{one} {two}" for one, two in pairwise(tokens)]
        known = set(map(find, tokens + pairs))
        known.discard(None)
        counts[place] = len(known)
        # Sorted: the order of a set with None in it differs from process to process,
        # and sums of floats with it.
        indices.extend(sorted(known))  # type: ignore[arg-type]
    column = np.array(indices, dtype=np.int32)
    owner = np.repeat(np.arange(len(pieces)), counts)
    values = rarity[column]
    norms = np.sqrt(np.bincount(owner, values**2, minlength=len(pieces)))
    ends = np.concatenate([[0], np.cumsum(counts)])
    return sparse.csr_matrix(
        (values / norms[owner], column, ends), shape=(len(pieces), len(rarity))
    )
