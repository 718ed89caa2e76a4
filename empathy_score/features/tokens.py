"""Tokens of many texts side by side, as spaCy's tokenizer makes them.

The tokenizer cuts a text at blanks and each piece by itself. People say the same
pieces again and again, so each is cut once and looked up from then on. A text in
which a piece's neighbours could matter (an emoticon inside a piece, blanks other than
single ones) is cut as a whole.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.attrs import IDX, IS_ALPHA, IS_STOP, IS_UPPER, LENGTH, LOWER, ORTH
from spacy.language import Language
from spacy.strings import StringStore
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

ALPHA, CAPITAL, EXCLAMATION, QUESTION, CONTENT = 1, 2, 4, 8, 16
"""What a token is, as bits."""
_N_KINDS = 32

_LONGEST_RUN = 300  # characters
_RUN = re.compile(rf"[^\s]{{{_LONGEST_RUN + 1}}}")
_PIECE = re.compile(r"(\w{1,60}|[^\w\s]{1,60}|[^\S ])( ?)| ")
_AROUND = '.,!?;"'  # marks that no emoticon begins with
_MOST_PIECES = 50_000
_START, _END, _KIND, _LOWER = range(4)
_WHOLE = -1  # instead of a place: the text must be cut as a whole
_NEW = -2  # not yet cut


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of some texts side by side.

    Attributes
    ----------
    first : ndarray of int, shape (n_texts + 1,)
        The tokens of text ``i`` are ``first[i]`` to ``first[i + 1]``.
    owner : ndarray of int, shape (n_tokens,)
        Text of each.
    start, end : ndarray of int, shape (n_tokens,)
        Character offsets in its text.
    kind : ndarray of int, shape (n_tokens,)
        What it is, as bits.
    lower : ndarray of int, shape (n_tokens,)
        Its lower-case form, as a hash.
    """

    first: Ints
    owner: Ints
    start: Ints
    end: Ints
    kind: Ints
    lower: Ints

    def counts(self, kinds: Sequence[int]) -> Array:
        """How many tokens of each text are of each kind, shape (n_texts, n_kinds)."""
        n_texts = len(self.first) - 1
        bits = np.array(kinds, dtype=np.int64)
        cell = self.owner * _N_KINDS + self.kind
        found = np.bincount(cell, minlength=n_texts * _N_KINDS)
        has = (np.arange(_N_KINDS)[:, None] & bits) > 0
        return np.asarray(found.reshape(n_texts, _N_KINDS) @ has.astype(np.float64))

    def words(self, which: npt.NDArray[np.bool_]) -> tuple[frozenset[int], ...]:
        """Different marked words of each text, as hashes."""
        hashes = self.lower[which].tolist()
        until = np.zeros(len(which) + 1, dtype=np.int64)
        which.cumsum(out=until[1:])
        ends = until[self.first].tolist()
        return tuple(
            [frozenset(hashes[start:end]) for start, end in itertools.pairwise(ends)]
        )


@dataclass(slots=True, kw_only=True)
class _Pieces:
    """What a tokenizer made of each piece so far.

    ``bare`` is the tokenizer without its exceptions, ``rules`` are these. Piece
    ``place[piece]`` has the rows ``first[place]`` to ``first[place + 1]`` of ``table``.
    """

    bare: Tokenizer
    rules: frozenset[str]
    place: dict[str, int] = field(default_factory=dict)
    first: Ints = field(default_factory=lambda: np.zeros(1, np.int64))
    table: Ints = field(default_factory=lambda: np.zeros((1, 4), np.int64))


def tokens_of_docs(docs: Iterable[Doc]) -> Tokens:
    """Read the tokens of parsed texts.

    Parameters
    ----------
    docs : iterable of Doc
        Parsed texts.

    Returns
    -------
    Tokens
    """
    tables = [_table(doc) for doc in docs]
    lengths = np.array([len(table) for table in tables], dtype=np.int64)
    table = np.concatenate([np.zeros((0, 4), dtype=np.int64), *tables])
    return _tokens(table, lengths)


def tokens_of_texts(nlp: Language, texts: Sequence[str]) -> Tokens:
    """Cut texts into tokens, as ``nlp.make_doc`` does.

    Parameters
    ----------
    nlp : Language
        The pipeline; only its tokenizer runs.
    texts : sequence of str
        Utterances, unchanged.

    Returns
    -------
    Tokens
    """
    if not texts:
        return tokens_of_docs([])
    pieces = _pieces_of(nlp, nlp.tokenizer)
    if pieces is None:
        return tokens_of_docs(make_doc(nlp, text) for text in texts)
    parts = " ".join(texts).split(" ")
    place = _places(parts, pieces)
    if place.min() == _NEW:
        _learn(parts, nlp, pieces)
        place = _places(parts, pieces)
    n_parts = np.array([text.count(" ") + 1 for text in texts], dtype=np.int64)
    first_part = n_parts.cumsum() - n_parts
    size = np.fromiter(map(len, parts), np.int64, len(parts)) + 1
    begin = size.cumsum() - size
    begin -= begin[first_part].repeat(n_parts)
    first = pieces.first[place]
    counts = pieces.first[place + 1] - first
    whole: list[int] = []
    docs: list[Ints] = []
    if place.min() == _WHOLE:
        is_whole = np.logical_or.reduceat(place == _WHOLE, first_part)
        whole = first_part[is_whole].tolist()
        docs = [
            _table(make_doc(nlp, text))
            for text in itertools.compress(texts, is_whole.tolist())
        ]
        counts[is_whole.repeat(n_parts)] = 0
        counts[whole] = [len(table) for table in docs]
    to = counts.cumsum() - counts
    row = (first - to).repeat(counts)
    row += np.arange(len(row))
    table = pieces.table.take(row, axis=0, mode="clip")
    table[:, :_KIND] += begin.repeat(counts)[:, None]
    for at, found in zip(to[whole].tolist() if whole else (), docs, strict=True):
        table[at : at + len(found)] = found
    return _tokens(table, np.add.reduceat(counts, first_part))


def _tokens(table: Ints, lengths: Ints) -> Tokens:
    first = np.zeros(len(lengths) + 1, dtype=np.int64)
    lengths.cumsum(out=first[1:])
    return Tokens(
        first=first,
        owner=np.arange(len(lengths)).repeat(lengths),
        start=table[:, _START],
        end=table[:, _END],
        kind=table[:, _KIND],
        lower=table[:, _LOWER],
    )


def make_doc(nlp: Language, text: str) -> Doc:
    """Cut a text into tokens, and beforehand where the tokenizer would take very long.

    The tokenizer takes marks off a run one at a time and looks at the rest anew, so
    that a run of ten thousand marks takes it ten seconds.

    Parameters
    ----------
    nlp : Language
        The pipeline.
    text : str
        An utterance.

    Returns
    -------
    Doc
        A text with a run of more than 300 characters without a blank is cut into its
        words and marks.
    """
    if len(text) <= _LONGEST_RUN or _RUN.search(text) is None:
        return nlp.make_doc(text)
    pieces = list(_PIECE.finditer(text))
    words = [piece[1] or " " for piece in pieces]
    spaces = [bool(piece[1] and piece[2]) for piece in pieces]
    return Doc(nlp.vocab, words=words, spaces=spaces)


@lru_cache(maxsize=1)
def _marks() -> tuple[int, int]:
    strings = StringStore()
    return strings.add("!"), strings.add("?")


def _table(doc: Doc) -> Ints:
    """Start, end, kind and lower-case form of each token."""
    found = doc.to_array([IDX, LENGTH, LOWER, ORTH, IS_ALPHA, IS_UPPER, IS_STOP])
    start, length, lower, orth, alpha, upper, stop = found.reshape(-1, 7).T
    exclamation, question = _marks()
    is_alpha = alpha == 1
    kind: Ints = (
        ALPHA * is_alpha
        + CAPITAL * ((upper == 1) & (length > 2))
        + EXCLAMATION * (orth == exclamation)
        + QUESTION * (orth == question)
        + CONTENT * (is_alpha & (stop == 0))
    )
    return np.stack(
        [
            start.astype(np.int64),
            (start + length).astype(np.int64),
            kind,
            np.ascontiguousarray(lower).view(np.int64),
        ],
        axis=1,
    )


@lru_cache(maxsize=4)
def _pieces_of(nlp: Language, tokenizer: Any) -> _Pieces | None:  # noqa: ANN401
    """Room for what is learnt of pieces.

    None if the pipeline's tokenizer may join what stands on both sides of a blank.
    """
    if type(tokenizer) is not Tokenizer:
        return None
    rules = frozenset(tokenizer.rules or ())
    if any(" " in rule and not rule.isspace() for rule in rules):
        return None
    bare = Tokenizer(
        nlp.vocab,
        rules={},
        prefix_search=tokenizer.prefix_search,
        suffix_search=tokenizer.suffix_search,
        infix_finditer=tokenizer.infix_finditer,
        token_match=tokenizer.token_match,
        url_match=tokenizer.url_match,
    )
    return _Pieces(bare=bare, rules=rules)


def _places(parts: Sequence[str], pieces: _Pieces) -> Ints:
    found = map(pieces.place.get, parts, itertools.repeat(_NEW))
    return np.fromiter(found, np.int64, len(parts))


def _learn(parts: Iterable[str], nlp: Language, pieces: _Pieces) -> None:
    """Cut the pieces that are new; forget the others where they are too many."""
    if len(pieces.place) > _MOST_PIECES:
        pieces.place.clear()
        pieces.first, pieces.table = pieces.first[:1], pieces.table[:1]
    tables: list[Ints] = []
    n_pieces, firsts = len(pieces.first) - 1, [int(pieces.first[-1])]
    for part in set(parts).difference(pieces.place):
        doc = nlp.make_doc(part) if len(part) <= _LONGEST_RUN else None
        if doc is None or _needs_its_text(part, doc, pieces):
            pieces.place[part] = _WHOLE
            continue
        pieces.place[part] = n_pieces + len(tables)
        tables.append(_table(doc))
        firsts.append(firsts[-1] + len(doc))
    if tables:
        pieces.table = np.concatenate([pieces.table[: firsts[0]], *tables])
        pieces.first = np.append(pieces.first, firsts[1:])


def _needs_its_text(part: str, doc: Doc, pieces: _Pieces) -> bool:
    """Whether a piece could be cut in another way beside other pieces.

    The tokenizer looks for its exceptions (":)", "a.m.") once more in the whole text,
    among the tokens that it has cut. That changes nothing where the exceptions make
    no difference, or the piece is one itself, but for a mark before or behind it.
    """
    if part.split() != [part]:
        return True
    words = [token.text for token in doc]
    if words == [token.text for token in pieces.bare(part)]:
        return False
    return part not in pieces.rules and part.strip(_AROUND) not in pieces.rules
