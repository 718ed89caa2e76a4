"""Random bytes, changed exports and random JSON to every reader.

    python benchmarks/fuzz.py [--documents 1000000] [--minutes 60] [--jobs 2] [--seed 1]

gives each document to the readers in worker processes. A finding is a document that
takes longer than a second each of three times, after which the worker has held more
than 300 MB (the most it ever held in memory, asked after every document, with Python
and DuckDB), that ends the worker, or that raises anything but this package's own
errors. A finding is written to ``--findings`` (a folder) and named in
``benchmarks/results/fuzz.md``. The same seed makes the same documents; ``--first N``
begins at block N, the number that a finding's name begins with.

Five kinds of documents, in turn: random bytes; bytes put together from the words of the
formats; a sample export of the tests with some bytes changed, cut or doubled; the JSON
of a sample with some of its values changed for others; and random JSON with the keys
that the formats use. After every hundredth stands one more: a ConvoKit folder, a
Parquet file, a workbook or an archive with hostile insides; these are not counted as
``--documents``. Half are read under no name, half under that of some format; one of
twenty, and all of the last four kinds, go on into the database and come out as
conversations.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import multiprocessing as mp
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from fuzzing import containers, documents
from fuzzing.reading import (
    MEGABYTES,
    SECONDS,
    Desk,
    Document,
    clear,
    desk,
    fast_folder,
    put,
    read_one,
)

from empathy_score.readers.formats import formats

RESULTS = Path(__file__).resolve().parent / "results" / "fuzz.md"
_BLOCK = 2_000  # documents that a worker reads before it reports
_LOADED = 20  # one document of so many goes on into the database, as all exports do
_HANGS = 300.0  # seconds after which a block is given up
_PER_WORKER = 50  # blocks, after which there are new workers
_ENDINGS = ("", ".json", ".jsonl", ".csv", ".txt", ".vtt")
_OWN_ENDING = {"Parquet files": ".parquet", "workbooks": ".xlsx", "archives": ".zip"}


@dataclass(slots=True)
class Tally:
    """What a block of documents gave."""

    n_documents: int = 0
    n_read: int = 0
    slowest: float = 0.0
    memory: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take a block in."""
        self.n_documents += other.n_documents
        self.n_read += other.n_read
        self.slowest = max(self.slowest, other.slowest)
        self.memory = max(self.memory, other.memory)
        self.kinds += other.kinds
        self.formats += other.formats
        self.findings += other.findings


@cache
def _made() -> tuple[dict[str, documents.Maker], dict[str, documents.Maker]]:
    plain = documents.makers()
    return plain, containers.makers(plain)


def block(seed: int, number: int) -> Iterator[tuple[str, Document, str, str | None]]:
    """Make the documents of a block: kind, content, ending and format to name."""
    draw = random.Random(f"{seed}-{number}")
    plain, packed = _made()
    files = [one.name for one in formats() if one.content != "folder"]
    names = [one.name for one in formats()]
    kinds, more = itertools.cycle(plain), itertools.cycle(packed)
    for at in range(_BLOCK):
        kind = next(kinds)
        data = plain[kind](draw)
        given = None if draw.random() < 0.5 else draw.choice(files)
        yield kind, data, draw.choice(_ENDINGS), given
        if at % 100 == 99:
            kind, own = next(more), random.Random(f"{seed}-{number}-{at}")
            data = packed[kind](own)
            given = None if own.random() < 0.8 else own.choice(names)
            odd = own.random() < 0.1
            ending = own.choice(_ENDINGS) if odd else _OWN_ENDING.get(kind, "")
            yield kind, data, ending, given


def read_block(seed: int, number: int, findings: Path, root: Path) -> Tally:
    """Make and read some documents; what goes wrong is kept."""
    tally = Tally()
    folder = root / f"block-{number}"
    _made()
    gc.freeze()  # what was imported need not be looked through again and again
    with desk(folder) as place:
        for at, (kind, data, ending, given) in enumerate(block(seed, number)):
            wrong = _counted(tally, place, (kind, data, ending, given), at)
            if wrong is not None:
                name = f"{number}-{at}{ending}"
                keep(place.folder / f"export{ending}", findings / name)
                tally.findings.append((f"{name} as {given}", wrong))
            clear(place.folder)
    gc.unfreeze()
    shutil.rmtree(folder)
    return tally


def _counted(
    tally: Tally, place: Desk, made: tuple[str, Document, str, str | None], at: int
) -> str | None:
    kind, data, ending, given = made
    path = put(place, data, f"export{ending}")
    whole = at % _LOADED == 0 or kind in _made()[1]
    outcome = read_one(place, path, given, whole=whole)
    tally.n_documents += 1
    tally.kinds[kind] += 1
    tally.formats[given or "recognised"] += 1
    tally.n_read += outcome.is_read
    tally.slowest = max(tally.slowest, outcome.seconds)
    tally.memory = max(tally.memory, outcome.megabytes)
    return outcome.wrong


def keep(path: Path, target: Path) -> None:
    """Copy a finding, a file or a folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        shutil.copytree(path, target, dirs_exist_ok=True)
    elif path.exists():
        shutil.copy(path, target)


def fuzz(given: argparse.Namespace) -> Tally:
    """Read all documents, or as many as there is time for."""
    tally, end = Tally(), time.monotonic() + 60 * given.minutes
    numbers = iter(range(given.first, given.first - (-given.documents // _BLOCK)))
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=fast_folder()) as name:
        while time.monotonic() < end:
            some = itertools.islice(numbers, _PER_WORKER * given.jobs)
            if not _with_new_workers(given, list(some), tally, end, Path(name)):
                break
    return tally


def _with_new_workers(
    given: argparse.Namespace, numbers: list[int], tally: Tally, end: float, root: Path
) -> bool:
    """Read some blocks; those that end or hang a worker are findings."""
    left = numbers[::-1]
    while left and time.monotonic() < end:
        context = mp.get_context("spawn")
        pool = ProcessPoolExecutor(given.jobs, mp_context=context)
        running: dict[Future[Tally], int] = {}
        try:
            while (left and time.monotonic() < end) or running:
                while left and len(running) < given.jobs and time.monotonic() < end:
                    number = left.pop()
                    task = (given.seed, number, given.findings, root)
                    running[pool.submit(read_block, *task)] = number
                done, _ = wait(running, _HANGS, FIRST_COMPLETED)
                if not done:
                    raise BrokenProcessPool("hangs")
                for one in done:
                    tally.add(one.result())
                    del running[one]
                    _say(tally)
        except BrokenProcessPool as error:
            for worker in list((pool._processes or {}).values()):
                worker.kill()
            tally.findings += _ended(running.values(), str(error), given, root)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return bool(numbers)


def _ended(
    numbers: object, why: str, given: argparse.Namespace, root: Path
) -> list[tuple[str, str]]:
    """Keep the documents that workers were at when one ended."""
    said = "hung in one document" if why == "hangs" else "a worker was ended"
    findings = []
    for number in numbers:  # type: ignore[attr-defined]
        folder = root / f"block-{number}" / "document"
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            keep(path, given.findings / f"{number}-ended{path.suffix}")
        findings.append(
            (f"{number}-ended", f"{said}; the rest of block {number} was not read")
        )
    return findings


def _say(tally: Tally) -> None:
    if sys.stderr.isatty() or tally.kinds["random bytes"] % 2_000 == 0:
        said = f"{tally.n_documents:,} read, {len(tally.findings)} findings"
        print(said, file=sys.stderr, flush=True)


def written(tally: Tally, given: argparse.Namespace, seconds: float) -> str:
    """Write the page of results."""
    plain, packed = _made()
    kinds = ", ".join(f"{tally.kinds[kind]:,} {kind}" for kind in plain)
    more = ", ".join(f"{tally.kinds[kind]:,} {kind}" for kind in packed)
    n_plain = sum(tally.kinds[kind] for kind in plain)
    lines = [
        "# Random documents to the readers",
        "",
        f"Made by `python benchmarks/fuzz.py --documents {given.documents} "
        f"--seed {given.seed} --minutes {given.minutes:g} --jobs {given.jobs}` on "
        f"{date.today().isoformat()}.",
        "",
        f"{given.documents:,} documents of bytes and JSON were asked for; the run was "
        f"to stop after {given.minutes:g} minutes.",
        "",
        f"- {n_plain:,} documents of bytes and JSON in {seconds / 60:.0f} minutes: "
        f"{kinds}.",
        f"- {tally.n_documents - n_plain:,} more with hostile insides: {more}.",
        f"- {tally.n_documents / seconds:,.0f} documents a second, with {given.jobs} "
        f"worker{'s' * (given.jobs > 1)}.",
        f"- {tally.n_read:,} were read, at least in part; "
        f"{tally.n_documents - tally.n_read:,} were refused with one clear error.",
        f"- Findings (an error that is not this package's, a worker that ended, more "
        f"than {SECONDS:g} s each of three times, a worker that held more than "
        f"{MEGABYTES} MB): {len(tally.findings):,}.",
        f"- Slowest document: {tally.slowest:.2f} s of processor time. Most memory "
        f"that a worker ever held: {tally.memory:.0f} MB, with Python, DuckDB and all "
        "readers; it is asked after every document.",
        "",
        "| read as | documents |",
        "| --- | --- |",
        *(f"| {name} | {count:,} |" for name, count in sorted(tally.formats.items())),
        "",
        *(
            f"- `{name}`: {wrong.splitlines()[-1]}"
            for name, wrong in tally.findings[:50]
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Run it all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    # Rust's backtrace of a refused file keeps a library's debug symbols in memory.
    os.environ["RUST_BACKTRACE"] = "0"
    begin = time.monotonic()
    tally = fuzz(given)
    for name, wrong in tally.findings[:20]:
        print(f"--- {name}\n{wrong}")
    given.out.write_text(written(tally, given, time.monotonic() - begin), "utf-8")
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())
