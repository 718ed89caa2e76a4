"""Quotes for a sentence: whole words, on one line, not cut inside a number."""

from __future__ import annotations

import re

_MOST_LETTERS = 90
_MOST_AROUND, _LETTERS_BEFORE = 100, 45
_REACH = 400  # letters in which the edges of a clause are looked for

_LINE_END = r"[.!?;]+(?=\s|$)|\n+"
_CLAUSE_EDGE = re.compile(rf"(?:{_LINE_END})\s*|\s[-–—]+\s+")  # noqa: RUF001
_QUOTE_END = re.compile(rf"[,:]+(?=\s|$)|{_LINE_END}")
_EDGE_SIGNS = " ,.;:!?-"
# A number that goes on beyond a cut may be somebody's; what is left of it is no help.
_NUMBER_BEFORE = re.compile(r"[\s(+]*[\w@.+-]*\d[\d\s()./+-]*$")
_NUMBER_AFTER = re.compile(r"^[\d\s()./+-]*\d[\w@.+-]*\s*")


def short(text: str, letters: int = _MOST_LETTERS) -> str:
    """Cut a text at a word's end, on one line.

    Parameters
    ----------
    text : str
        Any text.
    letters : int, default 90
        About how many to keep.

    Returns
    -------
    str
        With "…" where it was cut; a number at the cut is left out with the rest.

    Examples
    --------
    >>> short("What is the order  number?", letters=12)
    'What is the…'
    """
    line = " ".join(text.split())
    if len(line) <= letters:
        return line
    head = line[: letters + 1].rpartition(" ")[0] or line[:letters]
    return _NUMBER_BEFORE.sub("", head).rstrip(_EDGE_SIGNS) + "…"


def phrase_around(text: str, start: int, end: int) -> str:
    """Give the clause in which words stand, cut to about a hundred characters.

    Parameters
    ----------
    text : str
        What somebody said.
    start, end : int
        The words.

    Returns
    -------
    str
        On one line, with "…" where the clause goes on.

    Examples
    --------
    >>> phrase_around("Hello. I waited for days, no news. Bye", 16, 24)
    'I waited for days, no news'
    """
    first, last = clause_around(text, start, end)
    before, after = text[first:start], text[end:last]
    if last - first > _MOST_AROUND and len(before) > _LETTERS_BEFORE:
        before = before[-_LETTERS_BEFORE:].partition(" ")[2]
        before = "…" + _NUMBER_AFTER.sub("", before)
    room = max(_MOST_AROUND - len(before) - (end - start), 0)
    if len(after) > room:
        after = after[: room + 1].rpartition(" ")[0]
        after = _NUMBER_BEFORE.sub("", after).rstrip(_EDGE_SIGNS) + "…"
    return " ".join(f"{before}{text[start:end]}{after}".split()).strip('" ,')


def clause_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Give where the clause of words begins and ends, a few lines away at most.

    Parameters
    ----------
    text : str
        What somebody said.
    start, end : int
        The words.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> clause_around("No. It broke. Hm.", 7, 12)
    (4, 12)
    """
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)
    for edge in _CLAUSE_EDGE.finditer(text, first, start):
        first = edge.end()
    found = _CLAUSE_EDGE.search(text, end, last)
    return first, found.start() if found else last


def whole_words(text: str, start: int, end: int, *, clause: bool = False) -> str:
    """Quote a span with the rest of the words at its edges.

    Parameters
    ----------
    text : str
        What somebody said.
    start, end : int
        A span, which may end inside a word.
    clause : bool, default False
        Go on to the end of its clause.

    Returns
    -------
    str
        On one line, without the marks around it (a question keeps its mark).

    Examples
    --------
    >>> whole_words("Oh, sorry it came broken again. Hm.", 4, 12)
    'sorry it'
    >>> whole_words("Oh, sorry it came broken again. Hm.", 4, 12, clause=True)
    'sorry it came broken again'
    """
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    if clause:
        found = _QUOTE_END.search(text, max(start, end - 1))
        end = found.start() if found else len(text)
    while end < len(text) and not text[end].isspace():
        end += 1
    words = text[start:end].strip(" \n,.;:!-").lstrip("?")
    return short(words)
