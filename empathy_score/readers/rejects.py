"""Rows that are set aside, and what every reader says of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from empathy_score.errors import InputError

MAX_ROW = 4_000_000
"""Characters of the longest row that is read; longer ones are set aside."""

MAX_COLUMNS = 1_000
"""Columns of the widest table that is read; DuckDB has 300 MB for a table."""
_MAX_RAW = 1_000

Row: TypeAlias = "tuple[int, str]"
"""Line a row starts on, and the row on one line or in quotes: safe for DuckDB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One row that was set aside.

    Parameters
    ----------
    file : str
        The file, as the caller named it.
    line : int
        Physical line the row starts on, from 1; for Parquet the row's number.
    reason : str
        Why, in plain words.
    raw : str
        The row as it stands in the file, or as JSON where only its text is
        missing; cut at 1,000 characters.
    """

    file: str
    line: int
    reason: str
    raw: str


class BrokenFileError(InputError):
    """Nothing of a file can be read, because of what stands on one of its lines."""

    def __init__(self, reject: Reject) -> None:
        super().__init__(f"{reject.file}: line {reject.line}: {reject.reason}")
        self.reject = reject


def reject(file: str, line: int, reason: str, raw: str) -> Reject:
    """Make a Reject; bytes that are no text become the replacement character.

    Examples
    --------
    >>> reject("a.csv", 3, "has 1 field", "x" * 2000 + chr(10)).raw == "x" * 1000
    True
    """
    cut = raw[:_MAX_RAW].rstrip("\r\n")
    try:
        shown = cut.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # half a character that was written as one
        shown = cut.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Reject(file=file, line=line, reason=reason, raw=shown)


def rejects_path(out: Path) -> Path:
    """Name the file beside OUT that names what was set aside.

    Examples
    --------
    >>> rejects_path(Path("scored.csv")).name
    'scored.rejects.jsonl'
    """
    return out.with_name(f"{out.stem}.rejects.jsonl")


def broken_file(file: str, reason: str, line: int = 1) -> Reject:
    """Set a whole file aside.

    Examples
    --------
    >>> broken_file("a.zip", "is a damaged zip file").raw
    ''
    """
    return Reject(file=file, line=line, reason=reason, raw="")


def decoded(text: str) -> bool:
    """Tell whether all bytes were text: none was carried on as a surrogate.

    Examples
    --------
    >>> decoded("café"), decoded(chr(0xDCE9))
    (True, False)
    """
    return text.isascii() or encodable(text)


def encodable(text: str) -> bool:
    """Tell whether UTF-8 can carry a text: it holds no lone surrogate.

    Examples
    --------
    >>> encodable("hi"), encodable(chr(0xD83D))
    (True, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def decoding(raw: str, codec: str) -> str | None:
    """Say what is wrong where bytes are no text in the encoding that was tried.

    Examples
    --------
    >>> decoding("caf" + chr(0xDCE9), "cp1252")
    'is not valid CP1252; name another encoding'
    """
    if decoded(raw):
        return None
    remedy = "name another encoding"
    if codec.startswith("utf"):
        remedy = "name the file's encoding, for instance --encoding cp1252"
    return f"is not valid {codec.removesuffix('-sig').upper()}; {remedy}"
