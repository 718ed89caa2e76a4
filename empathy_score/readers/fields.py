"""Fields of JSON documents, taken out with words for what is amiss.

Every function names the place (``Transcript[3].Content``) when it raises.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from empathy_score.columns import seconds_of
from empathy_score.readers.turn import FormatError, Unusable

Object = Mapping[str, Any]


def object_at(parent: Object, key: str) -> Object:
    """Take an object; an empty one where it is missing or null.

    Examples
    --------
    >>> object_at({"source": {"body": "Hi"}}, "source")["body"], object_at({}, "a")
    ('Hi', {})
    """
    found = parent.get(key)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise FormatError(f"{key!r} is {kind_of(found)}, expected an object")
    return found


def list_at(parent: Object, key: str) -> list[Any]:
    """Take a list; an empty one where it is missing or null.

    Examples
    --------
    >>> list_at({"tags": None}, "tags")
    []
    """
    found = parent.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise FormatError(f"{key!r} is {kind_of(found)}, expected a list")
    return found


def pieces_of(parent: Object, key: str) -> Iterator[tuple[str, Object] | Unusable]:
    """Go through a list of objects; what is none is unusable.

    Yields
    ------
    tuple of (str, mapping), or Unusable
        The place, as ``Transcript[3]``, and the object.

    Examples
    --------
    >>> list(pieces_of({"parts": [{"id": 1}]}, "parts"))
    [('parts[0]', {'id': 1})]
    """
    for number, piece in enumerate(list_at(parent, key)):
        place = f"{key}[{number}]"
        if isinstance(piece, Mapping):
            yield place, piece
        else:
            yield unusable(place, f"is {kind_of(piece)}, expected an object", piece)


def unusable(place: str, reason: str, piece: Any) -> Unusable:  # noqa: ANN401
    """Say that a piece of a document cannot be used.

    Examples
    --------
    >>> unusable("parts[0]", "has no body", {"id": 1})
    Unusable(reason='parts[0]: has no body', raw='{"id": 1}', line=None)
    """
    raw = json.dumps(piece, ensure_ascii=False)
    return Unusable(reason=f"{place}: {reason}", raw=raw)


def text_at(piece: Object, key: str) -> str | None:
    """Take a string; None where it is missing or null; numbers become strings.

    Raises
    ------
    FormatError
        It is a list, an object or a truth value.

    Examples
    --------
    >>> text_at({"id": 7}, "id"), text_at({}, "id")
    ('7', None)
    """
    found = piece.get(key)
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise FormatError(f"{key!r} is {kind_of(found)}, expected a text")
    return str(found)


def seconds_at(piece: Object, key: str, per_second: float = 1.0) -> float | None:
    """Take a number of seconds, or of a unit of which there are so many to a second.

    Numbers may be strings; ``"1.200s"`` is 1.2 seconds. None where it is missing.

    Raises
    ------
    FormatError
        It is no number.

    Examples
    --------
    >>> seconds_at({"BeginOffsetMillis": 1234}, "BeginOffsetMillis", 1000)
    1.234
    >>> seconds_at({"startOffset": "1.200s"}, "startOffset")
    1.2
    """
    found = piece.get(key)
    if found is None:
        return None
    given = found.removesuffix("s") if isinstance(found, str) else found
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError):
        number = float("nan")
    if isinstance(found, bool) or not abs(number) < float("inf"):
        raise FormatError(f"{key!r} is {found!r}, expected a number")
    return number / per_second


def moment_at(piece: Object, key: str) -> float | None:
    """Take a moment as seconds since 1970: ISO 8601, or a number of seconds.

    Raises
    ------
    FormatError
        It is neither.

    Examples
    --------
    >>> moment_at({"created_at": "1970-01-01T00:01:00.250Z"}, "created_at")
    60.25
    """
    found = piece.get(key)
    if found is None:
        return None
    seconds = seconds_of(key, found)
    if seconds is None:
        raise FormatError(f"{key!r} is {found!r}, expected a date and time")
    return seconds


def iso(moment: float | None) -> str | None:
    """Write a moment as ISO 8601 in UTC, to the millisecond.

    Examples
    --------
    >>> iso(60.25)
    '1970-01-01T00:01:00.250Z'
    """
    if moment is None:
        return None
    try:
        when = datetime.fromtimestamp(round(moment, 3), timezone.utc)
    except (OverflowError, ValueError, OSError) as error:
        raise FormatError(f"{moment} seconds after 1970 is no date") from error
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def kind_of(value: Any) -> str:  # noqa: ANN401
    """Name what a JSON value is.

    Examples
    --------
    >>> kind_of([]), kind_of(True), kind_of(2)
    ('a list', 'a truth value', 'a number')
    """
    if value is None:
        return "null"
    kinds = {bool: "a truth value", str: "a text", list: "a list"}
    for kind, name in kinds.items():
        if isinstance(value, kind):
            return name
    return "a number" if isinstance(value, int | float) else "an object"
