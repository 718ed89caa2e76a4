"""Marks that transcribers leave where somebody cut in or was cut off."""

from __future__ import annotations

import re
from dataclasses import dataclass

_AT_END = 60  # characters in which a mark at the end may stand
_OVERLAP = (
    r"cross-?\s?talk|overlap(?:ping|s)?|simultaneous (?:speech|talk)"
    r"|(?:talk|speak)ing over"
)
_STOPPED = (
    r"(?:is |was |being )?(?:interrupted|cut(?:ting)?[ -]off)(?: by [\w ]{1,20})?"
)
_CUTS_IN = r"interrupt(?:ing|s)|cut(?:s|ting) in|break(?:s|ing) in|talk(?:s|ing) over"

_CODED = re.compile(
    rf"\s*(?:\+/[.?!]|[\[(](?:{_STOPPED})[\])]\W?|(?<=[^:/\s])\s?//)\s*$",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(r"\s*(?:\+//[.?!]|\+\.\.\.)\s*$")
_DASHED = re.compile(
    r"(?<=[\w,'\"])\s?(?:(?:\.{3}|\u2026)\s?-+|-{2,4}|\u2014|\s-)[\"')\]]{0,2}\s*$"
)
_DROWNED = re.compile(
    rf"(?<=[\w,-])\s*[\[(](?:{_OVERLAP})\b[^\])]{{0,30}}[\])]\s*$", re.IGNORECASE
)
_COMES_IN = re.compile(
    rf"\W{{0,3}}[\[(*](?:{_CUTS_IN})\b[^\])*]{{0,30}}[\])*]", re.IGNORECASE
)
_BESIDE = re.compile(
    rf"\W{{0,3}}[\[(](?:{_OVERLAP})\b[^\])]{{0,30}}[\])]", re.IGNORECASE
)
_GOES_ON = re.compile(r"(?:-{2,4}|\u2014|\+,|\+\^|-)\s?(?=[a-z])")

_ANY = re.compile("[-\u2014/+*()\\[\\]\"']")  # without one there is no mark
_MARKS_END = tuple("-\u2014/])\"'")
_MARKS_BEGIN = tuple("-\u2014+[(*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What the marks in one turn say.

    Parameters
    ----------
    bare : str
        The words without the mark at the end.
    stopped : bool
        The other side cut this turn off (``+/.``, ``[interrupted]``, ``//``).
    broken : bool
        It breaks off (``--``), be it by the other side or by the speaker.
    gave_up : bool
        The speaker broke it off himself (``+//.``, ``+...``).
    cuts_in : bool
        It cuts the other side off (``[interrupting]`` at the start).
    beside : bool
        It begins beside the other side's words (``[crosstalk]`` at the start).
    goes_on : bool
        It takes up the speaker's own turn before (``--`` at the start).
    """

    bare: str
    stopped: bool = False
    broken: bool = False
    gave_up: bool = False
    cuts_in: bool = False
    beside: bool = False
    goes_on: bool = False


def may_have_marks(text: str) -> bool:
    """Whether it is worth while to look for marks, by the first and last characters.

    Examples
    --------
    >>> may_have_marks("I told you --"), may_have_marks("I told you.")
    (True, False)
    """
    if _ANY.search(text) is None:
        return False
    tail = text[-_AT_END:].rstrip()
    return (
        tail.endswith(_MARKS_END)
        or "+" in tail
        or "]" in tail[-3:]
        or ")" in tail[-3:]
        or text.lstrip("\"' \t\n").startswith(_MARKS_BEGIN)
    )


def is_ended(text: str) -> bool:
    """Whether a turn ends in a full stop, question or exclamation mark.

    Examples
    --------
    >>> is_ended('She said "no."'), is_ended("She said")
    (True, False)
    """
    return text[-_AT_END:].rstrip(" \t\n\"')]").endswith((".", "?", "!"))


def find_marks(text: str) -> Marks:
    """Read the marks of one turn.

    Only marks at the very start and the very end count: a dash inside a sentence is
    punctuation.

    Parameters
    ----------
    text : str
        An utterance.

    Returns
    -------
    Marks

    Examples
    --------
    >>> find_marks("But I already told --").broken
    True
    >>> find_marks("It is late -- two weeks late.").broken
    False
    >>> find_marks("[interrupting] No, listen.").cuts_in
    True
    """
    tail = text[-_AT_END:]
    stopped, gave_up = _CODED.search(tail), _GAVE_UP.search(tail)
    broken = None if stopped else _DASHED.search(tail) or _DROWNED.search(tail)
    found = stopped or gave_up or broken
    cut = len(text) if found is None else len(text) - len(tail) + found.start()
    head = text[:_AT_END]
    return Marks(
        bare=text[:cut],
        stopped=stopped is not None,
        broken=broken is not None,
        gave_up=gave_up is not None,
        cuts_in=_COMES_IN.match(head) is not None,
        beside=_BESIDE.match(head) is not None,
        goes_on=_GOES_ON.match(head) is not None and "\n" not in text,
    )
