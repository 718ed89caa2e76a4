"""One document to one reader: what came of it, how long it took, what it held."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import duckdb

from empathy_score import InputError
from empathy_score.readers import conversations, open_export, table
from empathy_score.readers.intake import take_in
from empathy_score.readers.sources import sources_of
from empathy_score.readers.sql import database

SECONDS, MEGABYTES = 1.0, 300
TRIES = 3
"""A document is too slow if it takes longer than a second each time it is tried."""

_PEAK = Path("/proc/self/clear_refs")
Document = bytes | dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a process reads its documents.

    Parameters
    ----------
    folder : Path
        Where each document is written.
    scratch : Path
        The readers' scratch folder, emptied after each document.
    base : callable
        Gives the database of all documents; to open one takes 60 ms.
    """

    folder: Path
    scratch: Path
    base: Callable[[], duckdb.DuckDBPyConnection]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a document.

    Parameters
    ----------
    is_read : bool
        Whether anything of it could be read.
    seconds : float
        Processor time of all threads.
    megabytes : float
        The most memory that the process has held since it was last looked at.
    wrong : str or None
        What is a finding.
    """

    is_read: bool
    seconds: float
    megabytes: float
    wrong: str | None


class TooSlowError(BaseException):
    """A document took longer than it may."""


def fast_folder() -> Path | None:
    """Give a folder in memory, where there is one."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) else None


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """Set a place up; while it stands, every export opens the same database."""
    scratch, opened = folder / "scratch", [folder / "base-0"]
    for one in (scratch, opened[0], folder / "document"):
        one.mkdir(parents=True)
    bases = [database(opened[0])]

    def emptied(_: Path) -> duckdb.DuckDBPyConnection:
        try:
            for name in ("input", "firsts", "placed"):
                bases[0].execute(f"DROP TABLE IF EXISTS {name}")
        except duckdb.FatalException:
            # A Parquet file that was refused has ended the database, as it would
            # have ended that of one export.
            bases[0].close()
            opened.append(folder / f"base-{len(opened)}")
            opened[-1].mkdir()
            bases[0] = database(opened[-1])
        return bases[0].cursor()

    before = signal.signal(signal.SIGALRM, _stop)
    try:
        with mock.patch.object(table, "database", emptied):
            document = folder / "document"
            yield Desk(folder=document, scratch=scratch, base=lambda: bases[0])
    finally:
        signal.signal(signal.SIGALRM, before)
        bases[0].close()


def _stop(signum: int, frame: object) -> None:  # noqa: ARG001
    """Raise what no reader catches."""
    raise TooSlowError


def put(at: Desk, data: Document, name: str) -> Path:
    """Write a document where it is read: a file, or a folder of files."""
    path = at.folder / name
    if isinstance(data, bytes):
        with open(path, "wb") as file:  # noqa: PTH123  half the time of Path's
            file.write(data)
        return path
    for inside, content in data.items():
        target = path / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    path.mkdir(exist_ok=True)
    return path


def clear(folder: Path) -> None:
    """Remove what a folder holds."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)  # noqa: PTH108  a third of the time of Path's


def read_one(
    at: Desk,
    path: Path,
    named: str | None,
    *,
    whole: bool,
    alarm: bool = True,
    most: float = MEGABYTES,
) -> Outcome:
    """Read one document, and say what is wrong.

    Parameters
    ----------
    at : Desk
        Where.
    path : Path
        The document.
    named : str or None
        The format that the caller names.
    whole : bool
        Whether it goes on into the database and comes out as conversations.
    alarm : bool
        Whether a document is stopped after a second, and not only found too slow.
    most : float
        Megabytes that the process may hold.

    Returns
    -------
    Outcome
    """
    begin = time.process_time()
    is_read, wrong = False, None
    for _ in range(TRIES):
        is_read, wrong, slow = _tried(at, path, named, whole, SECONDS * alarm)
        clear(at.scratch)
        if not slow:
            break
    seconds = time.process_time() - begin
    peak = peak_megabytes(most)
    if wrong is None and peak > most:
        wrong = f"held {peak:.0f} MB"
    return Outcome(is_read=is_read, seconds=seconds, megabytes=peak, wrong=wrong)


def _tried(
    at: Desk, path: Path, named: str | None, whole: bool, limit: float
) -> tuple[bool, str | None, bool]:
    """Read once: whether there was anything, what is wrong, whether it was slow."""
    begin, wall = time.process_time(), time.monotonic()
    is_read = False
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        is_read = _loaded(at, path, named) if whole else _taken(at, path, named)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except InputError:
        pass
    except TooSlowError:
        return False, f"no answer after {time.monotonic() - wall:.1f} s", True
    except BaseException:
        said = traceback.format_exc().strip().splitlines(keepends=True)
        return False, "".join(said[-9:]), False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    seconds = time.process_time() - begin
    if seconds > SECONDS:
        return is_read, f"took {seconds:.2f} s of processor time", True
    return is_read, None, False


def _taken(at: Desk, path: Path, named: str | None) -> bool:
    taken = take_in(
        at.base(),
        sources_of([path], at.scratch),
        named=named,
        encoding=None,
        roles={},
        folder=at.scratch,
    )
    return bool(taken.parts)


def _loaded(at: Desk, path: Path, named: str | None) -> bool:
    """Read to the end, as scoring does."""
    export = open_export([path], folder=at.scratch, format=named)
    try:
        for _ in conversations(export):
            pass
    finally:
        export.connection.close()
    return True


def peak_megabytes(most: float) -> float:
    """Give the most memory held; beyond ``most`` it is measured anew from here."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if peak > most and _PEAK.exists():
        _PEAK.write_text("5")
    return peak
