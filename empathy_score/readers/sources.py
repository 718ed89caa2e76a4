"""From what the caller names to single files: folders, globs, archives, stdin."""

from __future__ import annotations

import glob
import gzip
import itertools
import os
import shutil
import sys
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from empathy_score.errors import InputError
from empathy_score.readers.formats import format_recognising
from empathy_score.readers.packed import (
    BOMB,
    DAMAGED,
    HARMLESS,
    MOST_PACKED,
    PIECE,
    BombError,
    damage,
    unpack,
)
from empathy_score.readers.rejects import Reject, broken_file
from empathy_score.readers.workbook_size import is_workbook

STDIN = "-"
"""What names standard input."""

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
DEEPEST = 3
"""Archives that may lie in each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file to read, or one folder that is an export as a whole.

    Parameters
    ----------
    name : str
        What to call it: the path as named, and the place inside an archive.
    path : Path
        Where its bytes are.
    is_scratch : bool
        Whether it was unpacked and may be removed once it is read.
    depth : int
        How many archives it lay in.
    """

    name: str
    path: Path
    is_scratch: bool = False
    depth: int = 0

    @property
    def ending(self) -> str:
        """Ending of the name in lower case, without that of the compression.

        Examples
        --------
        >>> Source(name="a/Calls.JSON.gz", path=Path("x")).ending
        '.json'
        """
        stem, ending = os.path.splitext(self.name.lower())  # noqa: PTH122
        return os.path.splitext(stem)[1] if ending == ".gz" else ending  # noqa: PTH122


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query whose rows are read as those of a file are.

    Parameters
    ----------
    url : str
        Address of the database, as :data:`~.databases.DATABASE_URLS`; not shown.
    text : str
        One ``SELECT``; its ``ORDER BY`` is the order of the rows.

    Examples
    --------
    >>> Query(url="postgresql://ann:secret@db/calls", text="SELECT * FROM chats")
    Query(text='SELECT * FROM chats')
    """

    url: str = field(repr=False)
    text: str


def sources_of(
    named: Sequence[Path | str | Query], folder: Path, skip: Collection[Path] = ()
) -> Iterator[Source | Query | Reject]:
    r"""Go through all files that were named, in order; those of a folder by name.

    Parameters
    ----------
    named : sequence of Path, str or Query
        Queries, which go on as they are; files, folders (with all that is in them;
        hidden files are passed over), globs, or ``"-"`` for standard input.
        ``.gz`` and ``.zip`` are unpacked, whatever they are called.
    folder : Path
        Existing scratch folder for what is unpacked.
    skip : collection of Path
        Files that are passed over inside folders: the output of an earlier run.

    Yields
    ------
    Source, Query or Reject
        A Reject for an archive or file that cannot be opened.

    Raises
    ------
    InputError
        There is no such file, or a glob matches none.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = Path(name, "a.csv").write_text("text\nHi\n")
    ...     found = [PurePath(one.name).name for one in sources_of([name], Path(name))]
    >>> found
    ['a.csv']
    """
    passed_over = {path.resolve() for path in skip}
    fresh = (folder / f"source-{number}" for number in itertools.count())
    for path in [one for name in named for one in _named(name)]:
        if isinstance(path, Query):
            yield path
            continue
        n_files = 0
        for file in _files(path, passed_over):
            n_files += 1
            yield from _opened(_source(file, fresh), fresh)
        if not n_files:
            raise InputError(f"{path}: is a folder without files")


def _named(given: Path | str | Query) -> Sequence[Path | Query]:
    """Resolve a glob; check that a file exists."""
    if isinstance(given, Query):
        return [given]
    name, path = str(given), Path(given)
    if name == STDIN or path.exists():
        return [path]
    if glob.has_magic(name):
        found = sorted(glob.glob(name, recursive=True))  # noqa: PTH207
        if not found:
            raise InputError(f"{name}: matches no file")
        return [Path(one) for one in found]
    raise InputError(f"{name}: there is no such file")


def _files(path: Path, passed_over: Collection[Path]) -> Iterator[Path]:
    """Go through a folder; one that is an export as a whole stays a folder."""
    if not path.is_dir() or format_recognising("folder", path):
        yield path
        return
    for inside in sorted(path.iterdir()):
        if not inside.name.startswith(".") and inside.resolve() not in passed_over:
            yield from _files(inside, passed_over)


def _source(path: Path, fresh: Iterator[Path]) -> Source:
    if str(path) != STDIN:
        return Source(name=str(path), path=path)
    target = next(fresh)
    with target.open("wb") as out:
        shutil.copyfileobj(sys.stdin.buffer, out, PIECE)
    return Source(name="stdin", path=target, is_scratch=True)


def _opened(source: Source, fresh: Iterator[Path]) -> Iterator[Source | Reject]:
    """Unpack a file as often as it is packed."""
    if source.path.is_dir():
        yield source
        return
    try:
        with source.path.open("rb") as handle:
            start = handle.read(4)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror}"
        yield broken_file(source.name, reason)
        return
    is_zip = start == _ZIP
    packed = is_zip or start.startswith(_GZIP)
    if not packed or (is_zip and is_workbook(source.path)):
        yield source
    elif source.depth >= DEEPEST:
        reason = f"lies in {DEEPEST} archives already; unpack it first"
        yield broken_file(source.name, reason)
    elif is_zip:
        yield from _unzipped(source, fresh)
    else:
        yield from _gunzipped(source, fresh)


def _gunzipped(source: Source, fresh: Iterator[Path]) -> Iterator[Source | Reject]:
    target = next(fresh)
    try:
        with gzip.open(source.path) as packed, target.open("wb") as out:
            most = MOST_PACKED * source.path.stat().st_size
            unpack(packed, out, max(HARMLESS, most))
    except DAMAGED as error:
        target.unlink(missing_ok=True)
        yield broken_file(source.name, f"is a damaged gzip file: {damage(error)}")
    except BombError:
        target.unlink(missing_ok=True)
        yield broken_file(source.name, BOMB)
    else:
        yield from _opened(_inner(source, source.name, target), fresh)


def _inner(source: Source, name: str, target: Path) -> Source:
    return Source(name=name, path=target, is_scratch=True, depth=source.depth + 1)


def _unzipped(source: Source, fresh: Iterator[Path]) -> Iterator[Source | Reject]:
    try:
        archive = zipfile.ZipFile(source.path)
    except DAMAGED as error:
        yield broken_file(source.name, f"is a damaged zip file: {damage(error)}")
        return
    with archive:
        members = [one for one in archive.infolist() if _is_message_file(one)]
        for member in members:
            yield from _member(archive, member, source, fresh)
    if not members:
        yield broken_file(source.name, "is a zip file without files")


def _member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    source: Source,
    fresh: Iterator[Path],
) -> Iterator[Source | Reject]:
    name = f"{source.name}/{member.filename}"
    target = next(fresh)
    try:
        with archive.open(member) as packed, target.open("wb") as out:
            unpack(packed, out, max(HARMLESS, MOST_PACKED * member.compress_size))
    except BombError:
        target.unlink(missing_ok=True)
        yield broken_file(name, BOMB)
    except DAMAGED as error:
        target.unlink(missing_ok=True)
        yield broken_file(name, f"is damaged inside its zip file: {damage(error)}")
    except RuntimeError:  # what zipfile raises where a password is asked for
        target.unlink(missing_ok=True)
        yield broken_file(name, "is encrypted; unpack it with its password first")
    else:
        yield from _opened(_inner(source, name, target), fresh)


def _is_message_file(member: zipfile.ZipInfo) -> bool:
    parts = PurePath(member.filename).parts
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return bool(parts) and not member.is_dir() and not hidden
