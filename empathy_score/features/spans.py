"""Cues and signals of many texts side by side: what spaCy's spans hold, as arrays."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from spacy.strings import StringStore
from spacy.tokens import Doc

from empathy_score.cues import CUES_KEY
from empathy_score.features.tokens import Tokens
from empathy_score.lexicon import SUBTYPES, Found, Pattern, load_lexicon

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_KEYS = (CUES_KEY, f"{CUES_KEY}_signals", f"{CUES_KEY}_negated")


@dataclass(frozen=True, slots=True)
class Spans:
    """Cues, denied cues and signals of some texts, side by side.

    Attributes
    ----------
    owner : ndarray of int, shape (n_spans,)
        Text of each; ascending.
    row : ndarray of int, shape (n_spans,)
        Its row of the lexicon, in the order of :func:`lexicon_rows`.
    first, after : ndarray of int, shape (n_spans,)
        Its first token, and the one behind its last, as places in the tokens.
    is_cue : ndarray of bool, shape (n_spans,)
        A cue, be it denied or not; the others are signals.
    denied : ndarray of bool, shape (n_spans,)
        Its words are denied; never of a signal.
    own : tuple of Pattern
        The user's own rows, which stand behind those of the lexicon.
    """

    owner: Ints
    row: Ints
    first: Ints
    after: Ints
    is_cue: Bools
    denied: Bools
    own: tuple[Pattern, ...] = ()

    @property
    def n_tokens(self) -> Ints:
        """How many tokens are in each."""
        return self.after - self.first


@lru_cache(maxsize=4)
def lexicon_rows(own: tuple[Pattern, ...] = ()) -> tuple[Pattern, ...]:
    """Rows of the lexicon in the order of columns, cues first, then a user's own."""
    lexicon = load_lexicon()
    return (*lexicon.cues, *lexicon.signals, *own)


@lru_cache(maxsize=1)
def _place_of_row() -> dict[int, int]:
    strings = StringStore()
    return {strings.add(row.id): place for place, row in enumerate(lexicon_rows())}


def spans_of_docs(docs: Sequence[Doc], tokens: Tokens) -> Spans:
    """Read the spans that ``empathy_cues`` has set.

    Parameters
    ----------
    docs : sequence of Doc
        Texts that went through ``empathy_cues``.
    tokens : Tokens
        Of these.

    Returns
    -------
    Spans
    """
    own = _own_rows(docs)
    found = np.array([*_spans(docs, own)], dtype=np.int64).reshape(-1, 5)
    owner, row, first, after, denied = found.T
    first, after = first + tokens.first[owner], after + tokens.first[owner]
    return _made(owner, row, first, after, denied > 0, tuple(own.values()))


def _own_rows(docs: Sequence[Doc]) -> dict[int, Pattern]:
    """Name the rows of spans that are not the lexicon's; a ``Doc`` has only names."""
    place_of = _place_of_row()
    strange = {
        span.id: (span.id_, span.label_)
        for doc in docs
        for key in _KEYS
        if key in doc.spans
        for span in doc.spans[key]
        if span.id not in place_of
    }
    return {
        key: Pattern(
            id=name,
            label=label,
            subtype=name.split(".")[1] if label in SUBTYPES else None,
            expression="",
            examples=(),
            counter_examples=(),
            where="",
        )
        for key, (name, label) in strange.items()
    }


def _spans(
    docs: Sequence[Doc], own: Iterable[int]
) -> Iterator[tuple[int, int, int, int, bool]]:
    shipped = _place_of_row()
    place_of = {**shipped, **{key: at for at, key in enumerate(own, len(shipped))}}
    for number, doc in enumerate(docs):
        for key in _KEYS:
            if key in doc.spans:
                for span in doc.spans[key]:
                    row = place_of[span.id]
                    yield number, row, span.start, span.end, key == _KEYS[2]


def spans_of_hits(
    hits: Iterable[Sequence[Found]], tokens: Tokens, own: tuple[Pattern, ...] = ()
) -> Spans:
    """Widen hits to whole tokens, as ``empathy_cues`` does with ``Doc.char_span``.

    Parameters
    ----------
    hits : iterable of sequence of (int, int, int, bool)
        For each text from :func:`~empathy_score.lexicon.find_rows`.
    tokens : Tokens
        Of these texts.
    own : tuple of Pattern, optional
        The user's own rows that were looked for.

    Returns
    -------
    Spans
    """
    hits = list(hits)
    values = itertools.chain.from_iterable(itertools.chain.from_iterable(hits))
    row, start, end, denied = np.fromiter(values, np.int64).reshape(-1, 4).T
    n_hits = np.fromiter(map(len, hits), np.int64, len(hits))
    owner = np.arange(len(hits)).repeat(n_hits)
    longest = int(tokens.end.max(initial=0)) + 1
    axis = tokens.owner * longest + tokens.start
    begin = owner * longest
    # The last token that does not begin behind a character of a text.
    first = axis.searchsorted(begin + start, side="right") - 1
    # The blank behind a token is none of a span that begins there.
    first += start == tokens.end.take(first, mode="clip")
    after = axis.searchsorted(begin + (end - 1), side="right")
    return _made(owner, row, first, after, denied > 0, own)


def _made(
    owner: Ints,
    row: Ints,
    first: Ints,
    after: Ints,
    denied: Bools,
    own: tuple[Pattern, ...],
) -> Spans:
    is_cue = (row < len(load_lexicon().cues)) | (row >= len(lexicon_rows()))
    return Spans(
        owner=owner,
        row=row,
        first=first,
        after=after,
        is_cue=is_cue,
        denied=denied & is_cue,
        own=own,
    )
