"""Find what the lexicon knows in a text, at a cost that the rows do not raise.

One Aho-Corasick automaton finds the words that the rows need, all in one pass. Only
rows whose words are there are then tried.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick

from empathy_score.errors import LexiconError
from empathy_score.lexicon.literals import fold, needed_literals
from empathy_score.lexicon.rows import Lexicon, Pattern, Scope, load_lexicon
from empathy_score.normalization import plain_text

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
    """A lexicon made ready for matching; make one with :func:`compile_lexicon`.

    ``needing`` holds, for each literal of the automaton, the rows to try where it
    occurs, and where their match begins beside it (None if anywhere in the text).
    """

    rows: tuple[Pattern, ...]
    automaton: AhoCorasick
    needing: tuple[tuple[tuple[int, int | None], ...], ...]
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
        If an expression needs no certain word; the text names file and line.
    """
    rows = (*lexicon.cues, *lexicon.signals)
    automaton, needing = _automaton(rows)
    return Matcher(
        rows=rows,
        automaton=automaton,
        needing=needing,
        scopes=_joined_scopes(lexicon.scopes),
    )


@lru_cache(maxsize=1)
def load_matcher() -> Matcher:
    """Make the lexicon that ships with the package ready, once.

    Returns
    -------
    Matcher
        Shared by all pipelines of the process.
    """
    return compile_lexicon(load_lexicon())


def _automaton(
    rows: tuple[Pattern, ...],
) -> tuple[AhoCorasick, tuple[tuple[tuple[int, int | None], ...], ...]]:
    """Join the literals of all rows; say for each which rows need it, and where."""
    needing: dict[str, list[tuple[int, int | None]]] = {}
    for place, row in enumerate(rows):
        literals = needed_literals(row.expression)
        if not literals:
            raise LexiconError(
                f"{row.where}: {row.expression!r} can match without any certain word; "
                "every choice in it needs a word or a mark of its own"
            )
        for literal in literals:
            needing.setdefault(literal.text, []).append((place, literal.shift))
    automaton = AhoCorasick(list(needing), store_patterns=False)
    return automaton, tuple(map(tuple, needing.values()))


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    """Compile a row when it is first tried; most never are."""
    before = "" if expression.startswith(r"\b") else _EDGE
    return re.compile(before + expression + _EDGE, re.ASCII)


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
    found = _found(plain.text, matcher)
    if not found:
        return []
    hits = []
    for start, end, row in _longest(found, matcher.rows):
        negated = _is(matcher, row, "negated", plain.text, start, end)
        first, last = plain.original(start, end)
        hits.append(Hit(row, first, last, negated))
    return hits


def _found(text: str, matcher: Matcher) -> list[tuple[int, int, int]]:
    """Start, end and row of all matches in a plain text."""
    found = []
    for index, begin in _tries(text, matcher):
        row = matcher.rows[index]
        for match in _matches(row.expression, text, begin):
            start, end = match.span(match.lastindex or 0)
            if start < end and not _is(matcher, row, "ignored", text, start, end):
                found.append((start, end, index))
    return found


def _tries(text: str, matcher: Matcher) -> set[tuple[int, int]]:
    """Rows whose words occur, with where their match may begin (-1: anywhere)."""
    needing = matcher.needing
    return {
        (index, -1 if shift is None else place + shift - 1)
        for literal, place, _ in matcher.automaton.find_matches_as_indexes(
            fold(text), overlapping=True
        )
        for index, shift in needing[literal]
    }


def _matches(expression: str, text: str, begin: int) -> Iterable[re.Match[str]]:
    """Find the matches of a row that begin at one place, or anywhere (-1)."""
    compiled = _compiled(expression)
    if begin < 0:
        return compiled.finditer(text)
    match = compiled.match(text, begin)
    return () if match is None else (match,)


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
