"""Mask e-mail addresses, telephone, card and account numbers before text is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType

from empathy_score.errors import InputError
from empathy_score.records import Cue

MASKS = {
    "e-mail": "[e-mail]",
    "card": "[card number]",
    "account": "[account number]",
    "phone": "[phone number]",
    "number": "[number]",
}
"""What is put in the place of each kind, the surest kind first."""

REGIONS = ("US", "GB", "IE", "AU")
"""Whose telephone numbers are known without their country's code."""

_RANK = {kind: rank for rank, kind in enumerate(MASKS)}
_FEWEST_DIGITS = 7  # of a telephone number
_LONG = 8  # digits: a reference of some kind, masked whatever it is

_EMAIL = re.compile(
    r"[^\s@<>()\[\],;:\"']{1,64}@(?:[^\s@<>()\[\],;:\"'/.]{1,63}\.){1,8}[^\W\d_]{2,24}"
)
_SPOKEN_EMAIL = re.compile(
    r"\b[\w+-]{1,64}(?: (?:dot|underscore|dash) [\w+-]{1,64}){0,4}"
    r" (?:at|\(at\)|\[at\]) [\w-]{1,63}(?: dot [\w-]{1,63}){0,3}"
    r" dot (?:com|co|org|net|edu|gov|info|biz|io|me|uk|ie|eu|us|ca|au|nz|in|za)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\(?\+?\d(?:(?:[ ()/-]{1,2}|\.)?\d)+")
_DATE = re.compile(r"\d{4}[-/]\d\d[-/]\d\d|\d\d?[-/]\d\d?[-/]\d{4}")
_SPOKEN_DIGITS = re.compile(
    r"\b(?:(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple)"
    r"[\s,.-]{1,3}){6,60}(?:zero|oh|o|one|two|three|four|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{1,4}){2,9}\b", re.IGNORECASE)
_NAMED_ACCOUNT = re.compile(
    r"\b(?:account|acct|a/c|sort code|card|policy|member(?:ship)?|passport|ssn|"
    r"social security|licen[cs]e)(?: (?:number|no\.?|num|id|is|ending|in|with)){0,3}"
    r"[ :#]{0,3}(\d[\d -]{2,30}\d|[A-Z]{1,4}[ -]?\d[\d -]{2,30}\d)(?!\w)",
    re.IGNORECASE,
)
_SORT_CODE = re.compile(r"(?<![\w-])\d\d-\d\d-\d\d(?![\w-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """One piece of text that was masked.

    Parameters
    ----------
    start, end : int
        Character offsets in the original text.
    kind : str
        A key of :data:`MASKS`.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A text with masks in it.

    Parameters
    ----------
    text : str
        The new text.
    spans : tuple of Masked
        What was masked, in order of position, without overlap.
    """

    text: str
    spans: tuple[Masked, ...]


def redact(
    texts: Sequence[str | None], *, regions: Sequence[str] = REGIONS
) -> list[str | None]:
    """Mask what could name a person's mailbox, telephone, card or account.

    Masked are e-mail addresses (spoken ones too: "jane at example dot com"), numbers
    that are a telephone number somewhere (phonenumbers), card numbers and IBANs with a
    right check digit (python-stdnum), numbers that are named as an account's, a
    card's, a policy's or a passport's, and every other number of eight digits or more.
    Names and addresses of people are not masked.

    Parameters
    ----------
    texts : sequence of str or None
        Any texts.
    regions : sequence of str, default ("US", "GB", "IE", "AU")
        Two-letter countries whose telephone numbers are known without ``+``.

    Returns
    -------
    list of str or None
        As many, in the same order; None stays None.

    Raises
    ------
    InputError
        The extra ``report`` is not installed, or a region is not known.

    Examples
    --------
    >>> redact(["Write to jo@example.org or call 020 7946 0958."])
    ['Write to [e-mail] or call [phone number].']
    """
    return [
        None if text is None else redact_text(text, regions=regions).text
        for text in texts
    ]


def redact_text(text: str, *, regions: Sequence[str] = REGIONS) -> Redacted:
    """Mask one text, and keep where the masks stand.

    Parameters
    ----------
    text : str
        Any text.
    regions : sequence of str, default ("US", "GB", "IE", "AU")
        As for :func:`redact`.

    Returns
    -------
    Redacted

    Raises
    ------
    InputError
        As for :func:`redact`.

    Examples
    --------
    >>> redact_text("Card 4111 1111 1111 1111, thanks").text
    'Card [card number], thanks'
    """
    spans = tuple(_merged([*_addresses(text), *_numbers(text, regions)]))
    pieces, at = [], 0
    for span in spans:
        pieces += [text[at : span.start], MASKS[span.kind]]
        at = span.end
    return Redacted(text="".join([*pieces, text[at:]]), spans=spans)


def moved_span(redacted: Redacted, start: int, end: int) -> tuple[int, int] | None:
    """Give the place that a span of the original text has in the new text.

    Parameters
    ----------
    redacted : Redacted
        From :func:`redact_text`.
    start, end : int
        Character offsets in the original text.

    Returns
    -------
    tuple of int or None
        Offsets in ``redacted.text``. A span that begins or ends inside a mask is
        clipped to what is left of it; None where nothing is left.

    Examples
    --------
    >>> one = redact_text("jo@example.org, sorry about that")
    >>> start, end = moved_span(one, 16, 21)
    >>> one.text[start:end]
    'sorry'
    """
    for span in redacted.spans:
        if span.start <= start < span.end:
            start = span.end
        if span.start < end <= span.end:
            end = span.start
    if start >= end:
        return None
    return start + _shift(redacted, start), end + _shift(redacted, end)


def redact_cues(redacted: Redacted, cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Move cues into the new text; what lies in a mask only is dropped.

    Parameters
    ----------
    redacted : Redacted
        From :func:`redact_text`.
    cues : iterable of Cue
        Of the original text.

    Returns
    -------
    tuple of Cue

    Examples
    --------
    >>> redact_cues(redact_text("Hello"), ())
    ()
    """
    moved = []
    for cue in cues:
        place = moved_span(redacted, cue.start, cue.end)
        if place is not None:
            start, end = place
            moved.append(
                replace(cue, start=start, end=end, text=redacted.text[start:end])
            )
    return tuple(moved)


def _shift(redacted: Redacted, offset: int) -> int:
    """Say how far the masks before an offset have moved it."""
    return sum(
        len(MASKS[span.kind]) - (span.end - span.start)
        for span in redacted.spans
        if span.end <= offset
    )


def _merged(found: Iterable[Masked]) -> Iterator[Masked]:
    """Join what overlaps; the surest kind names it."""
    last: Masked | None = None
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if last is None or span.start >= last.end:
            if last is not None:
                yield last
            last = span
        else:
            last = Masked(
                start=last.start,
                end=max(last.end, span.end),
                kind=min(last.kind, span.kind, key=_RANK.__getitem__),
            )
    if last is not None:
        yield last


def _addresses(text: str) -> Iterator[Masked]:
    if "@" in text:
        yield from _spans(_EMAIL, text, "e-mail")
    if " dot " in text.lower():
        yield from _spans(_SPOKEN_EMAIL, text, "e-mail")


def _spans(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[Masked]:
    for match in pattern.finditer(text):
        start, end = match.span(match.lastindex or 0)
        yield Masked(start=start, end=end, kind=kind)


def _numbers(text: str, regions: Sequence[str]) -> Iterator[Masked]:
    yield from _spans(_SPOKEN_DIGITS, text, "number")
    if sum(map(str.isdecimal, text)) < 4:
        return
    yield from _spans(_NAMED_ACCOUNT, text, "account")
    yield from _spans(_SORT_CODE, text, "account")
    yield from _ibans(text)
    for match in _DIGITS.finditer(text):
        kind = _kind_of(match[0])
        if kind is not None:
            yield Masked(start=match.start(), end=match.end(), kind=kind)
    yield from _phones(text, regions)


def _kind_of(run: str) -> str | None:
    """Say what a run of digits is; None where it may be shown."""
    undated = _DATE.sub("", run)
    digits = "".join(str(int(sign)) for sign in undated if sign.isdecimal())
    if 13 <= len(digits) <= 19 and _kept("stdnum.luhn").is_valid(digits):
        return "card"
    return "number" if len(digits) >= _LONG else None


def _ibans(text: str) -> Iterator[Masked]:
    for match in _IBAN.finditer(text):
        words = match[0].split(" ")
        for n_words in range(len(words), 0, -1):  # the next word may look like more
            tried = " ".join(words[:n_words])
            if _kept("stdnum.iban").is_valid(tried):
                end = match.start() + len(tried)
                yield Masked(start=match.start(), end=end, kind="account")
                break


def _phones(text: str, regions: Sequence[str]) -> Iterator[Masked]:
    if sum(map(str.isdecimal, text)) < _FEWEST_DIGITS:
        return
    phonenumbers = _kept("phonenumbers")
    for region in regions:
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise InputError(
                f"{region!r} is no region of telephone numbers; write two capital "
                "letters, for instance regions=('US', 'GB')"
            )
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            yield Masked(start=match.start, end=match.end, kind="phone")


def _kept(module: str) -> ModuleType:
    """Import a package of the extra, or say how to install it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise InputError(
            f"text is redacted with the package {module.partition('.')[0]!r}, which is "
            "not installed; install it with: pip install 'empathy-score[report]'"
        ) from error
