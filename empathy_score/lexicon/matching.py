"""Find what the lexicon knows in a text, at a cost that the rows do not raise.

One Aho-Corasick automaton finds the words that the rows need, all in one pass. Only
rows whose words are there are then tried.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from empathy_score.errors import LexiconError
from empathy_score.lexicon.literals import Needed
from empathy_score.lexicon.prepared import Prepared, prepared
from empathy_score.lexicon.rows import Lexicon, Pattern, Scope, load_lexicon
from empathy_score.lexicon.scanning import Scanner, make_scanner, scan
from empathy_score.normalization import PlainText, plain_texts

# Neither end of a match may lie inside a word.
_EDGE = r"(?:(?<!\w)|(?!\w))"
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


Found = tuple[int, int, int, bool]
"""A hit: place of its row, start and end in the original text, whether it is denied."""

_Match = tuple[int, int, int]  # start, end, index of the row
_Beside = tuple[re.Pattern[str] | None, re.Pattern[str] | None]  # before, after


@dataclass(frozen=True, slots=True)
class Matcher:
    """A lexicon made ready for matching; make one with :func:`compile_lexicon`.

    ``rows`` are the lexicon's, then a user's own, ``n_shipped`` is where those begin;
    ``needed`` are the words each needs; ``scanner`` says which rows to try where;
    ``ignored`` and ``negated`` hold the scopes of each row, None where it has none.
    """

    rows: tuple[Pattern, ...]
    n_shipped: int
    needed: tuple[tuple[Needed, ...], ...]
    scanner: Scanner
    ignored: tuple[_Beside | None, ...]
    negated: tuple[_Beside | None, ...]

    @property
    def own(self) -> tuple[Pattern, ...]:
        """The user's own rows."""
        return self.rows[self.n_shipped :]


def compile_lexicon(lexicon: Lexicon, shipped: Matcher | None = None) -> Matcher:
    """Make a lexicon ready for matching.

    Parameters
    ----------
    lexicon : Lexicon
        The rows to look for.
    shipped : Matcher, optional
        Of the same lexicon without a user's own rows: what it knows of the others is
        not found out anew.

    Returns
    -------
    Matcher
        What :func:`find_hits` takes.

    Raises
    ------
    LexiconError
        If an expression needs no certain word; the text names file and line.
    """
    rows = (*lexicon.cues, *lexicon.signals, *lexicon.own)
    n_known = 0 if shipped is None else shipped.n_shipped
    known = () if shipped is None else _known(shipped)
    found = [*known, *map(_prepared, rows[n_known:])]
    needed = tuple(each.needed for each in found)
    return Matcher(
        rows=rows,
        n_shipped=len(rows) - len(lexicon.own),
        needed=needed,
        scanner=make_scanner(needed, [each.beginnings for each in found]),
        ignored=_scopes_of(rows, lexicon.scopes, "ignored"),
        negated=_scopes_of(rows, lexicon.scopes, "negated"),
    )


def _known(shipped: Matcher) -> Iterator[Prepared]:
    yield from map(Prepared, shipped.needed, shipped.scanner.beginnings)


def needed_of_row(row: Pattern) -> tuple[Needed, ...]:
    """Give the words that a row needs.

    Parameters
    ----------
    row : Pattern
        Of a lexicon, or a user's own.

    Returns
    -------
    tuple of Needed

    Raises
    ------
    LexiconError
        If it can match without any certain word; the text names file and line.
    """
    return _prepared(row).needed


def _prepared(row: Pattern) -> Prepared:
    found = prepared(row.expression)
    if not all(choice.one_of for choice in found.needed):
        raise LexiconError(
            f"{row.where}: {row.expression!r} can match without any certain word; "
            "every choice in it needs a word or a mark of its own"
        )
    return found


def load_matcher(own: tuple[Pattern, ...] = ()) -> Matcher:
    """Make the lexicon that ships with the package ready, once.

    Parameters
    ----------
    own : tuple of Pattern, optional
        A user's own rows beside it, from :func:`~.own_rows.read_own_rows`.

    Returns
    -------
    Matcher
        Shared by all pipelines of the process that have the same rows.
    """
    return _with_own(own) if own else _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Matcher:
    return compile_lexicon(load_lexicon())


@lru_cache(maxsize=4)
def _with_own(own: tuple[Pattern, ...]) -> Matcher:
    return compile_lexicon(replace(load_lexicon(), own=own), _shipped())


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
        file; and a question is either open or closed. A user's own row is a hit only
        where no shipped row of its label is.

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
    plain = plain_texts(texts)
    return [
        [
            Hit(matcher.rows[row], start, end, denied)
            for row, start, end, denied in found
        ]
        for found in find_rows(plain, matcher)
    ]


def find_rows(
    texts: Sequence[PlainText], matcher: Matcher, batch_size: int = 500
) -> list[Sequence[Found]]:
    """Find every row of a lexicon in texts that are in plain form already.

    Parameters
    ----------
    texts : sequence of PlainText
        From :func:`~empathy_score.normalization.plain_text`.
    matcher : Matcher
        From :func:`compile_lexicon`.
    batch_size : int, default 500
        How many texts are searched together; that changes the time, never the hits.

    Returns
    -------
    list of sequence of (int, int, int, bool)
        For each text its hits as in :func:`find_hits`: place of the row in
        ``matcher.rows``, start, end, whether it is denied.
    """
    result: list[Sequence[Found]] = [()] * len(texts)
    for first in range(0, len(texts), batch_size):
        some = texts[first : first + batch_size]
        matches = _matches([text.text for text in some], matcher)
        for place, found in matches.items():
            result[first + place] = _kept(found, some[place], matcher)
    return result


def _matches(texts: Sequence[str], matcher: Matcher) -> dict[int, list[_Match]]:
    """All matches, overlapping ones as well, by the place of the text."""
    found: dict[int, list[_Match]] = {}
    tries = scan(texts, matcher.scanner)
    row = -1
    ignored: _Beside | None = None
    match: Callable[[str, int], re.Match[str] | None] = _never
    done, of = 0, (-1, -1)  # where the last match of a search ended
    for index, number, begin, searched in zip(
        tries.row, tries.text, tries.begin, tries.searched, strict=True
    ):
        if index != row:
            row, ignored = index, matcher.ignored[index]
            match = _compiled(matcher.rows[index].expression).match
        if searched and begin < done and of == (index, number):
            continue
        text = texts[number]
        matched = match(text, begin)
        if matched is None:
            continue
        if searched:
            done, of = matched.end(), (index, number)
        start, end = matched.span(matched.lastindex or 0)
        if start < end and not (ignored and _beside(ignored, text, start, end)):
            found.setdefault(number, []).append((start, end, index))
    return found


def _never(_text: str, _begin: int) -> re.Match[str] | None:
    """Match nothing: no row is tried yet."""
    return None


def _kept(matches: list[_Match], text: PlainText, matcher: Matcher) -> list[Found]:
    kept = _longest(matches, matcher) if len(matches) > 1 else matches
    found = []
    for start, end, index in kept:
        denied = matcher.negated[index]
        first, last = text.original(start, end)
        is_denied = denied is not None and _beside(denied, text.text, start, end)
        found.append((index, first, last, is_denied))
    return found


def _beside(scope: _Beside, text: str, start: int, end: int) -> bool:
    """Whether a scope's words stand directly before or after a match."""
    before, after = scope
    if before is not None and before.search(text[max(0, start - _WINDOW) : start]):
        return True
    return after is not None and after.match(text[end : end + _WINDOW]) is not None


def _longest(found: Iterable[_Match], matcher: Matcher) -> list[_Match]:
    """Keep the longest of overlapping matches of one label (or of one question).

    A user's own row never takes the place of a shipped one.
    """
    rows, n_shipped = matcher.rows, matcher.n_shipped

    def longest_first(hit: _Match) -> tuple[bool, int, int, int, int]:
        start, end, place = hit
        rank = _RANK.get(rows[place].label, len(_RANK))
        return place >= n_shipped, start - end, rank, place, start

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
