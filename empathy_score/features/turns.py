"""What the features look at: a batch of utterances, counted into arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
    texts : tuple of str
        The utterances themselves.
    own, before : Counts
        The utterances, counted; the other side's turns before them.
    has_before : ndarray of bool, shape (n_utterances,)
        False where there is no turn before; ``before`` is empty there.
    n_repeated : ndarray of shape (n_utterances,)
        Warm cues in words used before in the conversation; NaN where that is unknown.
    """

    texts: tuple[str, ...]
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
    nothing = len(different)
    own = [place_of[id(doc)] for doc in docs]
    before = [nothing if doc is None else place_of[id(doc)] for doc in reply_to]
    return Turns(
        texts=tuple(texts if texts is not None else (doc.text for doc in docs)),
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
    docs = list(docs)
    spans = _spans_of(docs)
    tokens = _tokens_of(docs)
    n_texts, n_rows = len(docs), len(_column_of_row())
    hits = np.bincount(spans.places, minlength=n_texts * n_rows)
    exclamation, question = _marks()
    in_cue = np.zeros(len(tokens.owner), dtype=np.bool_)
    for number, start, end in spans.warm:
        first = tokens.first[number]
        in_cue[first + start : first + end] = True
    capital = tokens.is_upper & (tokens.length > 2)
    cue_words: Array = np.zeros(n_texts)
    for number, start, end in spans.warm:
        cue_words[number] += end - start
    return Counts(
        hits=np.asfortranarray(hits.reshape(n_texts, n_rows), dtype=np.float64),
        n_words=tokens.count(tokens.is_alpha),
        n_capital_words=tokens.count(capital),
        n_exclamations=tokens.count(tokens.orth == exclamation),
        n_question_marks=tokens.count(tokens.orth == question),
        n_denied=np.array(spans.n_denied, dtype=np.float64),
        n_naming=np.array(spans.n_naming, dtype=np.float64),
        n_cue_words=cue_words,
        words=tokens.words(tokens.is_content),
        cue_words=tokens.words(tokens.is_content & in_cue),
    )


@dataclass(frozen=True, slots=True)
class _Spans:
    """Spans of some texts: hits by row, warm cues by place, and counts of others."""

    places: list[int]
    warm: list[tuple[int, int, int]]
    n_denied: list[int]
    n_naming: list[int]


def _spans_of(docs: Sequence[Doc]) -> _Spans:
    column_of = _column_of_row()
    n_rows = len(column_of)
    found = _Spans([], [], [], [])
    for number, doc in enumerate(docs):
        cues = list(doc.spans.get(CUES_KEY, ()))
        signals = list(doc.spans.get(_SIGNALS_KEY, ()))
        found.places.extend(
            number * n_rows + column_of[span.id] for span in (*cues, *signals)
        )
        warm = [span for span in cues if span.label_ in WARM]
        found.warm.extend((number, span.start, span.end) for span in warm)
        found.n_denied.append(
            len(doc.spans[_DENIED_KEY]) if _DENIED_KEY in doc.spans else 0
        )
        found.n_naming.append(_naming(warm, signals))
    return found


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Tokens of some texts side by side; ``owner`` is the text of each."""

    owner: npt.NDArray[np.intp]
    first: list[int]
    lower: npt.NDArray[np.uint64]
    orth: npt.NDArray[np.uint64]
    length: npt.NDArray[np.uint64]
    is_alpha: npt.NDArray[np.bool_]
    is_upper: npt.NDArray[np.bool_]
    is_content: npt.NDArray[np.bool_]

    def count(self, which: npt.NDArray[np.bool_]) -> Array:
        """How many tokens of each text are marked."""
        found = np.bincount(self.owner[which], minlength=len(self.first))
        return found.astype(np.float64)

    def words(self, which: npt.NDArray[np.bool_]) -> tuple[frozenset[int], ...]:
        """Different marked words of each text, as hashes."""
        hashes = self.lower[which].tolist()
        ends = np.cumsum(self.count(which)).astype(np.intp).tolist()
        return tuple(
            frozenset(hashes[start:end])
            for start, end in zip([0, *ends], ends, strict=False)
        )


def _tokens_of(docs: Sequence[Doc]) -> _Tokens:
    attributes = [LOWER, ORTH, LENGTH, IS_ALPHA, IS_UPPER, IS_STOP]
    tables = [doc.to_array(attributes) for doc in docs]
    lengths = [len(table) for table in tables]
    table = np.concatenate([np.zeros((0, 6), dtype=np.uint64), *tables])
    alpha = table[:, 3] == 1
    return _Tokens(
        owner=np.repeat(np.arange(len(docs)), lengths),
        first=[0, *np.cumsum(lengths[:-1]).astype(int).tolist()] if docs else [],
        lower=table[:, 0],
        orth=table[:, 1],
        length=table[:, 2],
        is_alpha=alpha,
        is_upper=table[:, 4] == 1,
        is_content=alpha & (table[:, 5] == 0),
    )


def _naming(warm: Sequence[Span], signals: Sequence[Span]) -> int:
    if not (warm and signals):
        return 0
    starts = [span.start for span in signals if span.label_ in _NAMING]
    return sum(any(cue.start <= start < cue.end for start in starts) for cue in warm)
