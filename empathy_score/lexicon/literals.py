"""The words without which an expression cannot match.

Hundreds of expressions cannot all be tried on every text. But nearly every one needs
certain words ("sorry" or "apologise", say), and one Aho-Corasick automaton finds the
words of all of them in a single pass. This module reads those words out of an
expression. Google's FilteredRE2 rests on the same idea.

Text and words are compared in folded form: every character that is no letter, digit
or underscore is a blank, one for one, with a blank before and after the whole text.
So " sorry " stands for the whole word. The marks of a text ("?", an emoji) stand at its
end.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import groupby
from typing import Any

if sys.version_info >= (3, 11):
    from re import _constants as sre  # type: ignore[attr-defined]
    from re import _parser as sre_parse  # type: ignore[attr-defined]
else:
    import sre_constants as sre
    import sre_parse

_BLANKS = "".join(chr(c) if chr(c).isalnum() or c == 95 else " " for c in range(128))
_NO_WORD = re.compile(r"\W", re.ASCII)
_EDGE = "\0"  # where a word begins or ends
_MARKS = re.compile(r"[^\w\s,.'\0]", re.ASCII)
_HOLDS_SOMETHING = re.compile(r"[^\s,.'\0]", re.ASCII)
_MOST = 200  # texts to which neighbours are joined
_CHOICES = 2000  # texts of one choice
_SEARCH_COST = 6.0  # trying every position, beside trying a known one


@dataclass(frozen=True, slots=True)
class Literal:
    """A piece of folded text that a match must hold.

    Parameters
    ----------
    text : str
        The piece.
    shift : int or None
        The match begins this many characters after the piece does; None where the
        beginning of the match is not known.
    """

    text: str
    shift: int | None


@dataclass(frozen=True, slots=True)
class _Needs:
    """What a part of an expression matches, as far as it can be spelt out.

    ``exact`` are all texts that it matches, None if they are too many; ``needed``
    are texts of which every match holds at least one, None if unknown; ``closes``
    says that no match ends inside a word.
    """

    exact: frozenset[str] | None
    needed: frozenset[str] | None = None
    closes: bool = False


_NOTHING = _Needs(exact=None)


def fold(text: str) -> str:
    """Fold a plain text: words stay, all else is blank.

    Parameters
    ----------
    text : str
        From :func:`~empathy_score.normalization.plain_text`.

    Returns
    -------
    str
        Character ``i`` of ``text`` is character ``i + 1``.

    Examples
    --------
    >>> fold("i'm sorry!")
    ' i m sorry  !'
    """
    folded = text.translate(_BLANKS) if text.isascii() else _NO_WORD.sub(" ", text)
    return f" {folded} {''.join(_MARKS.findall(text))}"


def needed_literals(expression: str) -> frozenset[Literal]:
    """Find pieces of text of which every match of an expression holds at least one.

    Parameters
    ----------
    expression : str
        A regular expression over plain text, matched with ``re.ASCII`` and only
        where neither end of the match lies inside a word.

    Returns
    -------
    frozenset of Literal
        The choice that is expected to occur most rarely; empty if there is none.

    Examples
    --------
    >>> sorted(piece.text for piece in needed_literals("so (?:sorry|sad)"))
    [' so sad ', ' so sorry ']
    """
    runs, needed = _runs(list(sre_parse.parse(expression)))
    runs[0] = frozenset(_EDGE + text for text in runs[0])
    runs[-1] = frozenset(text + _EDGE for text in runs[-1])
    choices = [(_cost(run) * _SEARCH_COST, False, run) for run in needed]
    for place, run in enumerate(runs):
        if _usable(run):
            price = _cost(run) * (1.0 if place == 0 else _SEARCH_COST)
            choices.append((price, place == 0, run))
    if not choices:
        return frozenset()
    _, known, best = min(choices, key=lambda choice: choice[:2])
    return _shortest({_literal(text, known=known) for text in best}, known=known)


def _shortest(literals: set[Literal], *, known: bool) -> frozenset[Literal]:
    """Leave out a piece that holds another one, which is found there anyway."""
    kept: list[Literal] = []
    for new in sorted(literals, key=lambda literal: len(literal.text)):
        if known:
            held = any(
                new.shift == old.shift and new.text.startswith(old.text) for old in kept
            )
        else:
            held = any(old.text in new.text for old in kept)
        if not held:
            kept.append(new)
    return frozenset(kept)


def _literal(text: str, *, known: bool) -> Literal:
    folded = _NO_WORD.sub(" ", text.replace(_EDGE, ""))
    if not folded.strip():
        return Literal(_MARKS.findall(text)[0], None)
    before = text.startswith(_EDGE) and not folded.startswith(" ")
    after = text.endswith(_EDGE) and not folded.endswith(" ")
    return Literal(
        text=f"{' ' if before else ''}{folded}{' ' if after else ''}",
        shift=int(before) if known else None,
    )


def _usable(run: frozenset[str] | None) -> frozenset[str] | None:
    """Leave out what nearly any text holds: nothing, or blanks and commas only."""
    if not run or not all(map(_HOLDS_SOMETHING.search, run)):
        return None
    return run


@lru_cache(maxsize=10_000)
def _cost(run: frozenset[str]) -> float:
    """How often one of some texts is expected to occur, roughly."""
    return sum(map(_share, run))


@lru_cache(maxsize=100_000)
def _share(text: str) -> float:
    """In what share of texts a piece occurs, a rough guess."""
    folded = _literal(text, known=False).text
    first, *inner = folded.split(" ")
    if not inner:
        return math.exp(-_word_rarity(first, whole=False))
    *inner, last = inner
    rarity = sum(_word_rarity(word, whole=True) for word in inner)
    rarity += sum(_word_rarity(word, whole=False) for word in (first, last))
    return math.exp(-rarity)


@lru_cache(maxsize=100_000)
def _word_rarity(word: str, whole: bool) -> float:
    if not word:
        return 0.0
    if _MARKS.match(word):
        return 1.5 if word in "?!-" else 5.0
    if whole:
        return -math.log(_word_shares().get(word, 0.003))
    inside = sum(share for common, share in _word_shares().items() if word in common)
    return -math.log(min(inside + 0.5 * math.exp(-len(word)), 1.0))


@lru_cache(maxsize=1)
def _word_shares() -> dict[str, float]:
    """In what share of turns each of the commonest words occurs (data/README.md)."""
    file = resources.files("empathy_score.lexicon") / "word_shares.json"
    shares: dict[str, float] = json.loads(file.read_text(encoding="utf-8"))
    return shares


def _runs(
    items: Sequence[tuple[Any, Any]],
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Spell out a sequence as far as possible.

    Returns the runs that could be spelt out, broken where one could not, and what the
    parts between them need. The first run begins where the sequence does, the last
    ends where it ends.
    """
    runs = [frozenset({""})]
    needed: list[frozenset[str]] = []
    for part in _parts(items):
        if part.exact is not None and len(runs[-1]) * len(part.exact) <= _MOST:
            runs[-1] = frozenset(a + b for a in runs[-1] for b in part.exact)
            continue
        closed = all(map(_closes, runs[-1]))
        if part.exact is None:
            runs.append(frozenset({_EDGE if closed and part.closes else ""}))
            if part.needed:
                needed.append(part.needed)
        else:
            if all(text and not _word(text[0]) for text in part.exact):
                runs[-1] = frozenset(text + _EDGE for text in runs[-1])
            runs.append(frozenset((_EDGE if closed else "") + t for t in part.exact))
    return runs, needed


def _parts(items: Sequence[tuple[Any, Any]]) -> Iterator[_Needs]:
    """Read the parts of a sequence, neighbouring letters as one."""
    for literal, part in groupby(items, key=lambda item: item[0] is sre.LITERAL):
        if literal:
            yield _Needs(frozenset({"".join(chr(value) for _, value in part)}))
        else:
            for operator, value in part:
                yield _needs(operator, value)


def _word(character: str) -> bool:
    return _NO_WORD.match(character) is None


def _closes(text: str) -> bool:
    """Whether a text ends outside a word."""
    return text != "" and not _word(text[-1])


def _needs(operator: Any, value: Any) -> _Needs:  # noqa: ANN401
    if operator is sre.AT:
        edges = (sre.AT_BOUNDARY, sre.AT_BEGINNING, sre.AT_END, sre.AT_BEGINNING_STRING)
        return _Needs(frozenset({_EDGE if value in edges else ""}))
    if operator is sre.IN:
        return _class(value)
    if operator is sre.SUBPATTERN:
        return _sequence(value[3])
    if operator is sre.BRANCH:
        return _branch([_sequence(choice) for choice in value[1]])
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        return _repeat(int(value[0]), int(value[1]), _sequence(value[2]))
    return _NOTHING


def _class(members: Sequence[tuple[Any, Any]]) -> _Needs:
    """Spell out a class of few characters; all that are no word's are one blank."""
    found: set[str] = set()
    for operator, value in members:
        if operator is sre.LITERAL:
            found.add(chr(value))
        elif operator is sre.RANGE and value[1] - value[0] < _MOST:
            found.update(map(chr, range(value[0], value[1] + 1)))
        elif operator is sre.CATEGORY and value in (
            sre.CATEGORY_SPACE,
            sre.CATEGORY_NOT_WORD,
        ):
            found.add(" ")
        else:
            return _NOTHING
    if not all(map(_MARKS.match, found)):
        found = {_NO_WORD.sub(" ", character) for character in found}
        if len(found) > 8:
            return _NOTHING
    return _Needs(frozenset(found), closes=not any(map(_word, found)))


def _sequence(items: Iterable[tuple[Any, Any]]) -> _Needs:
    runs, needed = _runs(list(items))
    if len(runs) == 1:
        return _Needs(runs[0], closes=all(map(_closes, runs[0])))
    usable = [run for run in (*map(_usable, runs), *map(_usable, needed)) if run]
    return _Needs(
        None,
        needed=min(usable, key=_cost) if usable else None,
        closes=all(map(_closes, runs[-1])),
    )


def _branch(choices: Sequence[_Needs]) -> _Needs:
    exact = _union(choice.exact for choice in choices)
    closes = all(choice.closes for choice in choices)
    if exact is not None and len(exact) <= _CHOICES:
        return _Needs(exact, closes=closes)
    needed = _union(_usable(choice.exact) or choice.needed for choice in choices)
    return _Needs(None, needed, closes)


def _union(parts: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    found: set[str] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return frozenset(found)


def _repeat(least: int, most: int, part: _Needs) -> _Needs:
    if part.exact is None:
        return _Needs(None, part.needed if least else None, part.closes)
    if len(part.exact) == 1 and min(part.exact).isalpha():
        most = min(most, 2)  # plain text has no letter three times in a row
    if most <= 4 and len(part.exact) ** most <= _MOST:
        spelt = [frozenset({""})]
        for _ in range(most):
            spelt.append(frozenset(a + b for a in spelt[-1] for b in part.exact))
        return _Needs(_union(spelt[least:]), closes=part.closes)
    return _Needs(None, _usable(part.exact) if least else None, part.closes)
