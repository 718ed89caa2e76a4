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
# A hyphen inside a word is no mark: no row may rest on such a one alone.
_MARKS_OF_TEXT = re.compile(r"[^\w\s,.'\0-]|(?<!\w)-|-(?!\w)", re.ASCII)
_HOLDS_SOMETHING = re.compile(r"[^\s,.'\0]", re.ASCII)
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_RARE = 0.0005  # share of texts that hold a word outside the commonest
_MOST = 200  # texts to which neighbours are joined
_CHOICES = 2000  # texts of one choice
_SEARCH_COST = 6.0  # trying every position, beside trying a known one
_SPARED = 0.5  # share of tries from which on choices are looked at each alone
_OFTEN, _SELDOM = 0.03, 0.45  # costs from which on a second condition is worth it


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What every match of an expression holds.

    Parameters
    ----------
    one_of : frozenset of Literal
        At least one of these; empty if nothing is certain.
    also : frozenset of str
        And at least one of these; empty if that would not spare much.
    """

    one_of: frozenset[Literal]
    also: frozenset[str]


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
    return f" {folded} {''.join(_MARKS_OF_TEXT.findall(text))}"


def needed_literals(expression: str, *, anywhere: bool = False) -> tuple[Needed, ...]:
    """Find pieces of text that every match of an expression holds.

    Parameters
    ----------
    expression : str
        A regular expression over plain text, matched with ``re.ASCII`` and only
        where neither end of the match lies inside a word.
    anywhere : bool, default False
        Whether the expression must be searched for from the start of the text, even
        where it is known where a match would begin.

    Returns
    -------
    tuple of Needed
        One for each choice of the expression; what is expected to occur most rarely.

    Examples
    --------
    >>> (needed,) = needed_literals("[a-z]+ so (?:sorry|sad)")
    >>> sorted(piece.text for piece in needed.one_of)
    [' so sad ', ' so sorry ']
    >>> needed_literals("sorry|regret")[1].one_of
    frozenset({Literal(text=' regret ', shift=1)})
    """
    return needed_of(sre_parse.parse(expression), anywhere=anywhere)


def needed_of(
    parsed: Sequence[tuple[Any, Any]], *, anywhere: bool = False
) -> tuple[Needed, ...]:
    """Find the same in an expression that ``re``'s own parser took apart.

    Parameters
    ----------
    parsed : sequence
        What the parser gave.
    anywhere : bool, default False
        As in :func:`needed_literals`.

    Returns
    -------
    tuple of Needed
    """
    choices = _choices(list(parsed))
    return tuple(
        needed
        for choice in choices
        for needed in _needed_apart(choice, anywhere=anywhere)
    )


def parsed(expression: str) -> Sequence[tuple[Any, Any]]:
    """Take an expression apart with ``re``'s own parser.

    Parameters
    ----------
    expression : str
        A regular expression.

    Returns
    -------
    sequence
        What :func:`needed_of` takes.
    """
    found: Sequence[tuple[Any, Any]] = sre_parse.parse(expression, re.ASCII)
    return found


def _choices(items: Sequence[tuple[Any, Any]]) -> Iterator[Sequence[tuple[Any, Any]]]:
    """Take an expression that is one choice apart."""
    inside = [item for item in items if item[0] is not sre.AT]
    if len(inside) == 1 and inside[0][0] is sre.SUBPATTERN:
        yield from _choices(list(inside[0][1][3]))
    elif len(inside) == 1 and inside[0][0] is sre.BRANCH:
        for choice in inside[0][1][1]:
            yield from _choices(list(choice))
    else:
        yield items


def _needed_apart(
    items: Sequence[tuple[Any, Any]], *, anywhere: bool
) -> Sequence[Needed]:
    """Take a choice that ends in choices apart, where that spares much."""
    whole = _needed(items, anywhere=anywhere)
    *before, last = items
    if not before or last[0] is not sre.SUBPATTERN:
        return [whole]
    apart = [
        needed
        for choice in _choices(list(last[1][3]))
        for needed in _needed_apart([*before, *choice], anywhere=anywhere)
    ]
    if not all(needed.one_of for needed in apart):
        return [whole]
    return apart if sum(map(_tries, apart)) < _SPARED * _tries(whole) else [whole]


def _tries(needed: Needed) -> float:
    """How often an expression is tried, beside the number of texts."""
    tries = sum(
        _share(literal.text) * (_SEARCH_COST if literal.shift is None else 1.0)
        for literal in needed.one_of
    )
    if not needed.also:
        return tries
    return tries * min(sum(map(_share, needed.also)), 1.0)


def _needed(items: Sequence[tuple[Any, Any]], *, anywhere: bool) -> Needed:
    runs, inner = _runs(items, before=True, after=True)
    choices = [(_cost(run) * _SEARCH_COST, 1, run) for run in inner]
    for place, run in enumerate(runs):
        if _usable(run):
            searched = anywhere or place > 0
            price = _cost(run) * (_SEARCH_COST if searched else 1.0)
            choices.append((price, int(searched), run))
    if not choices:
        return Needed(one_of=frozenset(), also=frozenset())
    price, place, run = first = min(choices, key=lambda choice: choice[:2])
    known = place == 0
    others = [choice[2] for choice in choices if choice is not first]
    guard = min(others, key=_cost, default=frozenset())
    if price < _OFTEN or _cost(guard) > _SELDOM:
        guard = frozenset()
    return Needed(
        one_of=_shortest({_literal(text, known=known) for text in run}),
        also=frozenset(
            literal.text
            for literal in _shortest({_literal(text, known=False) for text in guard})
        ),
    )


def _shortest(literals: set[Literal]) -> frozenset[Literal]:
    """Leave out a piece that holds another one, which is found there anyway."""
    kept: list[Literal] = []
    shorter: dict[int | None, set[str]] = {}
    for new in sorted(literals, key=lambda literal: len(literal.text)):
        text = new.text
        seen = shorter.setdefault(new.shift, set())
        if new.shift is None:
            held = any(map(text.__contains__, seen))
        else:
            held = any(text[:end] in seen for end in range(1, len(text)))
        if not held:
            kept.append(new)
            seen.add(text)
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
        return -math.log(_word_shares().get(word, _RARE))
    inside = sum(share for common, share in _word_shares().items() if word in common)
    return -math.log(min(inside + 0.5 * math.exp(-len(word)), 1.0))


@lru_cache(maxsize=1)
def _word_shares() -> dict[str, float]:
    """In what share of turns each of the commonest words occurs (data/README.md)."""
    file = resources.files("empathy_score.lexicon") / "word_shares.json"
    shares: dict[str, float] = json.loads(file.read_text(encoding="utf-8"))
    return shares


def _runs(
    items: Sequence[tuple[Any, Any]], *, before: bool, after: bool
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Spell out a sequence as far as possible.

    ``before`` and ``after`` say whether it begins and ends at the edge of a word.
    Returns the runs that could be spelt out, broken where one could not, and what the
    parts between them need. The first run begins where the sequence does, the last
    ends where it ends.
    """
    runs = [frozenset({_EDGE if before else ""})]
    needed: list[frozenset[str]] = []
    for part in _parts(items, runs, after=after):
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
    if after:
        runs[-1] = frozenset(text + _EDGE for text in runs[-1])
    return runs, needed


def _parts(
    items: Sequence[tuple[Any, Any]], runs: Sequence[frozenset[str]], *, after: bool
) -> Iterator[_Needs]:
    """Read the parts of a sequence, letters side by side as one.

    ``runs`` are what the caller has spelt out so far: its last one tells whether a
    part begins at the edge of a word.
    """
    letters = ""
    for place, (operator, value) in enumerate(items):
        if operator is sre.LITERAL:
            letters += chr(value)
            continue
        if letters:
            yield _Needs(frozenset({letters}), closes=not _word(letters[-1]))
            letters = ""
        closed = all(map(_closes, runs[-1]))
        rest = items[place + 1 :]
        yield _needs(operator, value, closed, _opens(rest) if rest else after)
    if letters:
        yield _Needs(frozenset({letters}), closes=not _word(letters[-1]))


def _opens(items: Sequence[tuple[Any, Any]]) -> bool:
    """Whether what follows begins outside a word, as far as is plain at once."""
    operator, value = items[0]
    if operator is sre.LITERAL:
        return not _word(chr(value))
    return operator is sre.AT and value in (sre.AT_BOUNDARY, sre.AT_END)


def _word(character: str) -> bool:
    return _NO_WORD.match(character) is None


def _closes(text: str) -> bool:
    """Whether a text ends outside a word."""
    return text != "" and not _word(text[-1])


def _needs(operator: Any, value: Any, before: bool, after: bool) -> _Needs:  # noqa: ANN401
    if operator is sre.AT:
        edges = (sre.AT_BOUNDARY, sre.AT_BEGINNING, sre.AT_END, sre.AT_BEGINNING_STRING)
        return _Needs(frozenset({_EDGE if value in edges else ""}))
    if operator is sre.IN:
        return _class(value)
    if operator is sre.SUBPATTERN:
        return _sequence(value[3], before, after)
    if operator is sre.BRANCH:
        return _branch([_sequence(choice, before, after) for choice in value[1]])
    if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        once = int(value[1]) == 1
        part = _sequence(value[2], before and once, after and once)
        return _repeat(int(value[0]), int(value[1]), part)
    return _NOTHING


def _class(members: Sequence[tuple[Any, Any]]) -> _Needs:
    """Spell out a class of few characters; all that are no word's are one blank."""
    found: set[str] = set()
    for operator, value in members:
        if operator is sre.LITERAL:
            found.add(chr(value))
        elif operator is sre.RANGE and value[1] - value[0] < _CHOICES:
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


def _sequence(items: Iterable[tuple[Any, Any]], before: bool, after: bool) -> _Needs:
    runs, needed = _runs(list(items), before=before, after=after)
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
    if part.exact <= _LETTERS and len(part.exact) == 1:
        most = min(most, 2)  # plain text has no letter three times in a row
    if most <= 4 and len(part.exact) ** most <= _MOST:
        spelt = [frozenset({""})]
        for _ in range(most):
            spelt.append(frozenset(a + b for a in spelt[-1] for b in part.exact))
        return _Needs(_union(spelt[least:]), closes=part.closes)
    return _Needs(None, _usable(part.exact) if least else None, part.closes)
