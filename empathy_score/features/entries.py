"""Bring whatever a caller has (texts, pairs, a frame) into one form, or say why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

import narwhals as nw
import numpy as np
from scipy import sparse

from empathy_score.errors import InputError

Entry = tuple[str, str | None, str | None]
"""An utterance, the turn before it, its conversation."""

_BESIDE = ("reply_to", "conversation")
_EXPECTED = (
    "expected a text, a pair (text, reply_to) or a triple (text, reply_to, "
    "conversation)"
)


def utterances(
    X: Any,  # noqa: ANN401
    reply_to: Any = None,  # noqa: ANN401
    conversation: Any = None,  # noqa: ANN401
) -> list[Entry]:
    """Bring any accepted input into one form.

    Parameters
    ----------
    X : list of str, list of tuple, array, column, or frame
        Utterances.
    reply_to, conversation : sequence of length n_utterances, optional
        The turns before and the conversations, where ``X`` itself names none.

    Returns
    -------
    list of (str, str or None, str or None)
        Text, turn before, conversation.

    Raises
    ------
    InputError
        If it is none of these, a text is missing, the lengths differ, or the turns
        before or the conversations are given twice.

    Examples
    --------
    >>> utterances([("So sorry!", "It broke."), "Size?"])
    [('So sorry!', 'It broke.', None), ('Size?', None, None)]
    >>> utterances(["So sorry!"], reply_to=["It broke."], conversation=[7])
    [('So sorry!', 'It broke.', '7')]
    """
    given = {"reply_to": reply_to, "conversation": conversation}
    beside = {name: _listed(one) for name, one in given.items() if one is not None}
    frame = nw.from_native(X, pass_through=True, allow_series=True)
    if isinstance(frame, nw.LazyFrame):
        raise InputError("X is a lazy frame; collect it first: X.collect()")
    if isinstance(frame, nw.DataFrame):
        entries = _from_frame(frame)
    else:
        entries = [_entry(entry, place) for place, entry in enumerate(_listed(X))]
    for name, values in beside.items():
        entries = _set(entries, name, values)
    return entries


def _listed(X: Any) -> Sequence[Any]:  # noqa: ANN401
    """Values in an order, that can be read more than once."""
    column = nw.from_native(X, pass_through=True, series_only=True)
    if isinstance(column, nw.Series):
        return column.to_list()
    if sparse.issparse(X):
        raise InputError(
            "X is a sparse matrix of numbers, which is not supported; expected texts"
        )
    if isinstance(X, str):
        raise InputError("X is one text; pass a list of texts: [text]")
    if isinstance(X, (Iterator, Mapping, Set)):
        raise InputError(
            f"X is a {type(X).__name__}, which has no order or can be read only once; "
            "pass a list of texts, or a frame"
        )
    if hasattr(X, "__array__") and not isinstance(X, np.ndarray):
        X = np.asarray(X)
    if not hasattr(X, "__getitem__") or (isinstance(X, np.ndarray) and X.ndim == 0):
        raise InputError(f"X is {type(X).__name__}; pass a list of texts, or a frame")
    found: Sequence[Any] = X
    return found


def _from_frame(frame: nw.DataFrame[Any]) -> list[Entry]:
    if "text" not in frame.columns:
        raise InputError(
            f"the frame has no column 'text'; found: {', '.join(frame.columns)}; "
            "rename the column with the texts, or pass that column alone"
        )
    nothing = [None] * len(frame)
    columns = (
        frame[name].to_list() if name in frame.columns else nothing
        for name in ("text", *_BESIDE)
    )
    return [
        _entry(parts, place) for place, parts in enumerate(zip(*columns, strict=True))
    ]


def _entry(entry: Any, place: int) -> Entry:  # noqa: ANN401
    if isinstance(entry, str):
        return str(entry), None, None
    if _is_missing(entry):
        raise InputError(_missing(place))
    if not isinstance(entry, (tuple, list, np.ndarray)) or len(entry) not in (1, 2, 3):
        raise InputError(_unlike(entry, place))
    text, reply, conversation = (*entry, None, None)[:3]
    if _is_missing(text):
        raise InputError(_missing(place))
    if not isinstance(text, str):
        raise InputError(_unlike(entry, place))
    return str(text), _reply(reply, place), _name(conversation)


def _reply(reply: Any, place: int) -> str | None:  # noqa: ANN401
    if _is_missing(reply):
        return None
    if isinstance(reply, str):
        return str(reply)
    raise InputError(
        f"utterance {place} answers {type(reply).__name__} {str(reply)[:40]!r}; "
        "reply_to must be a text, or missing"
    )


def _name(conversation: Any) -> str | None:  # noqa: ANN401
    return None if _is_missing(conversation) else str(conversation)


def _set(entries: list[Entry], name: str, values: Sequence[Any]) -> list[Entry]:
    """Put the turns before, or the conversations, beside the texts."""
    part = 1 + _BESIDE.index(name)
    if len(values) != len(entries):
        raise InputError(f"{len(entries)} utterances but {name} of {len(values)}")
    if any(entry[part] is not None for entry in entries):
        raise InputError(f"{name} is given twice: in X and beside it; leave one out")
    if name == "reply_to":
        return [
            (text, _reply(value, place), conversation)
            for place, ((text, _, conversation), value) in enumerate(
                zip(entries, values, strict=True)
            )
        ]
    return [
        (text, reply, _name(value))
        for (text, reply, _), value in zip(entries, values, strict=True)
    ]


def _is_missing(value: Any) -> bool:  # noqa: ANN401
    """Whether it is None, NaN, or the missing value of pandas."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and bool(np.isnan(value))


def _missing(place: int) -> str:
    return f"utterance {place} has no text; leave it out, or pass an empty text"


def _unlike(entry: Any, place: int) -> str:  # noqa: ANN401
    return (
        f"utterance {place} is {type(entry).__name__} {str(entry)[:40]!r}; {_EXPECTED}"
    )
