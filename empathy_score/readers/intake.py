"""All files of an export, one after another, as parts that DuckDB can load.

A table of messages is a part of its own. Exports of conversations, often thousands of
small files, go into one part together until a table comes between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from empathy_score.errors import InputError
from empathy_score.readers.encodings import check_encoding
from empathy_score.readers.parts import Part, part_of, turns_part
from empathy_score.readers.recognition import Recognised, recognise
from empathy_score.readers.rejects import BrokenFileError, Reject, broken_file
from empathy_score.readers.sources import Query, Source
from empathy_score.readers.sql_query import query_part
from empathy_score.readers.turn_rows import Unnamed, write_turns
from empathy_score.records import Role


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of all files.

    Attributes
    ----------
    parts : list of Part
        What can be loaded.
    rejects : list of Reject
        What was set aside so far.
    unnamed : list of Unnamed
        Files whose speakers have labels but no roles.
    files : list of str
        All files, in order.
    n_files : Counter
        How many files of each format were read, by the format's title.
    """

    parts: list[Part] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    unnamed: list[Unnamed] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    n_files: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Turns:
    """The part of conversations that is being filled."""

    file: str
    scratch: Path
    n_rows: int = 0


def take_in(
    connection: duckdb.DuckDBPyConnection,
    sources: Iterable[Source | Query | Reject],
    *,
    named: str | None,
    encoding: str | None,
    roles: Mapping[str, Role],
    folder: Path,
) -> Intake:
    """Read all sources into scratch files; a file that cannot be read is set aside.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Looks into Parquet files.
    sources : iterable of Source, Query or Reject
        From :func:`~.sources.sources_of`.
    named, encoding : str or None
        The caller's format and encoding.
    roles : mapping
        The caller's names of roles and speakers.
    folder : Path
        Scratch folder.

    Returns
    -------
    Intake
    """
    check_encoding(encoding)
    taken = Intake()
    turns: _Turns | None = None
    for number, source in enumerate(sources):
        if isinstance(source, Reject):
            taken.files.append(source.file)
            taken.rejects.append(source)
            continue
        scratch = folder / f"part-{number}"
        if isinstance(source, Query):
            _close(taken, turns)
            turns = None
            part = query_part(source, scratch)
            taken.files.append(part.file)
            _add_part(taken, part)
            taken.n_files["SQL query"] += 1
            continue
        taken.files.append(source.name)
        try:
            opened = recognise(source, named, encoding)
            if opened.format.content == "table":
                _close(taken, turns)
                turns = None
                _add_part(taken, part_of(connection, opened, scratch))
            else:
                turns = turns or _Turns(source.name, scratch)
                turns.n_rows += _add_turns(taken, opened, roles, turns.scratch)
        except BrokenFileError as error:
            taken.rejects.append(error.reject)
            continue
        except InputError as error:
            reason = str(error).removeprefix(f"{source.name}: ")
            taken.rejects.append(broken_file(source.name, reason))
            continue
        taken.n_files[opened.format.title] += 1
        if source.is_scratch and opened.format.name != "parquet":
            source.path.unlink()
    _close(taken, turns)
    return taken


def _add_turns(
    taken: Intake, opened: Recognised, roles: Mapping[str, Role], scratch: Path
) -> int:
    written = write_turns(opened, roles, scratch)
    taken.rejects.extend(written.rejects)
    if written.unnamed is not None:
        taken.unnamed.append(written.unnamed)
    return written.n_rows


def _add_part(taken: Intake, part: Part) -> None:
    taken.parts.append(part)
    taken.rejects.extend(part.rejects)


def _close(taken: Intake, turns: _Turns | None) -> None:
    """Make what was read of conversations so far a part."""
    if turns is not None and turns.n_rows:
        taken.parts.append(turns_part(turns.file, turns.n_rows, turns.scratch))
