"""One pass over a delimited file: whole rows go on, broken rows are set aside.

DuckDB reads the rows afterwards. It is not asked to judge them, because its
``store_rejects`` counts records instead of physical lines and drops rows after
an unclosed quote without a word.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from empathy_score.errors import InputError
from empathy_score.readers.encodings import HEAD
from empathy_score.readers.rejects import (
    MAX_ROW,
    Reject,
    Row,
    decoded,
    decoding,
    reject,
)
from empathy_score.readers.sql import column_names

_NUL = "\ud800"  # for the csv module of Python 3.10, which refuses NUL; no text has it


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


def delimiter_of(head: str) -> str:
    r"""Choose the sign that gives the most rows the width of the header.

    Examples
    --------
    >>> delimiter_of("id;text\n1;Yes, please\n")
    ';'
    """
    best, chosen = (0, 0), "\x1f"
    cut = head.rpartition("\n")[0] if len(head) >= HEAD // 4 else head
    cut = cut.replace("\0", _NUL)
    for sign in ",;\t|":
        rows = csv.reader(io.StringIO(cut, newline=""), delimiter=sign)
        widths: list[int] = []
        try:
            widths += (len(row) for row in itertools.islice(rows, 200) if row)
        except csv.Error:
            continue
        if (
            widths
            and widths[0] > 1
            and (
                score := (
                    widths.count(widths[0]) * 100 // len(widths),
                    widths[0],
                )
            )
            > best
        ):
            best, chosen = score, sign
    # A file of one column has no delimiter: commas in it are text.
    return chosen


def header_of(
    lines: TextIO, file: str, codec: str, delimiter: str
) -> tuple[list[str], int]:
    r"""Read the names of the columns, and the number of lines they take.

    Examples
    --------
    >>> import io
    >>> header_of(io.StringIO("id,text,Text\n"), "a.csv", "utf-8", ",")
    (['id', 'text', 'Text_2'], 1)
    """
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    try:
        cells = next(row for row in reader if row)
        ",".join(cells).encode()
    except (csv.Error, StopIteration) as error:
        raise InputError(f"{file}: has no header line with column names") from error
    except UnicodeEncodeError as error:
        raise InputError(
            f"{file}: the header is not valid {codec.upper()}; name the file's "
            "encoding with encoding= / --encoding, for instance cp1252"
        ) from error
    names = column_names(cell.lstrip("\ufeff") for cell in cells)
    return names, reader.line_num


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
        if tidy(text) and len(text) <= MAX_ROW and decoded(text):
            yield line, text.rstrip("\r\n")
            continue
        if not text.strip("\r\n"):
            continue
        taken = [text]
        found = _record(taken, following, delimiter)
        if isinstance(found, str):
            again.extendleft(reversed(taken[1:]))
            yield reject(file, line, decoding(text, codec) or found, text)
            continue
        raw = "".join(taken)
        wrong = decoding(raw, codec) or _misfit(found, width, raw)
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
        yield taken[0].replace("\0", _NUL)
        while (text := following()) is not None:
            taken.append(text)
            yield text.replace("\0", _NUL)

    try:
        fields = next(csv.reader(feed(), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return _plain_words(str(error), len(taken))
    return [field.replace(_NUL, "\0") for field in fields]


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
