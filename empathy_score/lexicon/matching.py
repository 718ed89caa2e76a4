"""Find what the lexicon knows in a text, at a cost that the rows do not raise.

All expressions together are one RE2 ``Set``: a single linear scan says which of them
occur. Only those are then run one by one to find where.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import re2

from empathy_score.errors import LexiconError
from empathy_score.lexicon.rows import Lexicon, Pattern, Scope
from empathy_score.normalization import plain_text

# A unit of an expression: an escape, a class, a bracket or any other character.
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
_QUANTIFIER = re.compile(r"[?*+]|\{\d+(?:,\d*)?\}")
_UNBOUNDED = re.compile(r"\][*+]|\)[*+]")
_SET_SIZE = 12  # rows with gaps in one joint scan: their states multiply

# Neither end of a match may lie inside a word.
_EDGE = r"(?:(?<!\w)|(?!\w))"
_WINDOW = 60  # characters beside a match in which a scope's words may stand
# A question is one of these, and where two are equally long the first wins.
_RANK = {"service_question": 0, "open_question": 1, "closed_question": 2}
_EXCLUSIVE = dict.fromkeys(_RANK, "question")


@dataclass(frozen=True, slots=True)
class Hit:
    """One match: its row, its offsets in the original text, whether it is denied."""

    pattern: Pattern
    start: int
    end: int
    negated: bool


@dataclass(frozen=True, slots=True)
class Matcher:
    """A lexicon made ready for matching; make one with :func:`compile_lexicon`."""

    prefilters: tuple[tuple[Any, tuple[int, ...]], ...]  # re2.Set has no type stubs
    rows: tuple[Pattern, ...]
    expressions: tuple[re.Pattern[str], ...]
    scopes: dict[tuple[str, str, str], re.Pattern[str]]


def compile_lexicon(lexicon: Lexicon) -> Matcher:
    """Make a lexicon ready for matching.

    Parameters
    ----------
    lexicon : Lexicon
        The rows to look for.

    Returns
    -------
    Matcher
        What :func:`find_hits` takes.

    Raises
    ------
    LexiconError
        If an expression is outside RE2's syntax; the text names file and line.
    """
    rows = (*lexicon.cues, *lexicon.signals)
    return Matcher(
        prefilters=_prefilters(rows),
        rows=rows,
        expressions=tuple(
            re.compile(_EDGE + row.expression + _EDGE, re.ASCII) for row in rows
        ),
        scopes=_joined_scopes(lexicon.scopes),
    )


def _prefilters(
    rows: tuple[Pattern, ...],
) -> tuple[tuple[Any, tuple[int, ...]], ...]:
    """Make joint scans: one for all rows without gaps, some for those with gaps."""
    parts = [_necessary(row.expression) for row in rows]
    gapped = [place for place, part in enumerate(parts) if _UNBOUNDED.search(part)]
    plain = [place for place in range(len(rows)) if place not in set(gapped)]
    groups = [
        gapped[first : first + _SET_SIZE] for first in range(0, len(gapped), _SET_SIZE)
    ]
    return tuple(
        (_joint_scan(rows, parts, group), tuple(group))
        for group in (plain, *groups)
        if group
    )


def _joint_scan(rows: tuple[Pattern, ...], parts: list[str], group: list[int]) -> Any:  # noqa: ANN401
    options = re2.Options()
    options.max_mem = 1 << 27
    options.log_errors = False
    scan = re2.Set.SearchSet(options)
    for place in group:
        _add(scan, rows[place], parts[place])
    scan.Compile()
    return scan


def _add(scan: Any, row: Pattern, part: str) -> None:  # noqa: ANN401
    try:
        re2.compile(row.expression)
        scan.Add(part)
    except re2.error as error:
        raise LexiconError(
            f"{row.where}: {row.expression!r} is outside RE2's syntax: {error}"
        ) from error


def _necessary(expression: str) -> str:
    """Return a part of an expression that must occur wherever the whole does.

    A gap ("any words of this sentence") multiplies the states of the joint scan, so
    the longest piece between gaps stands for the row, and bounds are lifted.
    """
    bare = expression
    while _wrapped(bare):
        bare = bare[3:-1] if bare.startswith("(?:") else bare[1:-1]
    longest = max(_between_gaps(bare), key=len, default="") or bare
    return re.sub(r"\{[1-9]\d*,\d+\}", "+", re.sub(r"\{0,\d+\}", "*", longest))


def _wrapped(expression: str) -> bool:
    """Whether one group holds the whole expression."""
    return expression.startswith("(") and _group_end(expression, 0) == len(expression)


def _group_end(expression: str, start: int) -> int:
    """Position after the group that opens at ``start``."""
    depth = 0
    for token in _ATOM.finditer(expression, start):
        depth += (token[0] == "(") - (token[0] == ")")
        if depth == 0:
            return token.end()
    return len(expression)


def _between_gaps(expression: str) -> list[str]:
    """Pieces between gaps and optional parts, none if the expression has a choice."""
    pieces = [""]
    place = 0
    while place < len(expression):
        if expression[place] == "|":
            return []
        atom = _ATOM.match(expression, place)
        end = place + 1 if atom is None else atom.end()
        if expression[place] == "(":
            end = _group_end(expression, place)
        quantifier = _QUANTIFIER.match(expression, end)
        stop = end if quantifier is None else quantifier.end()
        optional = quantifier is not None and quantifier[0][:2] in ("?", "*", "{0")
        if optional or expression.startswith("[^", place):
            pieces.append("")
        else:
            pieces[-1] += expression[place:stop]
        place = stop
    return pieces


def _joined_scopes(
    scopes: Iterable[Scope],
) -> dict[tuple[str, str, str], re.Pattern[str]]:
    parts: dict[tuple[str, str, str], list[str]] = {}
    for scope in scopes:
        for label in scope.labels:
            parts.setdefault((label, scope.effect, scope.side), []).append(
                scope.expression
            )
    return {
        key: re.compile(
            rf"(?:{'|'.join(found)})\s*$" if key[2] == "before" else "|".join(found),
            re.ASCII,
        )
        for key, found in parts.items()
    }


def find_hits(text: str, matcher: Matcher) -> list[Hit]:
    """Find every row of a lexicon in a text.

    Parameters
    ----------
    text : str
        An utterance, unchanged.
    matcher : Matcher
        From :func:`compile_lexicon`.

    Returns
    -------
    list of Hit
        In order of position. Hits of one label do not overlap: the longest of
        overlapping ones stays, of equally long ones the row that stands first in its
        file; and a question is either open or closed.

    Examples
    --------
    >>> from empathy_score.lexicon import load_lexicon
    >>> matcher = compile_lexicon(load_lexicon())
    >>> [hit.pattern.label for hit in find_hits("I'm so sorry!", matcher)][:1]
    ['apology']
    """
    plain = plain_text(text)
    encoded = plain.text.encode("utf-8", errors="replace")
    fired = [
        group[place]
        for scan, group in matcher.prefilters
        for place in scan.Match(encoded) or ()
    ]
    if not fired:
        return []
    found: list[tuple[int, int, int]] = []
    for index in fired:
        row = matcher.rows[index]
        for match in matcher.expressions[index].finditer(plain.text):
            start, end = match.span(1 if match.lastindex else 0)
            if start < end and not _is(matcher, row, "ignored", plain.text, start, end):
                found.append((start, end, index))
    hits = []
    for start, end, row in _longest(found, matcher.rows):
        negated = _is(matcher, row, "negated", plain.text, start, end)
        first, last = plain.original(start, end)
        hits.append(Hit(row, first, last, negated))
    return hits


def _is(
    matcher: Matcher, row: Pattern, effect: str, text: str, start: int, end: int
) -> bool:
    before = matcher.scopes.get((row.label, effect, "before"))
    if before is not None and before.search(text[max(0, start - _WINDOW) : start]):
        return True
    after = matcher.scopes.get((row.label, effect, "after"))
    return after is not None and after.match(text[end : end + _WINDOW]) is not None


def _longest(
    found: list[tuple[int, int, int]], rows: tuple[Pattern, ...]
) -> list[tuple[int, int, Pattern]]:
    """Keep the longest of overlapping matches of one label (or of one question)."""

    def longest_first(hit: tuple[int, int, int]) -> tuple[int, int, int]:
        start, end, place = hit
        return start - end, _RANK.get(rows[place].label, len(_RANK)), place

    kept: dict[str, list[tuple[int, int]]] = {}
    result = []
    for start, end, place in sorted(found, key=longest_first):
        row = rows[place]
        spans = kept.setdefault(_EXCLUSIVE.get(row.label, row.label), [])
        near = bisect.bisect(spans, (start, end))
        if near and spans[near - 1][1] > start:
            continue
        if near < len(spans) and spans[near][0] < end:
            continue
        spans.insert(near, (start, end))
        result.append((start, end, row))
    result.sort(key=lambda hit: (hit[0], hit[1], hit[2].id))
    return result
