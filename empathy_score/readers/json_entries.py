"""The entries of one JSON object, one at a time, however large the object is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from empathy_score.readers.turn import FormatError

_CHUNK = 1 << 18
_LARGEST = 1 << 26  # characters of one entry
_SPACE = re.compile(r"[\s,]*")
_COLON = re.compile(r"\s*:\s*")
_DECODE = json.JSONDecoder().raw_decode


def json_entries(handle: TextIO) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of a JSON object.

    Parameters
    ----------
    handle : TextIO
        A file that holds one object.

    Yields
    ------
    tuple of (str, object)

    Raises
    ------
    FormatError
        It holds something else, or is broken; what stands before was yielded.

    Examples
    --------
    >>> import io
    >>> list(json_entries(io.StringIO('{"a": {"b": 1}, "c": null}')))
    [('a', {'b': 1}), ('c', None)]
    """
    buffer, at, last = handle.read(_CHUNK), 0, ""
    at = _skip(buffer, 0)
    if not buffer.startswith("{", at):
        raise FormatError("is no JSON object")
    at, ended = at + 1, False
    while True:
        at = _skip(buffer, at)
        if buffer.startswith("}", at):
            return
        found = _entry(buffer, at, ended)
        if found is not None:
            last, value, at = found
            yield last, value
            continue
        if ended or len(buffer) - at > _LARGEST:
            after = f"after the entry {last!r}" if last else "at its first entry"
            raise FormatError(f"is broken {after}")
        more = handle.read(max(_CHUNK, len(buffer) - at))
        buffer, at, ended = buffer[at:] + more, 0, not more


def _skip(buffer: str, at: int) -> int:
    found = _SPACE.match(buffer, at)
    return at if found is None else found.end()


def _entry(buffer: str, at: int, ended: bool) -> tuple[str, Any, int] | None:
    """Read one entry; None where it is broken, or not yet in the buffer."""
    try:
        key, end = _DECODE(buffer, at)
        colon = _COLON.match(buffer, end)
        if colon is None or not isinstance(key, str):
            return None
        value, end = _DECODE(buffer, colon.end())
    except (ValueError, RecursionError):
        return None
    # A number at the very end may go on in the next piece.
    return (key, value, end) if ended or end < len(buffer) else None
