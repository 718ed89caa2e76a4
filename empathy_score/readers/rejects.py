"""One pass over a text export: whole rows go on, broken rows are set aside.

DuckDB reads the rows afterwards. It is not asked to judge them, because its
``store_rejects`` counts records instead of physical lines and drops rows after
an unclosed quote without a word, and ``read_json`` stops at the first bad line.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO, TypeAlias

from empathy_score.errors import InputError

MAX_ROW = 4_000_000
"""Characters of the longest row that is read; longer ones are set aside."""
_MAX_RAW = 1_000
_CHUNK = 1 << 20


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


Row: TypeAlias = "tuple[int, str]"
"""Line a row starts on, and the row on one line or in quotes: safe for DuckDB."""


class _Long:
    """Marks a whole number beyond 64 bits, which keeps its digits as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What JSON rows with the same keys and types have in common."""

    names: dict[str, str]
    whole: tuple[str, ...]


def reject(file: str, line: int, reason: str, raw: str) -> Reject:
    """Make a Reject; bytes that are no text become the replacement character.

    Examples
    --------
    >>> reject("a.csv", 3, "has 1 field", "x" * 2000 + chr(10)).raw == "x" * 1000
    True
    """
    cut = raw[:_MAX_RAW].rstrip("\r\n").encode("utf-8", "surrogateescape")
    return Reject(
        file=file, line=line, reason=reason, raw=cut.decode("utf-8", "replace")
    )


@contextmanager
def long_fields() -> Iterator[None]:
    """Let the csv module read fields as long as a row may be, for a while.

    Examples
    --------
    >>> with long_fields():
    ...     csv.field_size_limit() >= MAX_ROW
    True
    """
    before = csv.field_size_limit()
    csv.field_size_limit(max(before, MAX_ROW))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def csv_rows(
    lines: Iterator[str],
    *,
    file: str,
    delimiter: str,
    width: int,
    line: int,
    codec: str,
) -> Iterator[Row | Reject]:
    r"""Yield the rows of a delimited file after its header.

    A row whose quote is never closed costs only its first line: reading goes on
    with the next one.

    Parameters
    ----------
    lines : iterator of str
        Physical lines with their ends; undecodable bytes as surrogates.
    file : str
        Name for rejects.
    delimiter : str
        One character.
    width : int
        Fields of the header.
    line : int
        Physical lines already read.
    codec : str
        The encoding that was tried, for the reason.

    Yields
    ------
    tuple of (int, str), or Reject

    Examples
    --------
    >>> lines = iter(["1,hi\n", "2\n", '3,"so', 'rry"\n'])
    >>> for row in csv_rows(
    ...     lines, file="a.csv", delimiter=",", width=2, line=1, codec="utf-8"
    ... ):
    ...     print(row if isinstance(row, tuple) else row.reason)
    (2, '1,hi')
    has 1 field where the header has 2
    (4, '"3","sorry"')
    """
    tidy = _tidy_row(delimiter, width)
    again: deque[str] = deque()

    def following() -> str | None:
        return again.popleft() if again else next(lines, None)

    while (text := following()) is not None:
        line += 1
        if tidy(text) and len(text) <= MAX_ROW and _decoded(text):
            yield line, text.rstrip("\r\n")
            continue
        if not text.strip("\r\n"):
            continue
        taken = [text]
        found = _record(taken, following, delimiter)
        if isinstance(found, str):
            again.extendleft(reversed(taken[1:]))
            yield reject(file, line, _decoding(text, codec) or found, text)
            continue
        raw = "".join(taken)
        wrong = _decoding(raw, codec) or _misfit(found, width, raw)
        yield (
            reject(file, line, wrong, raw)
            if wrong
            else (line, _quoted(found, delimiter))
        )
        line += len(taken) - 1


def _tidy_row(delimiter: str, width: int) -> Callable[[str], object]:
    """Match one line that is one row beyond doubt; linear in its length."""
    sign = re.escape(delimiter)
    field = rf'(?:[^"\r\n\0{sign}]*|"[^"\r\n\0]*(?:""[^"\r\n\0]*)*")'
    more = f"(?:{sign}{field}){{{width - 1}}}"
    # An empty line would match as one empty field.
    return re.compile(rf"(?![\r\n]){field}{more}\r?\n").fullmatch


def _record(
    taken: list[str], following: Callable[[], str | None], delimiter: str
) -> list[str] | str:
    """Read one record that starts in ``taken[0]``: its fields, or what is wrong."""

    def feed() -> Iterator[str]:
        yield taken[0]
        while (text := following()) is not None:
            taken.append(text)
            yield text

    try:
        return next(csv.reader(feed(), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return _plain_words(str(error), len(taken))


def _plain_words(message: str, n_lines: int) -> str:
    if "expected after" in message and n_lines == 1:
        return "a quote inside a quoted field is not doubled"
    if "field larger" in message and n_lines == 1:
        return f"is longer than {MAX_ROW:,} characters"
    if n_lines > 1 or "end of data" in message:
        return "a quoted field is opened and not closed"
    return f"cannot be read: {message}"


def _misfit(fields: list[str], width: int, raw: str) -> str | None:
    if len(raw) > MAX_ROW:
        return f"is longer than {MAX_ROW:,} characters"
    if len(fields) == width:
        return None
    many = "field" if len(fields) == 1 else "fields"
    hint = "; put a text that holds the delimiter in quotes"
    return (
        f"has {len(fields)} {many} where the header has {width}"
        f"{hint if len(fields) > width else ''}"
    )


def _quoted(fields: list[str], delimiter: str) -> str:
    return delimiter.join('"' + field.replace('"', '""') + '"' for field in fields)


def _decoded(text: str) -> bool:
    return text.isascii() or _encodable(text)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _decoding(raw: str, codec: str) -> str | None:
    if _decoded(raw):
        return None
    remedy = "name another encoding"
    if codec.startswith("utf"):
        remedy = "name the file's encoding, for instance --encoding cp1252"
    return f"is not valid {codec.removesuffix('-sig').upper()}; {remedy}"


def json_rows(
    records: Iterator[Row], *, file: str, codec: str, kinds: dict[str, set[object]]
) -> Iterator[Row | Reject]:
    r"""Yield the JSON objects among records, one on one line.

    Parameters
    ----------
    records : iterator of (int, str)
        Line number and text of each record.
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
    filled = ((line, text) for line, raw in records if (text := raw.strip()))
    while block := list(itertools.islice(filled, 64)):
        objects = _objects([text for _, text in block])
        if len(shapes) > 10_000:
            shapes.clear()
        for (line, text), known in zip(block, objects, strict=True):
            try:
                found = _json_object(text) if known is None else known
                shape = _shape_of(found, shapes, kinds)
            except (ValueError, RecursionError) as error:
                wrong = _decoding(text, codec) or _wrong_json(error)
                yield reject(file, line, wrong, text)
                continue
            yield line, _with_names(found, shape.names) if shape.names else text


def _objects(texts: list[str]) -> Sequence[dict[str, object] | None]:
    """Read many rows at once; None for each where one row needs a closer look."""
    joined = f",{_MARK},".join(texts)
    doubtful: list[None] = [None] * len(texts)
    if (
        len(joined) > MAX_ROW
        or not _decoded(joined)
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
    if not _decoded(text):
        raise ValueError("holds bytes that are no text")
    if "\\u" in text and not _encodable(json.dumps(found, ensure_ascii=False)):
        raise ValueError("holds half of a two-part character (a lone surrogate)")
    return found


def _shape_of(
    found: dict[str, object],
    shapes: dict[tuple[object, ...], _Shape],
    kinds: dict[str, set[object]],
) -> _Shape:
    """Look up the shape of a row; a new one is noted, with names and types."""
    key = (*found, *map(type, found.values()))
    shape = shapes.get(key)
    if shape is None:
        names = _names(found, kinds)
        for name, value in zip(names.values(), found.values(), strict=True):
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


def _names(keys: Iterable[str], kinds: dict[str, set[object]]) -> dict[str, str]:
    """Give each key the name of a column: one that is known, or can be one."""
    spelling = {name.lower(): name for name in kinds}
    names: dict[str, str] = {}
    for key in keys:
        name = column_name(key, len(spelling) + 1)
        names[key] = spelling.setdefault(name.lower(), name)
    if len(set(names.values())) < len(names):
        raise ValueError("holds two fields whose names differ only in case")
    return names


def column_name(name: str, position: int) -> str:
    """Give a name that a column may have; empty and reserved ones are replaced.

    Examples
    --------
    >>> column_name("", 3), column_name("__row", 1), column_name("text", 2)
    ('column_3', '__row_input', 'text')
    """
    kept = name.replace("\0", "")
    if not kept.strip():
        return f"column_{position}"
    return f"{kept}_input" if kept.lower() in {"__row", "__file", "__line"} else kept


def _wrong_json(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is not valid JSON: {error.msg} at character {error.pos + 1}"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return str(error)


def array_records(handle: TextIO, file: str) -> Iterator[Row]:
    r"""Yield the elements of one JSON array, however long, with their lines.

    Raises
    ------
    InputError
        The array is broken: where elements end is not known then.

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
            raise InputError(
                f"{file}: the JSON array is broken at the element that starts on "
                f"line {line}; mend it, or export as .jsonl, one object per line"
            )
        more = handle.read(max(_CHUNK, len(buffer) - start))
        buffer, at, ended = buffer[start:] + more, 0, not more


def _element_end(
    scan: Callable[[str, int], tuple[object, int]], buffer: str, start: int
) -> int | None:
    try:
        return scan(buffer, start)[1]
    except ValueError:
        return None
