"""What every reader of pattern files checks, and how it says what is wrong."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from empathy_score.errors import LexiconError

_SHOWN = 200  # characters of an expression in a message
_LISTS = ("examples", "counter_examples", "labels", "phrases")


def compiled(expression: str, where: str) -> re.Pattern[str]:
    """Compile an expression, or raise LexiconError that names it."""
    try:
        return re.compile(expression, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        shown = expression if len(expression) <= _SHOWN else f"{expression[:_SHOWN]}..."
        raise LexiconError(
            f"{where}: {shown!r} is no regular expression: {error}"
        ) from error


def json_rows(text: str, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    r"""Read JSON lines.

    Parameters
    ----------
    text : str
        One JSON object a line; empty lines are passed over.
    name : str
        The file's, for messages.

    Yields
    ------
    tuple of (dict, str)
        Each object, and its ``file:line``.

    Raises
    ------
    LexiconError
        If a line is no JSON object.

    Examples
    --------
    >>> list(json_rows('\n{"id": "a"}', "mine.jsonl"))
    [({'id': 'a'}, 'mine.jsonl:2')]
    """
    for number, line in enumerate(text.split("\n"), start=1):
        where = f"{name}:{number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise LexiconError(f"{where}: not a JSON object: {error}") from error
        if not isinstance(row, dict):
            raise LexiconError(f"{where}: not a JSON object: {line[:60]!r}")
        yield row, where


def check_keys(
    row: Mapping[str, Any], allowed: set[str], needed: set[str], where: str
) -> None:
    """Raise LexiconError unless a row has its keys, each a text or a list of texts."""
    for key in row:
        if key not in allowed:
            raise LexiconError(unknown(where, "key", key, sorted(allowed)))
    missing = sorted(needed - set(row))
    if missing:
        raise LexiconError(f"{where}: missing key {missing[0]!r}")
    for key, value in row.items():
        if key in _LISTS:
            if not (isinstance(value, list) and all(_is_text(one) for one in value)):
                raise LexiconError(f"{where}: {key!r} must be a list of texts")
        elif not _is_text(value):
            raise LexiconError(f"{where}: {key!r} must be a text, not {value!r:.60}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def unknown(
    where: str, what: str, found: str, allowed: list[str] | tuple[str, ...]
) -> str:
    """Say that there is no such thing, and what there is."""
    near = difflib.get_close_matches(str(found), allowed, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"allowed are {', '.join(allowed)}"
    return f"{where}: unknown {what} {found!r}; {hint}"
