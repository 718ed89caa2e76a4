"""What the features look at: a batch of utterances, counted into arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.attrs import IS_ALPHA, IS_STOP, IS_UPPER, LENGTH, LOWER, ORTH
from spacy.strings import StringStore
from spacy.tokens import Doc, Span

from empathy_score.cues import CUES_KEY
from empathy_score.lexicon import load_lexicon

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
_SIGNALS_KEY = f"{CUES_KEY}_signals"
_DENIED_KEY = f"{CUES_KEY}_negated"

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counts:
    """Some texts, counted.

    Attributes
    ----------
    hits : ndarray of shape (n_texts, n_rows)
        How often each row of the lexicon was found, in the lexicon's order.
    n_words, n_capital_words, n_exclamations, n_question_marks : ndarray of (n_texts,)
        Words, words of three letters or more in capitals, marks.
    n_denied, n_naming : ndarray of shape (n_texts,)
        Cues whose words are denied; warm cues that hold a feeling or a trouble.
    n_cue_words : ndarray of shape (n_texts,)
        Words inside warm cues.
    words, cue_words : tuple of frozenset of int
        Lower-case content words of each text, and of its warm cues, as hashes.
    """

    hits: Array
    n_words: Array
    n_capital_words: Array
    n_exclamations: Array
    n_question_marks: Array
    n_denied: Array
    n_naming: Array
    n_cue_words: Array
    words: tuple[frozenset[int], ...]
    cue_words: tuple[frozenset[int], ...]

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
        found: Array = self.hits[:, mark_columns()[mark]].sum(axis=1)
        return found


@dataclass(frozen=True, slots=True)
class Turns:
    """Utterances and the turns that they answer.

    Attributes
    ----------
    own, before : Counts
        The utterances; the other side's turns before them.
    has_before : ndarray of bool, shape (n_utterances,)
        False where there is no turn before; ``before`` is empty there.
    n_repeated : ndarray of shape (n_utterances,)
        Warm cues in words used before in the conversation; NaN where that is unknown.
    """

    own: Counts
    before: Counts
    has_before: npt.NDArray[np.bool_]
    n_repeated: Array


@lru_cache(maxsize=1)
def mark_columns() -> dict[str, list[int]]:
    """Columns of ``Counts.hits`` by label, by label and subtype, and by row."""
    columns: dict[str, list[int]] = {}
    for place, row in enumerate((*load_lexicon().cues, *load_lexicon().signals)):
        for mark in {row.label, ".".join(row.id.split(".")[:2]), row.id}:
            columns.setdefault(mark, []).append(place)
    return columns


@lru_cache(maxsize=1)
def _column_of_row() -> dict[int, int]:
    rows = (*load_lexicon().cues, *load_lexicon().signals)
    strings = StringStore()
    return {strings.add(row.id): place for place, row in enumerate(rows)}


@lru_cache(maxsize=1)
def _marks() -> tuple[int, int]:
    strings = StringStore()
    return strings.add("!"), strings.add("?")


def turns_of(
    docs: Sequence[Doc], reply_to: Sequence[Doc | None], n_repeated: Array | None = None
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

    Returns
    -------
    Turns
    """
    different = {id(doc): doc for doc in (*docs, *reply_to) if doc is not None}
    place_of = {key: place for place, key in enumerate(different)}
    counts = counts_of(different.values())
    nothing = len(different)
    own = [place_of[id(doc)] for doc in docs]
    before = [nothing if doc is None else place_of[id(doc)] for doc in reply_to]
    return Turns(
        own=_taken(counts, own),
        before=_taken(counts, before),
        has_before=np.array([doc is not None for doc in reply_to], dtype=np.bool_),
        n_repeated=np.full(len(docs), np.nan) if n_repeated is None else n_repeated,
    )


def _taken(counts: Counts, places: Sequence[int]) -> Counts:
    """Rows of ``counts`` in a new order; one place past the end is an empty text."""
    index = np.array(places, dtype=np.intp)

    def take(values: Array) -> Array:
        empty = np.zeros((1, *values.shape[1:]))
        return np.concatenate([values, empty])[index]

    words = (*counts.words, frozenset[int]())
    cue_words = (*counts.cue_words, frozenset[int]())
    return Counts(
        hits=take(counts.hits),
        n_words=take(counts.n_words),
        n_capital_words=take(counts.n_capital_words),
        n_exclamations=take(counts.n_exclamations),
        n_question_marks=take(counts.n_question_marks),
        n_denied=take(counts.n_denied),
        n_naming=take(counts.n_naming),
        n_cue_words=take(counts.n_cue_words),
        words=tuple(words[place] for place in places),
        cue_words=tuple(cue_words[place] for place in places),
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
    column_of = _column_of_row()
    exclamation, question = _marks()
    n_rows = len(column_of)
    places: list[int] = []
    values: list[tuple[float, ...]] = []
    words: list[frozenset[int]] = []
    cue_words: list[frozenset[int]] = []
    for number, doc in enumerate(docs):
        cues = list(doc.spans.get(CUES_KEY, ()))
        signals = list(doc.spans.get(_SIGNALS_KEY, ()))
        places.extend(
            number * n_rows + column_of[span.id] for span in (*cues, *signals)
        )
        attributes = doc.to_array([LOWER, IS_ALPHA, IS_STOP, IS_UPPER, LENGTH, ORTH])
        content = attributes[(attributes[:, 1] == 1) & (attributes[:, 2] == 0), 0]
        warm = [span for span in cues if span.label_ in WARM]
        words.append(frozenset(content.tolist()))
        cue_words.append(_words_inside(warm, attributes))
        values.append(
            (
                attributes[:, 1].sum(),
                ((attributes[:, 3] == 1) & (attributes[:, 4] > 2)).sum(),
                (attributes[:, 5] == exclamation).sum(),
                (attributes[:, 5] == question).sum(),
                len(doc.spans[_DENIED_KEY]) if _DENIED_KEY in doc.spans else 0,
                _naming(warm, signals),
                sum(span.end - span.start for span in warm),
            )
        )
    n_texts = len(values)
    hits = np.bincount(places, minlength=n_texts * n_rows).reshape(n_texts, n_rows)
    table = np.array(values, dtype=np.float64).reshape(n_texts, 7)
    return Counts(
        hits=hits.astype(np.float64),
        n_words=table[:, 0],
        n_capital_words=table[:, 1],
        n_exclamations=table[:, 2],
        n_question_marks=table[:, 3],
        n_denied=table[:, 4],
        n_naming=table[:, 5],
        n_cue_words=table[:, 6],
        words=tuple(words),
        cue_words=tuple(cue_words),
    )


def _words_inside(
    spans: Sequence[Span], attributes: npt.NDArray[Any]
) -> frozenset[int]:
    found: set[int] = set()
    for span in spans:
        part = attributes[span.start : span.end]
        found.update(part[(part[:, 1] == 1) & (part[:, 2] == 0), 0].tolist())
    return frozenset(found)


def _naming(warm: Sequence[Span], signals: Sequence[Span]) -> int:
    starts = [span.start for span in signals if span.label_ in _NAMING]
    return sum(any(cue.start <= start < cue.end for start in starts) for cue in warm)
