"""How the time of a regular expression grows on texts that are made to stall it.

The texts come from the expression itself: what it repeats is repeated, behind what it
needs before that, and ends so that the match fails or has to begin again.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

if sys.version_info >= (3, 11):
    from re import _constants as sre  # type: ignore[attr-defined]
    from re import _parser as sre_parse  # type: ignore[attr-defined]
else:
    import sre_constants as sre
    import sre_parse

_FIXED = ("a", "a ", " ", "i ", "so ", ", ", "'", "?", ". ", "#", "1", "-", "\n")
_END = "\n!"  # what no expression ends with
_ALIKE = {
    sre.CATEGORY_DIGIT: "1",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_WORD: " ",
}
_MANY = 8  # a part that may repeat more often is repeated here
_SHORT, _QUICK = 1_000, 0.001  # a text, and seconds: square growth takes longer
_NOTICED = 0.005  # seconds; what is faster is not looked at more closely
_STALLED = 0.1  # seconds that a shorter text may take before it is
_TOO_FAST_GROWTH = 9.0  # of the time, for four times the text; linear is 4, square 16
_CLOSE_STEPS = 64  # repetitions up to which the text grows slowly


_Search = Callable[[str], Iterator[re.Match[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """More than linear growth of an expression's time.

    Parameters
    ----------
    text : str
        What is repeated, behind what comes before it.
    length : int
        Characters of the text.
    seconds : float
        Time of one search through it.
    ratio : float
        That time beside the one of a text a quarter as long; about 4 where the growth
        is linear.
    """

    text: str
    length: int
    seconds: float
    ratio: float


def fast_growth(
    expression: str, longest: int = 8_000, flags: int = re.ASCII
) -> Growth | None:
    """Search for a text on which an expression's time grows faster than the text.

    Parameters
    ----------
    expression : str
        A regular expression over plain text.
    longest : int, default 8000
        Characters of the longest text that is tried.
    flags : int
        As :func:`re.compile` takes them.

    Returns
    -------
    Growth or None
        None where no text was found. That is a measurement, no proof.

    Examples
    --------
    >>> fast_growth("so (?:very ){0,5}sorry") is None
    True
    >>> fast_growth("(?:a+)+ sorry").ratio > 9
    True
    """
    search = re.compile(expression, flags).finditer
    for before, unit in _pumps(sre_parse.parse(expression, flags)):
        found = _grown(search, before, unit, longest)
        if found is not None:
            return found
    return None


def _grown(search: _Search, before: str, unit: str, longest: int) -> Growth | None:
    times = 8
    while times * len(unit) <= longest:
        text = before + unit * times + _END
        taken = _seconds(search, text, 1)
        if taken < _QUICK and len(text) >= _SHORT:
            return None
        # A part that is bounded grows too, up to its bound.
        if taken > (_NOTICED if len(text) >= longest // 2 else _STALLED):
            taken = min(taken, _seconds(search, text, 2))
            less = _seconds(search, before + unit * (times // 4) + _END, 3)
            if taken > max(_NOTICED, _TOO_FAST_GROWTH * less):
                return Growth(
                    text=(before + unit)[:80],
                    length=len(text),
                    seconds=taken,
                    ratio=taken / less,
                )
        times = int(times * 1.25) if times < _CLOSE_STEPS else 2 * times
    return None


def _seconds(search: _Search, text: str, runs: int) -> float:
    best = float("inf")
    for _ in range(runs):
        begin = time.thread_time()
        for _match in search(text):
            pass
        best = min(best, time.thread_time() - begin)
    return max(best, 1e-9)


def _pumps(items: Sequence[tuple[Any, Any]]) -> list[tuple[str, str]]:
    """Give what to put first, and what to repeat behind it."""
    whole = _sample(items)
    found = [("", unit) for unit in _FIXED]
    found += [("", unit) for unit in (whole, whole + " ", whole[:-1]) if unit]
    found += [pair for pair in _repeats(items, "") if pair[1]]
    return list(dict.fromkeys(found))


def _repeats(
    items: Iterable[tuple[Any, Any]], before: str
) -> Iterator[tuple[str, str]]:
    """Go through the parts that repeat, with what stands before each."""
    for operator, value in items:
        if operator in _REPEATS and int(value[1]) > _MANY:
            yield before, _sample(value[2])
            yield before, _longer(value[2])
        for inside in _insides(operator, value):
            yield from _repeats(inside, before)
        before += _sample([(operator, value)])


_REPEATS = tuple(
    getattr(sre, name)
    for name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
    if hasattr(sre, name)
)


def _insides(operator: Any, value: Any) -> Iterator[Sequence[tuple[Any, Any]]]:  # noqa: ANN401
    if operator is sre.BRANCH:
        yield from value[1]
    elif operator is sre.SUBPATTERN:
        yield value[3]
    elif operator in _REPEATS:
        yield value[2]
    elif operator in (sre.ASSERT, sre.ASSERT_NOT):
        yield value[1]


def _longer(items: Sequence[tuple[Any, Any]]) -> str:
    """Give a match in which every part that may be left out is there."""
    return "".join(_one(operator, value, 1) for operator, value in items)


def _sample(items: Iterable[tuple[Any, Any]]) -> str:
    """Give a short match of a part of an expression, as nearly as can be."""
    return "".join(_one(operator, value, 0) for operator, value in items)


def _one(operator: Any, value: Any, least: int) -> str:  # noqa: ANN401
    if operator is sre.LITERAL:
        return chr(value)
    if operator is sre.NOT_LITERAL:
        return "b" if value == ord("a") else "a"
    if operator is sre.IN:
        return _member(value)
    if operator is sre.ANY:
        return "a"
    made = _longer if least else _sample
    if operator in _REPEATS:
        return made(value[2]) * max(int(value[0]), least)
    for inside in _insides(operator, value):
        return "" if operator in (sre.ASSERT, sre.ASSERT_NOT) else made(inside)
    return ""


def _member(members: Sequence[tuple[Any, Any]]) -> str:
    """Give one character of a class."""
    if members[0][0] is sre.NEGATE:
        taken = {value for operator, value in members if operator is sre.LITERAL}
        return next((one for one in "a 1-" if ord(one) not in taken), "~")
    operator, value = members[0]
    if operator is sre.LITERAL:
        return chr(value)
    if operator is sre.RANGE:
        return chr(value[0])
    return _ALIKE.get(value, "a")
