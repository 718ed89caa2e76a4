"""A plain form of a text for matching, with the way back to the original.

Patterns are written for lower-case text with straight quotes. What people and
exports really contain (curly quotes, capitals, HTML remains, zero-width
characters, "sooooo sorry") is brought into that form here, and every position
in it can be traced to the original text.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

# One character for one character, so that positions stay the same.
_SAME_LENGTH = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201b": "'",
        "\u02bc": "'",
        "\u00b4": "'",
        "`": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u00a0": " ",
        "\u2007": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u3000": " ",
        "\t": " ",
        "\uff01": "!",
        "\uff1f": "?",
    }
)

# What has another length in plain form: HTML entities and tags, invisible
# characters, letters held down, runs of blanks. Each alternative is bounded or
# cannot overlap itself, so the scan is linear.
_OTHER_LENGTH = re.compile(
    r"&\#?\w{2,8};|</?[a-z][^<>]{0,200}>"
    r"|[\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f]+"
    r"|([a-z])\1{2,}|  +"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A text in the form that patterns are matched against.

    Parameters
    ----------
    text : str
        The plain form.
    offsets : tuple of int or None
        ``offsets[i]`` is where the plain character ``i`` begins in the original;
        one entry more than characters. None where both have the same positions.
    """

    text: str
    offsets: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the plain span ``[start, end)``.

        Parameters
        ----------
        start, end : int
            A span of the plain text.

        Returns
        -------
        tuple of int
            Start and end in the original text.
        """
        if self.offsets is None:
            return start, end
        if end <= start:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], self.offsets[end]


def plain_text(text: str) -> PlainText:
    """Bring a text into plain form.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    PlainText
        Lower case, straight quotes, single blanks, entities resolved.

    Examples
    --------
    >>> plain = plain_text("I\u2019m soooo sorry &amp; sad")
    >>> plain.text
    "i'm so sorry & sad"
    >>> plain.original(4, 6)
    (4, 9)
    """
    folded = text.translate(_SAME_LENGTH).lower()
    if len(folded) != len(text):  # a capital whose lower case is two characters
        folded = "".join(
            low if len(low := char.lower()) == 1 else char
            for char in text.translate(_SAME_LENGTH)
        )
    if _OTHER_LENGTH.search(folded) is None:
        return PlainText(text=folded, offsets=None)
    return _shortened(folded)


def _shortened(folded: str) -> PlainText:
    pieces: list[str] = []
    offsets: list[int] = []
    done = 0
    for match in _OTHER_LENGTH.finditer(folded):
        start, end = match.span()
        pieces.append(folded[done:start])
        offsets.extend(range(done, start))
        replacement = _replacement(match)
        pieces.append(replacement)
        offsets.extend([start] * len(replacement))
        done = end
    pieces.append(folded[done:])
    offsets.extend(range(done, len(folded) + 1))
    return PlainText(text="".join(pieces), offsets=tuple(offsets))


def _replacement(match: re.Match[str]) -> str:
    found = match.group()
    if found[0] == "&":
        character = html.unescape(found).translate(_SAME_LENGTH).lower()
        return character if len(character) == 1 else found
    if found[0] in "< ":
        return " "
    return match.group(1) or ""
