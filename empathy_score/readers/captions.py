"""Captions of WebVTT and SubRip files, with the lines they stand on.

Both are read as WebVTT, block by block, so that one broken caption costs only itself.
A block without a time belongs to the caption before it: exporters leave empty lines
inside captions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import webvtt

from empathy_score.columns import seconds_of
from empathy_score.readers.turn import Unusable

_BREAK = re.compile(r"\r\n|\r|\n")
_COMMA = re.compile(r"(?<=\d),(?=\d{1,3}\b)")
_ARROW = "-->"
_TIMELIKE = re.compile(r"\s*\d+:[\d:.,]+\s*-+\s*>|.*-->")
_EXPECTED = "expected HH:MM:SS.mmm --> HH:MM:SS.mmm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """One caption.

    Parameters
    ----------
    line : int
        Physical line it begins on, from 1.
    identifier : str or None
        Its own name or number.
    start, end : float or None
        Seconds since the recording began.
    lines : tuple of str
        What is shown, with its tags; empty lines left out.
    """

    line: int
    identifier: str | None
    start: float | None
    end: float | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    line: int
    lines: tuple[str, ...]


def captions_of(text: str) -> Iterator[Caption | Unusable]:
    r"""Read the captions of a file.

    Parameters
    ----------
    text : str
        The file.

    Yields
    ------
    Caption or Unusable

    Examples
    --------
    >>> text = "WEBVTT\n\n7\n00:01.500 --> 00:02.250\nHello!\n"
    >>> list(captions_of(text))  # doctest: +NORMALIZE_WHITESPACE
    [Caption(line=3, identifier='7', start=1.5, end=2.25, lines=('Hello!',))]
    """
    before: Caption | None = None
    for block in _blocks(text):
        found = _caption(block)
        if isinstance(found, tuple) and before is not None:
            before = replace(before, lines=(*before.lines, *found))
            continue
        if before is not None and found is not None:
            yield before
            before = None
        if isinstance(found, Caption):
            before = found
        elif isinstance(found, Unusable):
            yield found
        elif found:
            yield _unusable(block, "is text above all times")
    if before is not None:
        yield before


def _blocks(text: str) -> Iterator[_Block]:
    """Part the file at empty lines, and where the next time begins without one."""
    lines = _BREAK.split(text.lstrip("\ufeff"))
    first = 0
    for at, line in enumerate([*lines, ""]):
        starts = _begin(lines, first, at) if _ARROW in line else None
        ended = at if not line else starts
        if ended is None or ended <= first:
            first = at + 1 if not line else first
            continue
        yield _Block(line=first + 1, lines=tuple(lines[first:ended]))
        first = at + 1 if not line else ended


def _begin(lines: Sequence[str], first: int, at: int) -> int | None:
    """Say where a caption begins whose time is on a line; None at its block's head."""
    identified = at - 1 >= first and lines[at - 1].strip().isdigit()
    begin = at - 1 if identified else at
    named = at - first == 1 and not lines[first].startswith("WEBVTT")
    return None if begin == first or (named and _ARROW not in lines[first]) else begin


def _caption(block: _Block) -> Caption | Unusable | tuple[str, ...] | None:
    """Read one block: a caption, the text of one, or None for what is neither."""
    if block.lines[0].startswith("WEBVTT"):
        return None
    lines = [_COMMA.sub(".", one) if _ARROW in one else one for one in block.lines]
    try:
        found = webvtt.from_string("\n".join(("WEBVTT", "", *lines)))
    except webvtt.errors.MalformedCaptionError:
        return _unusable(block, f"has no valid times; {_EXPECTED}")
    if found.captions:
        caption = found.captions[0]
        return Caption(
            line=block.line,
            identifier=caption.identifier,
            start=seconds_of("start", caption.start),
            end=seconds_of("end", caption.end),
            lines=_filled(caption.lines),
        )
    if any(_TIMELIKE.match(line) for line in lines):
        return _unusable(block, f"has no valid times; {_EXPECTED}")
    if found.styles or found.regions or found.header_comments or found.footer_comments:
        return None
    text = _filled(lines)
    is_number = len(text) == 1 and text[0].strip().isdigit()
    return None if is_number or not text else text


def _filled(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line for line in lines if line.strip())


def _unusable(block: _Block, reason: str) -> Unusable:
    return Unusable(reason=reason, raw="\n".join(block.lines), line=block.line)
