"""Sentences of an utterance, and the words and word pairs in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, repeat

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from empathy_score.normalization import PlainText, plain_text

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A sentence, a stretch of a transcript without punctuation, or a piece of an endless
# run without a blank.
_SENTENCE = re.compile(r"[^.!?\n]{1,240}(?:[.!?]+|\n|$|(?= ))|[^.!?\n ]{240}")
_WORD = re.compile(r"\w")
_TOKEN = re.compile(r"\w+|[?!]")
_TOKEN_OR_END = re.compile(r"\w+|[?!\n]")
_IS_ONE = re.compile(r"[^.!?\n]{1,239}[.!?]*").fullmatch  # one sentence at most


def sentences_of(text: str | PlainText) -> list[tuple[int, int, str]]:
    """Cut a text into sentences.

    Parameters
    ----------
    text : str or PlainText
        An utterance, unchanged; or its plain form where it is at hand.

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
    plain = plain_text(text) if isinstance(text, str) else text
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


def sentence_texts(texts: Iterable[PlainText]) -> tuple[list[int], list[str]]:
    """Cut texts into sentences, where their places do not matter.

    Parameters
    ----------
    texts : iterable of PlainText
        Utterances in plain form.

    Returns
    -------
    list of int
        Which text each sentence belongs to; ascending.
    list of str
        What :func:`sentences_of` gives last.
    """
    owners: list[int] = []
    found: list[str] = []
    for number, plain in enumerate(texts):
        text = plain.text
        pieces = [text] if _IS_ONE(text) else _SENTENCE.findall(text)
        for piece in pieces:
            if _WORD.search(piece):
                owners.append(number)
                found.append(piece.strip().replace("'", ""))
    return owners, found


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


@dataclass(frozen=True, slots=True)
class Words:
    """Known words and pairs of words of some sentences, side by side.

    Attributes
    ----------
    sentence : ndarray of int, shape (n_words,)
        Which sentence each belongs to; ascending.
    column : ndarray of int, shape (n_words,)
        Which word it is; ascending in each sentence.
    value : ndarray of shape (n_words,)
        Its rarity; those of a sentence have length 1.
    """

    sentence: Ints
    column: Ints
    value: Array


def words_in(pieces: Sequence[str], columns: Mapping[str, int], rarity: Array) -> Words:
    """Find the words and word pairs that a model knows in sentences.

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
    Words
        Each at most once in a sentence.
    """
    joined = "\n".join(pieces)
    if joined.count("\n") >= max(len(pieces), 1):
        joined = "\n".join([piece.replace("\n", " ") for piece in pieces])
    tokens = _TOKEN_OR_END.findall(joined)
    pairs = map(" ".join, pairwise(tokens))
    places = np.fromiter(map(columns.get, chain(tokens, pairs), repeat(-1)), np.int64)
    ends = np.fromiter(map("\n".__eq__, tokens), np.int64, len(tokens))
    ended = ends.cumsum()
    owner = np.concatenate([ended, ended[:-1]])
    known = (places >= 0).nonzero()[0]
    entry = owner[known] * len(rarity) + places[known]
    entry.sort()
    new = np.ones(len(entry), dtype=np.bool_)
    np.not_equal(entry[1:], entry[:-1], out=new[1:])
    entry = entry[new]
    sentence, column = np.divmod(entry, max(len(rarity), 1))
    value = rarity[column]
    norms = np.sqrt(np.bincount(sentence, value**2, minlength=len(pieces)))
    return Words(sentence=sentence, column=column, value=value / norms[sentence])


def word_matrix(
    pieces: Sequence[str], columns: Mapping[str, int], rarity: Array
) -> sparse.csr_matrix:
    """Turn sentences into the words and word pairs that a model knows.

    What scikit-learn's ``TfidfVectorizer(binary=True, ngram_range=(1, 2))`` gives, at
    a fifth of its cost.

    Parameters
    ----------
    pieces, columns, rarity
        As in :func:`words_in`.

    Returns
    -------
    csr_matrix of shape (n_sentences, n_words)
        Rows have length 1, or 0 where no word is known.

    Examples
    --------
    >>> word_matrix(["so sad", "?"], {"so": 0, "sad": 1}, np.ones(2)).nnz
    2
    """
    words = words_in(pieces, columns, rarity)
    ends = np.searchsorted(words.sentence, np.arange(len(pieces) + 1))
    return sparse.csr_matrix(
        (words.value, words.column, ends), shape=(len(pieces), len(rarity))
    )
