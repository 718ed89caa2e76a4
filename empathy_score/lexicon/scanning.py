"""Where each row of the lexicon is worth a try: all texts of a batch in one pass.

The texts are laid side by side and folded (:mod:`.literals`); one Aho-Corasick
automaton finds the words that the rows need. Where a row's words are there, but not
where its match begins, every position is tried at which it can begin.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick

from empathy_score.lexicon.beginnings import N_CHARACTERS
from empathy_score.lexicon.literals import Needed

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_BETWEEN = " A "  # between texts; a plain text has no capitals, and no literal has one
_ANYWHERE = -(1 << 40)
_WORD = np.array(
    [chr(c).isalnum() or c == 95 for c in range(128)] + [False], dtype=np.bool_
)
_FOLDED = np.array([c if _WORD[c] else 32 for c in range(N_CHARACTERS)], dtype=np.uint8)
_NO_MARK = [ord(character) for character in " \t\n\r\f\v,.'\0"]
_MARKED = ~_WORD
_MARKED[_NO_MARK] = False


@dataclass(frozen=True, slots=True)
class Scanner:
    """What each row needs, made ready; make one with :func:`make_scanner`.

    ``literals`` are what the automaton finds.
    ``first[i]:first[i + 1]`` are the places of literal ``i`` in ``row``, ``shift``
    and ``guard``: the rows to try where it occurs, where their match begins beside it
    (far below zero if anywhere in the text), and the guard that must have been found
    as well (-1 for none). ``guards_first`` and ``guards`` hold in the same way the
    guards of which a literal is one. ``marks`` are the literals that are one mark, by
    character. ``beginnings`` says with which two characters each row can begin.
    """

    literals: tuple[str, ...]
    first: Ints
    row: Ints
    shift: Ints
    guard: Ints
    guards_first: Ints
    guards: Ints
    n_guards: int
    marks: dict[str, int]
    beginnings: Bools
    automaton: AhoCorasick = field(init=False, repr=False, compare=False)
    firsts: Bools = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the automaton, and a smaller table to ask first."""
        made = AhoCorasick(self.literals, store_patterns=False)
        object.__setattr__(self, "automaton", made)
        firsts = np.ones((len(self.beginnings), N_CHARACTERS + 1), dtype=np.bool_)
        firsts[:, :-1] = self.beginnings.any(axis=2)  # the last: at the text's start
        object.__setattr__(self, "firsts", firsts)

    def __reduce__(self) -> tuple[type[Scanner], tuple[object, ...]]:
        """Leave the automaton out, which cannot travel; it is made anew there."""
        names = [each.name for each in fields(self) if each.init]
        return Scanner, tuple(getattr(self, name) for name in names)


@dataclass(frozen=True, slots=True)
class Tries:
    """Rows to try on texts, row after row.

    Attributes
    ----------
    row, text : list of int
        Which row, on which text.
    begin : list of int
        Where the match would begin.
    searched : list of bool
        Whether matches of this row must not overlap on this text, as in a search
        from the left; its tries on the text follow each other from the left.
    """

    row: list[int]
    text: list[int]
    begin: list[int]
    searched: list[bool]


def make_scanner(
    needed: Sequence[Sequence[Needed]], beginnings: Sequence[Bools]
) -> Scanner:
    """Make the automaton and the tables.

    Parameters
    ----------
    needed : sequence of sequence of Needed
        For each row what its choices need.
    beginnings : sequence of ndarray of bool, shape (129, 129)
        For each row, from :func:`~.beginnings.first_pairs`.

    Returns
    -------
    Scanner
    """
    needing: dict[str, list[tuple[int, int, int]]] = {}
    guards: dict[str, list[int]] = {}
    n_guards = 0
    for index, choices in enumerate(needed):
        for choice in choices:
            guard = n_guards if choice.also else -1
            n_guards += bool(choice.also)
            for literal in choice.one_of:
                shift = _ANYWHERE if literal.shift is None else literal.shift
                needing.setdefault(literal.text, []).append((index, shift, guard))
            for text in choice.also:
                guards.setdefault(text, []).append(guard)
    texts = list(dict.fromkeys((*needing, *guards)))
    entries = [needing.get(text, []) for text in texts]
    table = np.array([*itertools.chain(*entries)], dtype=np.int64).reshape(-1, 3)
    of_guards = [guards.get(text, []) for text in texts]
    return Scanner(
        literals=tuple(texts),
        first=_firsts(entries),
        row=table[:, 0].copy(),
        shift=table[:, 1].copy(),
        guard=table[:, 2].copy(),
        guards_first=_firsts(of_guards),
        guards=np.array([*itertools.chain(*of_guards)], dtype=np.int64),
        n_guards=n_guards,
        marks={
            text: place
            for place, text in enumerate(texts)
            if len(text) == 1 and (not text.isascii() or _MARKED[ord(text)])
        },
        beginnings=np.stack(beginnings),
    )


def _firsts(parts: Iterable[Sequence[object]]) -> Ints:
    return np.cumsum([0, *map(len, parts)], dtype=np.int64)


def scan(texts: Sequence[str], scanner: Scanner) -> Tries:
    """Say which rows are to be tried, on which texts, and where.

    Parameters
    ----------
    texts : sequence of str
        In plain form.
    scanner : Scanner
        From :func:`make_scanner`.

    Returns
    -------
    Tries
    """
    if not texts:
        return Tries([], [], [], [])
    joined = _BETWEEN.join(["", *texts, ""])
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    characters = np.minimum(points, N_CHARACTERS - 1)
    word = _WORD[characters]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = (lengths + len(_BETWEEN)).cumsum() - lengths
    literal, place, end = _found(joined, characters, word, scanner)
    text = starts.searchsorted(place + 1, side="right") - 1
    begin = scanner.first[literal]
    counts = scanner.first[literal + 1] - begin
    entry = _ranges(begin, counts)
    text_of, of = text.repeat(counts), np.arange(len(literal)).repeat(counts)
    if scanner.n_guards:
        guard = scanner.guard[entry]
        opened = _opened(literal, text, len(texts), scanner)
        kept = (guard < 0) | opened[text_of, guard]
        entry, text_of, of = entry[kept], text_of[kept], of[kept]
    row, shift = scanner.row[entry], scanner.shift[entry]
    anywhere = shift == _ANYWHERE
    known = ~anywhere
    text_k = text_of[known]
    begin_k = place[of[known]] - starts[text_k] + shift[known]
    spots = _Spots(characters, word, starts, lengths)
    searched = row[anywhere] * len(texts) + text_of[anywhere]
    row_s, text_s, begin_s = _positions(searched, end[of[anywhere]], spots, scanner)
    return _in_order(
        np.concatenate([2 * row_s + 1, 2 * row[known]]),
        np.concatenate([text_s, text_k]),
        np.concatenate([begin_s, begin_k]),
    )


def _in_order(row: Ints, text: Ints, begin: Ints) -> Tries:
    """Put tries in order and keep each once; ``row`` is doubled, odd if searched."""
    if not len(row):
        return Tries([], [], [], [])
    low = int(begin.min())
    n_begins, n_texts = int(begin.max()) - low + 1, int(text.max()) + 1
    key = (row * n_texts + text) * n_begins + (begin - low)
    key.sort()
    key = key[np.concatenate([[True], key[1:] != key[:-1]])]
    place, begin = np.divmod(key, n_begins)
    row, text = np.divmod(place, n_texts)
    return Tries(
        row=(row >> 1).tolist(),
        text=text.tolist(),
        begin=(begin + low).tolist(),
        searched=((row & 1) > 0).tolist(),
    )


@dataclass(frozen=True, slots=True)
class _Spots:
    """Characters of texts side by side, which are of words; where texts begin."""

    characters: npt.NDArray[np.uint32]
    word: Bools
    starts: Ints
    lengths: Ints


def _found(
    joined: str, characters: npt.NDArray[np.uint32], word: Bools, scanner: Scanner
) -> tuple[Ints, Ints, Ints]:
    """Give the literals that occur, where they begin and end; ends ascend."""
    folded = _FOLDED[characters].tobytes().decode("ascii")
    pieces = scanner.automaton.find_matches_as_indexes(folded, overlapping=True)
    flat = np.fromiter(itertools.chain.from_iterable(pieces), np.int64, 3 * len(pieces))
    marks = [
        (found, place)
        for place in _MARKED[characters].nonzero()[0].tolist()
        if (found := scanner.marks.get(joined[place])) is not None
        and not (joined[place] == "-" and word[place - 1] and word[place + 1])
    ]
    if not marks:
        return flat[::3], flat[1::3], flat[2::3]
    all_found = np.array([(mark, place, place + 1) for mark, place in marks], np.int64)
    all_found = np.concatenate([flat.reshape(-1, 3), all_found])
    literal, begin, end = all_found[all_found[:, 2].argsort(kind="stable")].T
    return literal, begin, end


def _opened(literal: Ints, text: Ints, n_texts: int, scanner: Scanner) -> Bools:
    """Which guards were found in which texts; the last column is nobody's."""
    opened = np.zeros((n_texts, scanner.n_guards + 1), dtype=np.bool_)
    begin = scanner.guards_first[literal]
    counts = scanner.guards_first[literal + 1] - begin
    guard = scanner.guards[_ranges(begin, counts)]
    opened[text.repeat(counts), guard] = True
    return opened


def _positions(
    searched: Ints, end: Ints, spots: _Spots, scanner: Scanner
) -> tuple[Ints, Ints, Ints]:
    """Give the positions at which each searched row can begin in each text.

    That is at the text's start, at a character that is no word's, and where a word
    begins, if the row can begin with this and the next character. ``searched`` names
    row and text in one number; ``end`` says where a word ends that the row needs, no
    later than the last of these does it begin.
    """
    characters, starts = spots.characters, spots.starts
    order = (searched * len(characters) + end).argsort()
    searched, end = searched[order], end[order]
    last = np.ones(len(searched), dtype=np.bool_)
    np.not_equal(searched[1:], searched[:-1], out=last[:-1])
    rows, texts = np.divmod(searched[last], len(starts))
    edge = ~spots.word
    edge[1:] |= edge[:-1]
    for back in range(1, len(_BETWEEN) + 1):
        edge[starts - back] = False
    edge[-len(_BETWEEN) :] = False
    n_edges = np.zeros(len(edge) + 1, dtype=np.int64)  # before each character
    edge.cumsum(out=n_edges[1:])
    place = edge.nonzero()[0]
    first = n_edges[starts]
    place_in_text = place - starts.repeat(np.diff(first, append=len(place)))
    one = characters[place]
    one[place_in_text == 0] = N_CHARACTERS
    begin = first[texts]
    until = np.minimum(end[last], starts[texts] + spots.lengths[texts])
    counts = np.maximum(n_edges[until] - begin, 0)
    edge_of = _ranges(begin, counts)
    cell = (rows * scanner.firsts.shape[1]).repeat(counts)
    cell += one[edge_of]
    may = scanner.firsts.take(cell).nonzero()[0]
    pair, edge_of = np.arange(len(rows)).repeat(counts)[may], edge_of[may]
    row, place = rows[pair], place[edge_of]
    can = scanner.beginnings[row, characters[place], characters[place + 1]]
    can |= place_in_text[edge_of] == 0
    return row[can], texts[pair[can]], place_in_text[edge_of[can]]


def _ranges(first: Ints, counts: Ints) -> Ints:
    """Lay the ranges ``first[i]`` to ``first[i] + counts[i]`` side by side."""
    ends: Ints = counts.cumsum()
    laid: Ints = (first - (ends - counts)).repeat(counts)
    laid += np.arange(len(laid))
    return laid
