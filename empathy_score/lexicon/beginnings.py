"""The characters with which a match of an expression can begin.

Searching an expression tries it at every position of a text. Most expressions can
begin with few characters only, and none begins inside a word; what is left are a few
positions, and often none.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

if sys.version_info >= (3, 11):
    from re import _constants as sre  # type: ignore[attr-defined]
else:
    import sre_constants as sre

Pairs = npt.NDArray[np.bool_]

N_CHARACTERS = 129
"""ASCII, and one place for all other characters."""

_OTHER = N_CHARACTERS - 1
_ANY = (1 << N_CHARACTERS) - 1
_NEVER = (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING)  # not behind the first character
_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}


@dataclass(frozen=True, slots=True)
class _Begins:
    """How what a part matches begins; sets of characters are bits of a number.

    ``empty`` says that it can match nothing, ``one`` are the characters that it can
    match alone, and ``pairs`` has for a first character those that can be the second.
    """

    empty: bool
    one: int
    pairs: Mapping[int, int]


_EMPTY = _Begins(True, 0, {})
_FAILS = _Begins(False, 0, {})
_UNKNOWN = _Begins(True, _ANY, dict.fromkeys(range(N_CHARACTERS), _ANY))


def first_pairs(items: Sequence[tuple[Any, Any]]) -> Pairs:
    r"""Say with which two characters a match can begin, but for one at the start.

    Parameters
    ----------
    items : sequence
        A regular expression for ``re.ASCII``, as ``re``'s own parser gives it.

    Returns
    -------
    ndarray of bool, shape (129, 129)
        For each ASCII character, and last for all others: whether a match can begin
        with it, and what can stand behind it. Never False for what can begin a match
        behind the first character of a text.

    Examples
    --------
    >>> from empathy_score.lexicon.literals import sre_parse
    >>> found = first_pairs(sre_parse.parse(r"(?:^|[.!] ?)so (?:sorry|sad)|\bah+"))
    >>> [chr(one) + chr(two) for one, two in zip(*found.nonzero())]
    ['! ', '!s', '. ', '.s', 'ah']
    """
    found = _sequence(items)
    pairs = np.zeros((N_CHARACTERS, N_CHARACTERS), dtype=np.bool_)
    if found.empty:
        return ~pairs
    for one, seconds in found.pairs.items():
        pairs[one, list(_members(seconds))] = True
    pairs[list(_members(found.one))] = True
    return pairs


def _members(characters: int) -> Iterator[int]:
    return (place for place in range(N_CHARACTERS) if characters >> place & 1)


def _sequence(items: Iterable[tuple[Any, Any]]) -> _Begins:
    """Go on until two characters are certain."""
    found = _EMPTY
    for operator, value in items:
        if not (found.empty or found.one):
            return found
        found = _then(found, _part(operator, value))
    return found


def _then(one: _Begins, two: _Begins) -> _Begins:
    pairs = dict(one.pairs)
    firsts = two.one
    for character, seconds in two.pairs.items():
        firsts |= (seconds > 0) << character
        if one.empty:
            pairs[character] = pairs.get(character, 0) | seconds
    for character in _members(one.one):
        pairs[character] = pairs.get(character, 0) | firsts
    alone = (one.one if two.empty else 0) | (two.one if one.empty else 0)
    return _Begins(one.empty and two.empty, alone, pairs)


def _either(choices: Iterable[_Begins]) -> _Begins:
    empty, alone, pairs = False, 0, dict[int, int]()
    for choice in choices:
        empty, alone = empty or choice.empty, alone | choice.one
        for character, seconds in choice.pairs.items():
            pairs[character] = pairs.get(character, 0) | seconds
    return _Begins(empty, alone, pairs)


def _part(operator: Any, value: Any) -> _Begins:  # noqa: ANN401
    if operator is sre.AT:
        return _FAILS if value in _NEVER else _EMPTY
    if operator in (sre.ASSERT, sre.ASSERT_NOT):
        return _EMPTY
    if operator is sre.LITERAL:
        return _Begins(False, 1 << min(value, _OTHER), {})
    if operator is sre.IN:
        return _Begins(False, _class(value), {})
    if operator is sre.SUBPATTERN:
        return _sequence(value[3])
    if operator is sre.BRANCH:
        return _either(map(_sequence, value[1]))
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        return _repeated(int(value[0]), int(value[1]), _sequence(value[2]))
    return _UNKNOWN


def _repeated(least: int, most: int, once: _Begins) -> _Begins:
    found = once if least < 2 else _then(once, once)
    if most > max(least, 1):
        found = _either([found, _then(once, once)])
    return found if least else _either([found, _EMPTY])


def _class(members: Iterable[tuple[Any, Any]]) -> int:
    found, negated = 0, False
    for operator, value in members:
        if operator is sre.NEGATE:
            negated = True
        elif operator is sre.LITERAL:
            found |= 1 << min(value, _OTHER)
        elif operator is sre.RANGE:
            low, high = min(value[0], _OTHER), min(value[1], _OTHER)
            found |= (1 << high + 1) - (1 << low)
        elif operator is sre.CATEGORY and value in _CATEGORIES:
            found |= _category(_CATEGORIES[value])
        else:
            return _ANY
    # Some of the others are not in the class, whatever it names.
    return (_ANY & ~found) | 1 << _OTHER if negated else found


@cache
def _category(written: str) -> int:
    holds = re.compile(written, re.ASCII).match
    characters = [*map(chr, range(_OTHER)), "\u00e9"]
    return sum(1 << place for place, one in enumerate(characters) if holds(one))
