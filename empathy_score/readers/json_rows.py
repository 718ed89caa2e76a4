"""One pass over JSON records: objects go on, broken records are set aside.

DuckDB reads the objects afterwards. It is not asked to judge them, because its
``read_json`` stops at the first bad line.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from empathy_score.readers.rejects import (
    MAX_COLUMNS,
    MAX_ROW,
    Reject,
    Row,
    decoded,
    decoding,
    encodable,
    reject,
)
from empathy_score.readers.sql import column_name

_CHUNK = 1 << 20
_RAW = 1_000


class _Long:
    """Marks a whole number beyond 64 bits, which keeps its digits as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What JSON rows with the same keys and types have in common."""

    names: dict[str, str]
    whole: tuple[str, ...]


def json_rows(
    records: Iterable[Row | Reject],
    *,
    file: str,
    codec: str,
    kinds: dict[str, set[object]],
) -> Iterator[Row | Reject]:
    r"""Yield the JSON objects among records, one on one line.

    Parameters
    ----------
    records : iterable of (int, str), or Reject
        Line number and text of each record; a Reject goes on as it is.
    file, codec : str
        For rejects.
    kinds : dict
        Filled while reading: the types that occurred for each column, under the
        first spelling of its name.

    Yields
    ------
    tuple of (int, str), or Reject

    Examples
    --------
    >>> kinds = {}
    >>> for row in json_rows(
    ...     iter([(1, '{"text": "hi"}\n'), (2, "[1]\n")]),
    ...     file="a.jsonl", codec="utf-8", kinds=kinds,
    ... ):
    ...     print(row if isinstance(row, tuple) else row.reason)
    (1, '{"text": "hi"}')
    is JSON, but no object with named fields
    >>> kinds
    {'text': {<class 'str'>}}
    """
    shapes: dict[tuple[object, ...], _Shape] = {}
    spelling = {name.lower(): name for name in kinds}
    rejects: list[Reject] = []
    filled = (
        (record[0], text)
        for record in _rows(records, rejects)
        if (text := record[1].strip())
    )
    while block := list(itertools.islice(filled, 64)):
        objects = _objects([text for _, text in block])
        if len(shapes) > 10_000:
            shapes.clear()
        for (line, text), known in zip(block, objects, strict=True):
            try:
                found = _json_object(text) if known is None else known
                shape = _shape_of(found, shapes, kinds, spelling)
            except (ValueError, RecursionError) as error:
                wrong = decoding(text, codec) or _wrong_json(error)
                yield reject(file, line, wrong, text)
                continue
            yield line, _with_names(found, shape.names) if shape.names else text
    yield from rejects


def _rows(records: Iterable[Row | Reject], rejects: list[Reject]) -> Iterator[Row]:
    for record in records:
        if isinstance(record, Reject):
            rejects.append(record)
        else:
            yield record


def _objects(texts: list[str]) -> Sequence[dict[str, object] | None]:
    """Read many rows at once; None for each where one row needs a closer look."""
    joined = f",{_MARK},".join(texts)
    doubtful: list[None] = [None] * len(texts)
    if (
        len(joined) > MAX_ROW
        or not decoded(joined)
        or "\\u" in joined
        or "\t" in joined
        or _LOOSE.search(joined)
    ):
        return doubtful
    try:
        found = json.loads(f"[{joined}]")
    except (ValueError, RecursionError):
        return doubtful
    objects = found[::2]
    apart = len(objects) == len(texts) and set(map(type, objects)) == {dict}
    if not apart or found[1::2] != [json.loads(_MARK)] * (len(texts) - 1):
        return doubtful
    # As many '":' as fields: flat objects, and no field twice.
    return objects if joined.count('":') == sum(map(len, objects)) else doubtful


def _json_object(text: str) -> dict[str, object]:
    """Read one object that DuckDB can read as well, or raise ValueError."""
    found = _CAREFUL.decode(text)
    if not isinstance(found, dict):
        raise ValueError("is JSON, but no object with named fields")
    if len(text) > MAX_ROW:
        raise ValueError(f"is longer than {MAX_ROW:,} characters")
    if not decoded(text):
        raise ValueError("holds bytes that are no text")
    if "\\u" in text and not encodable(json.dumps(found, ensure_ascii=False)):
        raise ValueError("holds half of a two-part character (a lone surrogate)")
    return found


def _shape_of(
    found: dict[str, object],
    shapes: dict[tuple[object, ...], _Shape],
    kinds: dict[str, set[object]],
    spelling: dict[str, str],
) -> _Shape:
    """Look up the shape of a row; a new one is noted, with names and types."""
    key = (*found, *map(type, found.values()))
    shape = shapes.get(key)
    if shape is None:
        names = _names(found, spelling)
        for name, value in zip(names.values(), found.values(), strict=True):
            spelling[name.lower()] = name
            kinds.setdefault(name, set()).add(type(value))
        shape = shapes[key] = _Shape(
            names={old: new for old, new in names.items() if old != new},
            whole=tuple(name for name in found if type(found[name]) is int),
        )
    for name in shape.whole:
        if not _LEAST <= found[name] <= _MOST:  # type: ignore[operator]
            kinds[shape.names.get(name, name)].add(_Long)
    return shape


def _with_names(found: dict[str, object], names: dict[str, str]) -> str:
    return json.dumps({names.get(key, key): value for key, value in found.items()})


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("holds the same field twice")
    return found


_MARK = '"|"'

_LEAST, _MOST = -(2**63), 2**63 - 1

_CAREFUL = json.JSONDecoder(object_pairs_hook=_object)

_LOOSE = re.compile(r'"\s+:')


def _names(keys: Iterable[str], spelling: Mapping[str, str]) -> dict[str, str]:
    """Give each key the name of a column: one that is known, or can be one."""
    new: dict[str, str] = {}
    names: dict[str, str] = {}
    for key in keys:
        name = column_name(key, len(spelling) + len(new) + 1)
        folded = name.lower()
        known = spelling.get(folded)
        names[key] = new.setdefault(folded, name) if known is None else known
    if len(spelling) + len(new) > MAX_COLUMNS:
        raise ValueError(f"has fields beyond the {MAX_COLUMNS:,} that a table may have")
    if len(set(names.values())) < len(names):
        raise ValueError("holds two fields whose names differ only in case")
    return names


def _wrong_json(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        message = error.msg.removesuffix(" at")
        return f"is not valid JSON: {message} at character {error.pos + 1}"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return str(error)


def is_json_object(text: str) -> bool:
    """Tell whether a text is one JSON object.

    Examples
    --------
    >>> is_json_object('{"a": 1}'), is_json_object("[1]"), is_json_object("{")
    (True, False, False)
    """
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def type_of(seen: set[object]) -> str | None:
    """Choose the DuckDB type for the types that occurred; None for null alone.

    Examples
    --------
    >>> type_of({int, float}), type_of({str, type(None)}), type_of({str, int})
    ('DOUBLE', 'VARCHAR', 'JSON')
    """
    seen = seen - {type(None)}
    if not seen:
        return None
    kinds: dict[object, str] = {
        int: "BIGINT",
        float: "DOUBLE",
        str: "VARCHAR",
        bool: "BOOLEAN",
    }
    if seen == {int, float}:
        return "DOUBLE"
    return kinds.get(next(iter(seen)), "JSON") if len(seen) == 1 else "JSON"


def array_records(handle: TextIO, file: str) -> Iterator[Row | Reject]:
    r"""Yield the elements of one JSON array, however long, with their lines.

    Where the array is broken it ends with a Reject: nobody knows where the next
    element begins.

    Examples
    --------
    >>> import io
    >>> list(array_records(io.StringIO('[{"a": 1},\n {"a":\n 2}]'), "a.json"))
    [(1, '{"a": 1}'), (2, '{"a":  2}')]
    """
    scan = json.JSONDecoder().raw_decode
    space = re.compile(r"[\s,]*")
    buffer, at, line, ended = handle.read(_CHUNK), 0, 1, False
    opening = space.match(buffer).end()  # type: ignore[union-attr]
    line += buffer.count("\n", 0, opening)
    at = opening + 1
    while True:
        start = space.match(buffer, at).end()  # type: ignore[union-attr]
        line += buffer.count("\n", at, start)
        if buffer.startswith("]", start):
            return
        end = _element_end(scan, buffer, start)
        if end is not None and (end < len(buffer) or ended):
            yield line, re.sub(r"[\r\n]", " ", buffer[start:end])
            line += buffer.count("\n", start, end)
            at = end
            continue
        if ended or len(buffer) - start > 4 * MAX_ROW:
            reason = (
                "the JSON array is broken in the element that starts here, and nothing "
                "after it was read; export it again, or as JSON lines"
            )
            yield reject(file, line, reason, buffer[start : start + _RAW])
            return
        more = handle.read(max(_CHUNK, len(buffer) - start))
        buffer, at, ended = buffer[start:] + more, 0, not more


def _element_end(
    scan: Callable[[str, int], tuple[object, int]], buffer: str, start: int
) -> int | None:
    try:
        return scan(buffer, start)[1]
    except (ValueError, RecursionError):
        return None
