"""Find what the lexicon knows in a text, at a cost that the rows do not raise.

One Aho-Corasick automaton finds the words that the rows need, all in one pass. Only
rows whose words are there are then tried.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick

from empathy_score.errors import LexiconError
from empathy_score.lexicon.literals import Needed, fold, needed_literals
from empathy_score.lexicon.rows import Lexicon, Pattern, Scope, load_lexicon
from empathy_score.normalization import PlainText, plain_text

# Neither end of a match may lie inside a word.
_EDGE = r"(?:(?<!\w)|(?!\w))"
# A choice that ends so is an exception: what it matches is taken, and is no evidence.
_EXCEPTION = "()"
_WINDOW = 60  # characters beside a match in which a scope's words may stand
# A question is one of these, and where two are equally long the first wins.
_RANK = {
    "service_question": 0,
    "echo_question": 0,
    "open_question": 1,
    "closed_question": 2,
}
_EXCLUSIVE = dict.fromkeys(_RANK, "question")


@dataclass(frozen=True, slots=True)
class Hit:
    """One match: its row, its offsets in the original text, whether it is denied."""

    pattern: Pattern
    start: int
    end: int
    negated: bool


_Match = tuple[int, int, int]  # start, end, index of the row
_Beside = tuple[re.Pattern[str] | None, re.Pattern[str] | None]  # before, after


@dataclass(frozen=True, slots=True)
class Matcher:
    """A lexicon made ready for matching; make one with :func:`compile_lexicon`.

    ``needing`` holds, for each literal of the automaton, the rows to try where it
    occurs, where their match begins beside it (None if anywhere in the text), and the
    guard that must have been found as well (-1 for none); ``guards`` holds, for each
    literal, the guards of which it is one. ``ignored`` and ``negated`` hold the scopes
    of each row, None where it has none.
    """

    rows: tuple[Pattern, ...]
    automaton: AhoCorasick
    needing: tuple[tuple[tuple[int, int | None, int], ...], ...]
    guards: tuple[tuple[int, ...], ...]
    ignored: tuple[_Beside | None, ...]
    negated: tuple[_Beside | None, ...]


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
    needing: dict[str, list[tuple[int, int | None, int]]] = {}
    guards: dict[str, list[int]] = {}
    n_guards = 0
    for index, row in enumerate(rows):
        for needed in _needed(row):
            guard = n_guards if needed.also else -1
            n_guards += 1
            for literal in needed.one_of:
                needing.setdefault(literal.text, []).append(
                    (index, literal.shift, guard)
                )
            for text in needed.also:
                guards.setdefault(text, []).append(guard)
    texts = list(dict.fromkeys((*needing, *guards)))
    return Matcher(
        rows=rows,
        automaton=AhoCorasick(texts, store_patterns=False),
        needing=tuple(tuple(needing.get(text, ())) for text in texts),
        guards=tuple(tuple(guards.get(text, ())) for text in texts),
        ignored=_scopes_of(rows, lexicon.scopes, "ignored"),
        negated=_scopes_of(rows, lexicon.scopes, "negated"),
    )


def _needed(row: Pattern) -> tuple[Needed, ...]:
    needed = needed_literals(row.expression, anywhere=_EXCEPTION in row.expression)
    if not all(choice.one_of for choice in needed):
        raise LexiconError(
            f"{row.where}: {row.expression!r} can match without any certain word; "
            "every choice in it needs a word or a mark of its own"
        )
    return needed


@lru_cache(maxsize=1)
def load_matcher() -> Matcher:
    """Make the lexicon that ships with the package ready, once.

    Returns
    -------
    Matcher
        Shared by all pipelines of the process.
    """
    return compile_lexicon(load_lexicon())


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    """Compile a row when it is first tried; most never are."""
    before = "" if expression.startswith(r"\b") else _EDGE
    return re.compile(before + expression + _EDGE, re.ASCII)


def _scopes_of(
    rows: Iterable[Pattern], scopes: Iterable[Scope], effect: str
) -> tuple[_Beside | None, ...]:
    """Join the scopes with one effect on each label."""
    parts: dict[tuple[str, str], list[str]] = {}
    for scope in scopes:
        for label in scope.labels:
            if scope.effect == effect:
                parts.setdefault((label, scope.side), []).append(scope.expression)
    joined = {
        (label, side): re.compile(
            rf"(?:{'|'.join(found)})\s*$" if side == "before" else "|".join(found),
            re.ASCII,
        )
        for (label, side), found in parts.items()
    }
    pairs = (
        (joined.get((row.label, "before")), joined.get((row.label, "after")))
        for row in rows
    )
    return tuple(pair if any(pair) else None for pair in pairs)


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
    return find_all_hits([text], matcher)[0]


def find_all_hits(texts: Sequence[str], matcher: Matcher) -> list[list[Hit]]:
    """Find every row of a lexicon in some texts, row by row, which is faster.

    Parameters
    ----------
    texts : sequence of str
        Utterances, unchanged.
    matcher : Matcher
        From :func:`compile_lexicon`.

    Returns
    -------
    list of list of Hit
        For each text, as :func:`find_hits`.
    """
    plain = [plain_text(text) for text in texts]
    found: list[list[_Match]] = [[] for _ in texts]
    for index, places in _tries([text.text for text in plain], matcher).items():
        _try_row(matcher, index, places, plain, found)
    return [
        _hits(matches, text, matcher) if matches else []
        for matches, text in zip(found, plain, strict=True)
    ]


def _tries(texts: Sequence[str], matcher: Matcher) -> dict[int, list[tuple[int, int]]]:
    """Texts in which each row is tried, and where its match may begin (-1: anywhere).

    A row is tried where its words occur, all in one pass over each text.
    """
    needing, guards = matcher.needing, matcher.guards
    scan = matcher.automaton.find_matches_as_indexes
    tries: dict[int, list[tuple[int, int]]] = {}
    for number, text in enumerate(texts):
        pieces = scan(fold(text), overlapping=True)
        open_guards = {guard for piece, _, _ in pieces for guard in guards[piece]}
        places = {
            (index, -1 if shift is None else place + shift - 1)
            for piece, place, _ in pieces
            for index, shift, guard in needing[piece]
            if guard < 0 or guard in open_guards
        }
        for index, begin in places:
            tries.setdefault(index, []).append((number, begin))
    return tries


def _try_row(
    matcher: Matcher,
    index: int,
    places: Iterable[tuple[int, int]],
    texts: Sequence[PlainText],
    found: list[list[_Match]],
) -> None:
    compiled = _compiled(matcher.rows[index].expression)
    ignored = matcher.ignored[index]
    for number, begin in places:
        text = texts[number].text
        if begin < 0:
            matches: Iterable[re.Match[str]] = compiled.finditer(text)
        elif match := compiled.match(text, begin):
            matches = (match,)
        else:
            continue
        for match in matches:
            start, end = match.span(match.lastindex or 0)
            if start < end and not (ignored and _beside(ignored, text, start, end)):
                found[number].append((start, end, index))


def _hits(matches: list[_Match], text: PlainText, matcher: Matcher) -> list[Hit]:
    kept = _longest(matches, matcher.rows) if len(matches) > 1 else matches
    hits = []
    for start, end, index in kept:
        denied = matcher.negated[index]
        first, last = text.original(start, end)
        hits.append(
            Hit(
                matcher.rows[index],
                first,
                last,
                denied is not None and _beside(denied, text.text, start, end),
            )
        )
    return hits


def _beside(scope: _Beside, text: str, start: int, end: int) -> bool:
    """Whether a scope's words stand directly before or after a match."""
    before, after = scope
    if before is not None and before.search(text[max(0, start - _WINDOW) : start]):
        return True
    return after is not None and after.match(text[end : end + _WINDOW]) is not None


def _longest(found: Iterable[_Match], rows: tuple[Pattern, ...]) -> list[_Match]:
    """Keep the longest of overlapping matches of one label (or of one question)."""

    def longest_first(hit: _Match) -> tuple[int, int, int, int]:
        start, end, place = hit
        rank = _RANK.get(rows[place].label, len(_RANK))
        return start - end, rank, place, start

    kept: dict[str, list[tuple[int, int]]] = {}
    result = []
    for start, end, place in sorted(set(found), key=longest_first):
        label = rows[place].label
        spans = kept.setdefault(_EXCLUSIVE.get(label, label), [])
        near = bisect.bisect(spans, (start, end))
        if near and spans[near - 1][1] > start:
            continue
        if near < len(spans) and spans[near][0] < end:
            continue
        spans.insert(near, (start, end))
        result.append((start, end, place))
    result.sort(key=lambda hit: (hit[0], hit[1], rows[hit[2]].id))
    return result
