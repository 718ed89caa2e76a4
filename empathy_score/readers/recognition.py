"""Which format a file is, by what it holds; its ending is the last thing asked."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TextIO

from empathy_score.columns import recognise_columns
from empathy_score.errors import InputError
from empathy_score.readers.csv_rows import delimiter_of, long_fields
from empathy_score.readers.documents import Shape, json_records, json_shape, parsed
from empathy_score.readers.encodings import HEAD, codec_of, decoded_head
from empathy_score.readers.formats import (
    TABLES,
    Format,
    format_named,
    format_recognising,
)
from empathy_score.readers.rejects import BrokenFileError, Reject
from empathy_score.readers.sources import Source

_PARQUET = b"PAR1"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BINARY = {"parquet", "excel"}
_LINES = (".jsonl", ".ndjson")
_LOOKED_AT = 20  # documents that are asked for their format
_BY_ENDING = {ending: one for one in TABLES for ending in one.endings}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A source and how to read it.

    Parameters
    ----------
    source : Source
        The file or folder.
    format : Format
        What it is.
    codec : str
        Encoding of a text file.
    start : str
        Its first characters.
    shape : {"array", "lines", "document"}
        How a JSON file holds its documents.
    whole : bytes or None
        All of a small file, so that it is opened once; exports of one conversation a
        file come by the ten thousand.
    """

    source: Source
    format: Format
    codec: str = "utf-8"
    start: str = ""
    shape: Shape = "lines"
    whole: bytes | None = field(default=None, repr=False)


def recognise(source: Source, named: str | None, encoding: str | None) -> Recognised:
    """Tell the format of a file or folder.

    Parameters
    ----------
    source : Source
        The file or folder.
    named : str or None
        The caller's name of the format.
    encoding : str or None
        The caller's encoding of text files.

    Returns
    -------
    Recognised

    Raises
    ------
    InputError
        It is empty, or in no known format.
    """
    given = None if named is None else format_named(named)
    if given is not None and source.path.is_dir() != (given.content == "folder"):
        raise InputError(_wrong_kind(source, given))
    if source.path.is_dir():
        found = given or format_recognising("folder", source.path)
        return Recognised(source=source, format=_known(found, source))
    with source.path.open("rb") as handle:
        head = handle.read(HEAD)
    if not head:
        raise InputError(f"{source.name}: is empty; export it again")
    binary = _binary(source, head)
    if binary is not None:
        return Recognised(source=source, format=given or binary)
    codec = codec_of(source.name, head, encoding)
    opened = Recognised(
        source=source,
        format=given or format_named("csv"),
        codec=codec,
        start=decoded_head(head, codec),
        whole=head if len(head) < HEAD else None,
    )
    if given is None:
        opened = replace(opened, format=_known(_text_format(opened), source))
    if opened.format.content == "json" or opened.format.name in {"json", "jsonl"}:
        opened = replace(opened, shape=_shape(opened))
    if opened.format.content == "json" and _is_one_line(opened):
        opened = replace(opened, shape="document")
    return opened


def _wrong_kind(source: Source, given: Format) -> str:
    """Say that a folder was named as a format of files, or the other way round."""
    if given.content == "folder":
        return f"{source.name}: is a file; the format {given.name!r} is a folder"
    return (
        f"{source.name}: is a folder that is an export as a whole; the format "
        f"{given.name!r} is a file. Leave the format out"
    )


@contextmanager
def text_of(opened: Recognised) -> Iterator[TextIO]:
    """Open a text file; bytes that are no text go on as surrogates."""
    # UTF-16 and UTF-32 cannot carry undecodable bytes on; the rest can.
    errors = "replace" if opened.codec in {"utf-16", "utf-32"} else "surrogateescape"
    newline = "\r" if "\r" in opened.start and "\n" not in opened.start else "\n"
    raw = opened.source.path.open("rb") if opened.whole is None else None
    try:
        with io.TextIOWrapper(
            raw or io.BytesIO(opened.whole or b""),
            encoding=opened.codec,
            errors=errors,
            newline=newline,
        ) as handle:
            yield handle
    except UnicodeError as error:
        raise InputError(
            f"{opened.source.name}: is not valid {opened.codec}: {error}"
        ) from error


def _known(found: Format | None, source: Source) -> Format:
    if found is None:
        raise InputError(
            f"{source.name}: is in no format that is known by its content or ending; "
            "'empathy-score formats' lists them, --format names one"
        )
    return found


def _binary(source: Source, head: bytes) -> Format | None:
    if head.startswith(_PARQUET):
        return format_named("parquet")
    if head.startswith(_WORKBOOKS):
        return format_named("excel")
    ending = _BY_ENDING.get(source.ending)
    return ending if ending is not None and ending.name in _BINARY else None


def _text_format(opened: Recognised) -> Format | None:
    """Ask the formats, then the ending, then whether it looks like a table."""
    ending = _BY_ENDING.get(opened.source.ending)
    if ending is not None and ending.name in {"csv", "tsv"}:
        return format_recognising("text", opened.start) or ending
    start = opened.start.lstrip()
    if start.startswith(("{", "[")) or (ending and ending.name in {"json", "jsonl"}):
        return _json_format(opened)
    return format_recognising("text", opened.start) or _guessed(opened)


def _shape(opened: Recognised) -> Shape:
    is_lines = opened.source.ending in _LINES or opened.format.name == "jsonl"
    with text_of(opened) as handle:
        return json_shape(handle, opened.start, lines=is_lines)


def _is_one_line(opened: Recognised) -> bool:
    """Tell whether a file of lines is one document, printed on one line."""
    if opened.shape != "lines" or opened.source.ending in _LINES:
        return False
    with text_of(opened) as handle:
        filled = (line for line in handle if line.strip())
        return len(list(itertools.islice(filled, 2))) == 1


def _json_format(opened: Recognised) -> Format:
    """Ask for the first documents that can be read; else it is a table."""
    name = opened.source.name
    shape = _shape(replace(opened, format=format_named("json")))
    with text_of(opened) as handle:
        for record in itertools.islice(json_records(handle, name, shape), _LOOKED_AT):
            document = record if isinstance(record, Reject) else parsed(record, name)
            if shape == "document" and isinstance(document, Reject):
                raise BrokenFileError(replace(document, raw=""))
            found = format_recognising("json", document)
            if found is not None:
                return found
    if shape == "document":
        raise InputError(
            f"{name}: is one JSON document in no known format ('empathy-score "
            "formats' lists them) and holds no JSON records; needed is an array of "
            "objects, or one object per line"
        )
    return format_named("jsonl" if shape == "lines" else "json")


def _guessed(opened: Recognised) -> Format | None:
    """Recognise a table of messages by the names of its columns."""
    with long_fields():
        delimiter = delimiter_of(opened.start)
    header = opened.start.lstrip("\r\n").partition("\n")[0].strip("\r\n")
    names = [cell.strip('"') for cell in header.split(delimiter)]
    try:
        recognise_columns(names)
    except InputError:
        return None
    return format_named("csv")
