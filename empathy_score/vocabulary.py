"""The words and pairs of words that a model knows, and finding them in sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_TOKEN = r"\w+|[?!]"
_NO_TOKEN = re.compile(r"[^\w?!\n]")
_APART = {c: " " for c in range(128) if _NO_TOKEN.match(chr(c))}
_END = "\0"  # of a sentence, among its tokens
_UNKNOWN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Words and pairs of words, made ready to be found.

    Parameters
    ----------
    words : sequence of str
        Each once; the words of a pair are parted by a blank.
    rarity : ndarray of shape (n_words,)
        Inverse document frequency of each, as scikit-learn counts it.
    """

    words: Sequence[str]
    rarity: Array
    # A token's number; the column of each number; sorted pairs and their columns.
    _number: dict[str, int] = field(init=False, repr=False)
    _column: Ints = field(init=False, repr=False)
    _pairs: Ints = field(init=False, repr=False)
    _pair_columns: Ints = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Give each word a number, and lay the pairs of numbers out in order."""
        number: dict[str, int] = {}
        alone: dict[int, int] = {}
        pairs: list[tuple[int, int, int]] = []
        for column, word in enumerate(self.words):
            first, _, second = word.partition(" ")
            place = number.setdefault(first, len(number))
            if second:
                pairs.append((place, number.setdefault(second, len(number)), column))
            else:
                alone[place] = column
        number[_END] = len(number)
        columns = [alone.get(place, _UNKNOWN) for place in range(len(number))]
        one, two, of_pair = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
        keys = one * len(number) + two
        order = keys.argsort()
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_column", np.array(columns, dtype=np.int64))
        object.__setattr__(self, "_pairs", keys[order])
        object.__setattr__(self, "_pair_columns", of_pair[order])

    def find(self, pieces: Sequence[str]) -> tuple[Ints, Ints]:
        """Find the words and pairs in sentences.

        Parameters
        ----------
        pieces : sequence of str
            Sentences as :func:`~empathy_score.sentences.sentences_of` gives them.

        Returns
        -------
        ndarray of int, shape (n_found,)
            The sentence of each word and pair that was found, in any order.
        ndarray of int, shape (n_found,)
            Its column; the same may stand in a sentence more than once.
        """
        tokens = _tokens(pieces)
        numbers = map(self._number.get, tokens, repeat(_UNKNOWN))
        found = np.fromiter(numbers, np.int64, len(tokens))
        ends = found == len(self._column) - 1
        sentence = ends.cumsum()
        column = self._column[found]
        column[found == _UNKNOWN] = _UNKNOWN
        alone = (column != _UNKNOWN).nonzero()[0]
        pair = found[:-1] * len(self._column) + found[1:]
        pair[(found[:-1] == _UNKNOWN) | (found[1:] == _UNKNOWN)] = _UNKNOWN
        place = self._pairs.searchsorted(pair)
        place[place == len(self._pairs)] = 0
        both = (
            (self._pairs[place] == pair).nonzero()[0] if len(self._pairs) else place[:0]
        )
        return (
            np.concatenate([sentence[alone], sentence[both]]),
            np.concatenate([column[alone], self._pair_columns[place[both]]]),
        )


def _tokens(pieces: Sequence[str]) -> list[str]:
    """Cut sentences into words, "?" and "!", with a mark behind each sentence."""
    joined = "\n".join([*pieces, ""])
    if joined.count("\n") > len(pieces):
        joined = "\n".join([*(piece.replace("\n", " ") for piece in pieces), ""])
    if joined.isascii():
        joined = joined.translate(_APART)
    else:
        joined = _NO_TOKEN.sub(" ", joined)
    joined = joined.replace("?", " ? ").replace("!", " ! ")
    return joined.replace("\n", f" {_END} ").split()


def learn_vocabulary(pieces: Sequence[str], min_df: int = 2) -> Vocabulary:
    """Learn which words and word pairs there are, and how rare each is.

    Parameters
    ----------
    pieces : sequence of str
        Sentences as :func:`~empathy_score.sentences.sentences_of` gives them.
    min_df : int, default 2
        In how many sentences a word must occur.

    Returns
    -------
    Vocabulary
        Sorted.

    Raises
    ------
    ValueError
        If no word occurs so often.

    Examples
    --------
    >>> learn_vocabulary(["so sad", "so late"]).words
    ['so']
    """
    counted = TfidfVectorizer(
        ngram_range=(1, 2),
        min_df=min_df,
        token_pattern=_TOKEN,
        binary=True,
        lowercase=False,
    ).fit(pieces)
    words = [str(word) for word in counted.get_feature_names_out()]
    return Vocabulary(words, np.asarray(counted.idf_))


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


def words_in(pieces: Sequence[str], vocabulary: Vocabulary) -> Words:
    """Find the words and word pairs that a model knows in sentences.

    Parameters
    ----------
    pieces : sequence of str
        Sentences as :func:`~empathy_score.sentences.sentences_of` gives them.
    vocabulary : Vocabulary
        What the model knows.

    Returns
    -------
    Words
        Each at most once in a sentence.
    """
    n_words = max(len(vocabulary.rarity), 1)
    sentence, column = vocabulary.find(pieces)
    entry = sentence * n_words + column
    entry.sort()
    new = np.ones(len(entry), dtype=np.bool_)
    np.not_equal(entry[1:], entry[:-1], out=new[1:])
    sentence, column = np.divmod(entry[new], n_words)
    value = vocabulary.rarity[column]
    norms = np.sqrt(np.bincount(sentence, value**2, minlength=len(pieces)))
    return Words(sentence=sentence, column=column, value=value / norms[sentence])


def word_matrix(pieces: Sequence[str], vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Turn sentences into the words and word pairs that a model knows.

    What scikit-learn's ``TfidfVectorizer(binary=True, ngram_range=(1, 2))`` gives, at
    a fraction of its cost.

    Parameters
    ----------
    pieces, vocabulary
        As in :func:`words_in`.

    Returns
    -------
    csr_matrix of shape (n_sentences, n_words)
        Rows have length 1, or 0 where no word is known.

    Examples
    --------
    >>> word_matrix(["so sad", "?"], Vocabulary(["sad", "so"], np.ones(2))).nnz
    2
    """
    words = words_in(pieces, vocabulary)
    ends = np.searchsorted(words.sentence, np.arange(len(pieces) + 1))
    return sparse.csr_matrix(
        (words.value, words.column, ends), shape=(len(pieces), len(vocabulary.words))
    )
