"""The JSON documents of a file: the whole file, the elements of an array, or lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, TextIO

from empathy_score.errors import InputError
from empathy_score.readers.json_rows import array_records, is_json_object
from empathy_score.readers.rejects import Reject, Row, reject

LARGEST = 1 << 28
"""Characters of the largest document; it is read as a whole."""


Shape = Literal["array", "lines", "document"]


def json_shape(handle: TextIO, start: str, *, lines: bool) -> Shape:
    r"""Tell whether a file is one array, one document a line, or one document.

    Parameters
    ----------
    handle : TextIO
        The file, at its beginning, where it is put back.
    start : str
        Its first characters.
    lines : bool
        Whether its ending says that each line is a document.

    Examples
    --------
    >>> import io
    >>> json_shape(io.StringIO('{"a": 1}\n{"a": 2}\n'), '{"a"', lines=False)
    'lines'
    """
    if lines:
        return "lines"
    if start.lstrip().startswith("["):
        return "array"
    first = handle.readline(LARGEST)
    handle.seek(0)
    return "lines" if is_json_object(first) else "document"


def json_records(handle: TextIO, file: str, shape: Shape) -> Iterator[Row | Reject]:
    r"""Yield the texts of the JSON documents of a file, with their lines.

    Parameters
    ----------
    handle : TextIO
        The file, at its beginning.
    file : str
        For messages.
    shape : {"array", "lines", "document"}
        From :func:`json_shape`.

    Yields
    ------
    tuple of (int, str), or Reject

    Raises
    ------
    InputError
        One document is larger than can be read.

    Examples
    --------
    >>> import io
    >>> list(json_records(io.StringIO('{"a":\n 1}'), "a.json", "document"))
    [(1, '{"a":\n 1}')]
    """
    if shape == "array":
        yield from array_records(handle, file)
        return
    if shape == "lines":
        yield from enumerate(handle, 1)
        return
    whole = handle.read(LARGEST + 1)
    if len(whole) > LARGEST:
        raise InputError(
            f"{file}: is one JSON document of more than {LARGEST:,} characters; "
            "export it as JSON lines, one conversation per line"
        )
    yield 1, whole


def parsed(record: Row, file: str) -> Any | Reject:  # noqa: ANN401
    """Parse a document; a broken one becomes a Reject that names line and column.

    Examples
    --------
    >>> parsed((3, '{"a": 1}'), "a.json")
    {'a': 1}
    >>> parsed((3, '{"a":}'), "a.json").reason
    'is not valid JSON: Expecting value at column 6'
    """
    line, text = record
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = error.msg.removesuffix(" at")
        reason = f"is not valid JSON: {message} at column {error.colno}"
        return reject(file, line + error.lineno - 1, reason, _around(text, error))
    except RecursionError:
        return reject(file, line, "is nested too deeply", text)
    except ValueError as error:  # a number of thousands of digits
        return reject(file, line, f"is not valid JSON: {error}", text)


def _around(text: str, error: json.JSONDecodeError) -> str:
    """Give the line that is broken."""
    return text[error.pos - error.colno + 1 :].partition("\n")[0]
