"""The formats that can be read: one module and one row here for each.

Other packages add theirs with an entry point in the group ``empathy_score.formats``
that names a :class:`Format`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Literal

from empathy_score.errors import InputError
from empathy_score.readers.turn import Turn, Unusable

Content = Literal["table", "json", "text", "folder"]
ENTRY_POINTS = "empathy_score.formats"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format of exports.

    Parameters
    ----------
    name : str
        What ``--format`` takes.
    title : str
        What the analyst knows it as.
    content : {"json", "text", "folder", "table"}
        What ``recognises`` and ``read`` are given: one JSON document (a file, an
        element of a JSON array, or a line of JSON lines), the text of a file, or
        the path of a folder. Tables are read by the package itself.
    example : str
        A command that scores such an export.
    endings : tuple of str
        Usual endings of its files, for the reader of the list.
    recognises : callable
        Whether a document, the first 64 kB of a text, or a folder is of this format.
    read : callable
        Takes the document, text or folder and the name of the conversation to use
        where the export holds none; yields :class:`Turn` and :class:`Unusable` in
        the order in which they were said, or raises
        :class:`~empathy_score.readers.turn.FormatError`.
    """

    name: str
    title: str
    content: Content
    example: str
    endings: tuple[str, ...]
    recognises: Callable[[Any], bool]
    read: Callable[[Any, str], Iterable[Turn | Unusable]]


_MODULES: tuple[str, ...] = (
    "contact_lens_chat",
    "call_analytics",
    "contact_lens",
    "transcribe",
    "genesys",
    "ccai_insights",
    "salesforce",
    "zendesk",
    "zendesk_chat",
    "intercom",
    "twilio",
    "deepgram",
    "assemblyai",
    "pyannote",
    "vcon",
    "whisper",  # the last of JSON: it takes any segments with a text and times
    "vtt",
    "srt",
    "chat",
    "convokit",
)
"""Modules of ``empathy_score.readers`` with a ``FORMAT``, the surest first."""


def _no_table(content: Any) -> bool:  # noqa: ANN401, ARG001
    return False


def _no_turns(content: Any, name: str) -> Iterable[Turn | Unusable]:  # noqa: ANN401, ARG001
    return ()


def _table(name: str, title: str, *endings: str) -> Format:
    return Format(
        name=name,
        title=title,
        content="table",
        example=f"empathy-score score messages{endings[0]} -o scored.csv",
        endings=endings,
        recognises=_no_table,
        read=_no_turns,
    )


TABLES = (
    _table("csv", "CSV, one message per row, any delimiter", ".csv"),
    _table("tsv", "TSV, one message per row", ".tsv"),
    _table("jsonl", "JSON lines, one message per line", ".jsonl", ".ndjson"),
    _table("json", "JSON array of messages", ".json"),
    _table("parquet", "Parquet, one message per row", ".parquet"),
    _table("excel", "Excel workbook, one message per row", ".xlsx", ".xls"),
)
"""Formats with one message per row."""


@lru_cache(maxsize=1)
def formats() -> tuple[Format, ...]:
    """Give every format: exports first, those of other packages before ours.

    Returns
    -------
    tuple of Format

    Examples
    --------
    >>> [one.name for one in formats()][-6:]
    ['csv', 'tsv', 'jsonl', 'json', 'parquet', 'excel']
    """
    others = [point.load() for point in entry_points(group=ENTRY_POINTS)]
    for other in others:
        if not isinstance(other, Format):
            raise InputError(
                f"an entry point of the group {ENTRY_POINTS!r} gives a "
                f"{type(other).__name__}, not an empathy_score.readers.Format"
            )
    own = [import_module(f"empathy_score.readers.{name}").FORMAT for name in _MODULES]
    return (*others, *own, *TABLES)


def format_named(name: str) -> Format:
    """Look a format up by its name.

    Raises
    ------
    InputError
        There is none; the text lists those that are there.

    Examples
    --------
    >>> format_named("tsv").endings
    ('.tsv',)
    """
    for one in formats():
        if one.name == name:
            return one
    listed = ", ".join(sorted(one.name for one in formats()))
    raise InputError(f"no format {name!r}; allowed: {listed}")


def format_recognising(content: Content, material: Any) -> Format | None:  # noqa: ANN401
    """Find the first format that knows a document, a text or a folder.

    Examples
    --------
    >>> format_recognising("json", {"hello": "world"}) is None
    True
    """
    known = (one for one in formats() if one.content == content)
    return next((one for one in known if one.recognises(material)), None)
