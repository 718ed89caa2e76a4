"""One turn for each piece of a document; what is damaged does not stop the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from empathy_score.readers.fields import Object, kind_of, unusable
from empathy_score.readers.turn import FormatError, Turn, Unusable


def turns_of(
    pieces: Iterable[tuple[str, Object] | Unusable],
    turn_of: Callable[[Object], Turn | None],
) -> Iterator[Turn | Unusable]:
    """Make turns of the pieces of a document.

    Parameters
    ----------
    pieces : iterable of (str, mapping), or Unusable
        Places and pieces, as :func:`~empathy_score.readers.fields.pieces_of` gives
        them.
    turn_of : callable
        Makes a turn of a piece, gives None for what nobody said, or raises
        FormatError.

    Yields
    ------
    Turn, or Unusable
        Unusable for a piece that is none and for one that raised.

    Examples
    --------
    >>> def turn_of(piece):
    ...     if "text" not in piece:
    ...         raise FormatError("has no 'text'")
    ...     return Turn(conversation="7", text=piece["text"])
    >>> pieces = [("parts[0]", {"text": "Hello"}), ("parts[1]", {})]
    >>> [getattr(one, "reason", "a turn") for one in turns_of(pieces, turn_of)]
    ['a turn', "parts[1]: has no 'text'"]
    """
    for one in pieces:
        if isinstance(one, Unusable):
            yield one
            continue
        place, piece = one
        try:
            turn = turn_of(piece)
        except FormatError as error:
            yield unusable(place, str(error), piece)
            continue
        if turn is not None:
            yield turn


def placed(
    before: str, pieces: Iterable[tuple[str, Object] | Unusable]
) -> Iterator[tuple[str, Object] | Unusable]:
    """Name the places of pieces that stand deeper in a document.

    Examples
    --------
    >>> list(placed("calls[2].", [("parts[0]", {"id": 1})]))
    [('calls[2].parts[0]', {'id': 1})]
    """
    for one in pieces:
        if isinstance(one, Unusable):
            yield replace(one, reason=before + one.reason)
        else:
            yield before + one[0], one[1]


def required_text(piece: Object, key: str) -> str:
    """Take a string that must be there.

    Raises
    ------
    FormatError
        It is missing or null, or no string.

    Examples
    --------
    >>> required_text({"Content": "Good morning"}, "Content")
    'Good morning'
    """
    found = piece.get(key)
    if found is None:
        raise FormatError(f"has no {key!r}")
    if not isinstance(found, str):
        raise FormatError(f"{key!r} is {kind_of(found)}, expected a text")
    return found


def first_object(document: Any, key: str, within: int = 20) -> Object:  # noqa: ANN401
    """Look at the first object of a list, to recognise a format by it.

    Parameters
    ----------
    document : object
        Anything that JSON can hold.
    key : str
        Where the list stands.
    within : int
        How many pieces of the list are looked at.

    Returns
    -------
    mapping
        Empty where there is none.

    Examples
    --------
    >>> first_object({"parts": [None, {"id": 1}]}, "parts"), first_object([], "parts")
    ({'id': 1}, {})
    """
    found = document.get(key) if isinstance(document, dict) else None
    pieces = found[:within] if isinstance(found, list) else []
    return next((one for one in pieces if isinstance(one, dict)), {})
