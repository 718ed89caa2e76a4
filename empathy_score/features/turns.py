"""What the features look at: a batch of utterances, counted into arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from empathy_score.features.spans import Spans, lexicon_rows, spans_of_docs
from empathy_score.features.tokens import (
    ALPHA,
    CAPITAL,
    CONTENT,
    EXCLAMATION,
    QUESTION,
    Tokens,
    tokens_of_docs,
)
from empathy_score.lexicon import Pattern
from empathy_score.normalization import PlainText, plain_texts

WARM = (
    "acknowledgement",
    "perspective_taking",
    "apology",
    "gratitude",
    "reassurance",
    "help_offer",
    "positivity",
)
"""Cues that express care in themselves."""

_NAMING = frozenset({"feeling_word", "trouble_named"})

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
_MOST = 255


@dataclass(frozen=True, slots=True)
class Counts:
    """Some texts, counted.

    Attributes
    ----------
    marks : ndarray of uint8, shape (n_texts, n_marks)
        How often each label, kind and row of the lexicon was found, at most 255;
        columns as in :func:`mark_columns`.
    numbers : ndarray of shape (n_texts, 7)
        What the properties ``n_...`` give.
    words, cue_words : tuple of frozenset of int
        Lower-case content words of each text, and of its warm cues, as hashes.
    """

    marks: Bytes
    numbers: Array
    words: tuple[frozenset[int], ...]
    cue_words: tuple[frozenset[int], ...]

    @property
    def n_words(self) -> Array:
        """Words of each text."""
        return self.numbers[:, 0]

    @property
    def n_capital_words(self) -> Array:
        """Words of three letters or more in capitals."""
        return self.numbers[:, 1]

    @property
    def n_exclamations(self) -> Array:
        """Exclamation marks."""
        return self.numbers[:, 2]

    @property
    def n_question_marks(self) -> Array:
        """Question marks."""
        return self.numbers[:, 3]

    @property
    def n_denied(self) -> Array:
        """Cues whose words are denied."""
        return self.numbers[:, 4]

    @property
    def n_naming(self) -> Array:
        """Warm cues that hold a feeling or a trouble."""
        return self.numbers[:, 5]

    @property
    def n_cue_words(self) -> Array:
        """Words inside warm cues."""
        return self.numbers[:, 6]

    def count(self, mark: str) -> Array:
        """How often a mark was found in each text.

        Parameters
        ----------
        mark : str
            A label (``"apology"``), a label and subtype (``"apology.generic"``), or
            the id of a row.

        Returns
        -------
        ndarray of shape (n_texts,)
        """
        return self.marks[:, mark_columns()[mark]].astype(np.float64)

    def has(self, marks: tuple[str, ...]) -> Bools:
        """Say which marks were found in each text.

        Parameters
        ----------
        marks : tuple of str
            As for :meth:`count`.

        Returns
        -------
        ndarray of bool, shape (n_texts, n_marks)
        """
        return np.asarray(self.marks.take(_columns_of(marks), axis=1) > 0)


@dataclass(frozen=True, slots=True)
class Turns:
    """Utterances and the turns that they answer.

    Attributes
    ----------
    plain : tuple of PlainText
        The utterances in plain form.
    own, before : Counts
        The utterances, counted; the other side's turns before them.
    has_before : ndarray of bool, shape (n_utterances,)
        False where there is no turn before; ``before`` is empty there.
    n_repeated : ndarray of shape (n_utterances,)
        Warm cues in words used before in the conversation; NaN where that is unknown.
    """

    plain: tuple[PlainText, ...]
    own: Counts
    before: Counts
    has_before: npt.NDArray[np.bool_]
    n_repeated: Array


@lru_cache(maxsize=1)
def mark_columns() -> dict[str, int]:
    """Columns of ``Counts.marks``: labels, labels with subtypes, and rows."""
    columns: dict[str, int] = {}
    for row in lexicon_rows():
        for mark in (row.id, ".".join(row.id.split(".")[:2]), row.label):
            columns.setdefault(mark, len(columns))
    return columns


@lru_cache(maxsize=32)
def _columns_of(marks: tuple[str, ...]) -> Ints:
    return np.array([mark_columns()[mark] for mark in marks], dtype=np.int64)


@lru_cache(maxsize=4)
def _marks_of_rows(own: tuple[Pattern, ...]) -> tuple[Ints, Ints]:
    """First of the columns that a hit of each row counts for, and all columns.

    A user's own row counts for its label and kind; it has no column itself.
    """
    columns = mark_columns()
    marks = [
        {
            columns[mark]
            for mark in (row.id, ".".join(row.id.split(".")[:2]), row.label)
            if mark in columns
        }
        for row in lexicon_rows(own)
    ]
    first = np.cumsum([0, *map(len, marks)], dtype=np.int64)
    return first, np.array([column for found in marks for column in sorted(found)])


@lru_cache(maxsize=4)
def warm_rows(own: tuple[Pattern, ...] = ()) -> Bools:
    """Say which rows of the lexicon, and of a user's own, are warm cues."""
    return np.isin([row.label for row in lexicon_rows(own)], WARM)


@lru_cache(maxsize=4)
def _naming_rows(own: tuple[Pattern, ...]) -> Bools:
    return np.isin([row.label for row in lexicon_rows(own)], list(_NAMING))


def turns_of(
    docs: Sequence[Doc],
    reply_to: Sequence[Doc | None],
    n_repeated: Array | None = None,
    texts: Sequence[str] | None = None,
) -> Turns:
    """Count utterances and the turns before them; a ``Doc`` used twice counts once.

    Parameters
    ----------
    docs : sequence of Doc
        Utterances that went through ``empathy_cues``.
    reply_to : sequence of Doc or None
        The other side's turn before each.
    n_repeated : ndarray of shape (n_utterances,), optional
        From :func:`~empathy_score.features.repetition.repeated_phrases`.
    texts : sequence of str, optional
        The texts of ``docs`` where they are at hand: spaCy puts ``doc.text`` together
        anew, token by token, each time it is asked.

    Returns
    -------
    Turns
    """
    different = {id(doc): doc for doc in (*docs, *reply_to) if doc is not None}
    place_of = {key: place for place, key in enumerate(different)}
    counts = counts_of(different.values())
    if texts is None:
        texts = [doc.text for doc in docs]
    return turns_at(
        counts,
        [place_of[id(doc)] for doc in docs],
        [-1 if doc is None else place_of[id(doc)] for doc in reply_to],
        n_repeated,
        plain_texts(texts),
    )


def turns_at(
    counts: Counts,
    own: Sequence[int],
    before: Sequence[int],
    n_repeated: Array | None,
    plain: Sequence[PlainText],
) -> Turns:
    """Put utterances and the turns before them together from counted texts.

    Parameters
    ----------
    counts : Counts
        Texts, counted.
    own, before : sequence of int
        Which of them each utterance is, and the turn before it; -1 for none.
    n_repeated : ndarray of shape (n_utterances,), optional
        From :func:`~empathy_score.features.repetition.repeated_phrases`.
    plain : sequence of PlainText
        The utterances in plain form.

    Returns
    -------
    Turns
    """
    has_before = np.array(before, dtype=np.int64) >= 0
    return Turns(
        plain=tuple(plain),
        own=_taken(counts, own),
        before=_taken(counts, before),
        has_before=has_before,
        n_repeated=np.full(len(own), np.nan) if n_repeated is None else n_repeated,
    )


def _taken(counts: Counts, places: Sequence[int]) -> Counts:
    """Rows of ``counts`` in a new order; -1 is an empty text."""
    index = np.array(places, dtype=np.int64)
    empty = index < 0
    some_empty = bool(empty.any())

    def take(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if not len(values):
            return np.zeros((len(index), values.shape[1]), values.dtype)
        taken = values.take(index, axis=0, mode="wrap")
        if some_empty:
            taken[empty] = 0
        return taken

    words = (*counts.words, frozenset[int]())  # -1 is the last
    cue_words = (*counts.cue_words, frozenset[int]())
    return Counts(
        marks=take(counts.marks),
        numbers=take(counts.numbers),
        words=tuple([words[place] for place in places]),
        cue_words=tuple([cue_words[place] for place in places]),
    )


def counts_of(docs: Iterable[Doc]) -> Counts:
    """Count texts.

    Parameters
    ----------
    docs : iterable of Doc
        Texts that went through ``empathy_cues``.

    Returns
    -------
    Counts
    """
    docs = list(docs)
    tokens = tokens_of_docs(docs)
    return counts_from(tokens, spans_of_docs(docs, tokens))


def counts_from(tokens: Tokens, spans: Spans) -> Counts:
    """Count the tokens and spans of texts.

    Parameters
    ----------
    tokens : Tokens
        Of some texts.
    spans : Spans
        Of the same texts.

    Returns
    -------
    Counts
    """
    n_texts = len(tokens.first) - 1
    is_warm = warm_rows(spans.own)[spans.row] & ~spans.denied
    first, after = spans.first[is_warm], spans.after[is_warm]
    in_cue = np.zeros(len(tokens.owner) + 1, dtype=np.int64)
    np.add.at(in_cue, first, 1)
    np.add.at(in_cue, after, -1)
    content = (tokens.kind & CONTENT) > 0
    numbers = np.empty((n_texts, 7))
    numbers[:, :4] = tokens.counts((ALPHA, CAPITAL, EXCLAMATION, QUESTION))
    of_spans = (spans.denied, is_warm & _naming(spans), is_warm * spans.n_tokens)
    for column, found in enumerate(of_spans, start=4):
        numbers[:, column] = np.bincount(spans.owner, found, minlength=n_texts)
    return Counts(
        marks=_mark_counts(spans, n_texts),
        numbers=numbers,
        words=tokens.words(content),
        cue_words=tokens.words(content & (in_cue[:-1].cumsum() > 0)),
    )


def _mark_counts(spans: Spans, n_texts: int) -> Bytes:
    """How often each mark was found, what is denied left out."""
    first, columns = _marks_of_rows(spans.own)
    kept = ~spans.denied
    row, n_marks = spans.row[kept], len(mark_columns())
    begin = first[row]
    counts = first[row + 1] - begin
    to = counts.cumsum() - counts
    entry = (begin - to).repeat(counts)
    entry += np.arange(len(entry))
    cell = (spans.owner[kept] * n_marks).repeat(counts) + columns[entry]
    cells, found = np.unique(cell, return_counts=True)  # few are more than zero
    marks = np.zeros((n_texts, n_marks), dtype=np.uint8)
    marks.ravel()[cells] = np.minimum(found, _MOST)
    return marks


def _naming(spans: Spans) -> Bools:
    """Say in which spans a naming signal begins."""
    naming = np.sort(spans.first[_naming_rows(spans.own)[spans.row]])
    return np.asarray(
        naming.searchsorted(spans.after) > naming.searchsorted(spans.first)
    )
