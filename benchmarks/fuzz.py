"""Random bytes, changed exports and random JSON to every reader.

    python benchmarks/fuzz.py [--documents 1000000] [--minutes 60] [--jobs 2] [--seed 1]

gives each document to the readers in worker processes. One that takes longer than a
second, leaves the worker above 300 MB (measured, not enforced), or raises anything but
this package's own errors is a finding. A finding is written to
``--findings`` (a folder) and named in ``benchmarks/results/fuzz.md``. The same seed
makes the same documents.

Five kinds of documents, in turn: random bytes; bytes put together from the words of the
formats; a sample export of the tests with some bytes changed, cut or doubled; the JSON
of a sample with some of its values changed for others; and random JSON with the keys
that the formats use. Half are read under no name, half under that of some format; one
of twenty goes on into the database and comes out as conversations.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing as mp
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from empathy_score import InputError
from empathy_score.readers import conversations, open_export
from empathy_score.readers.formats import formats
from empathy_score.readers.intake import take_in
from empathy_score.readers.json_rows import is_json_object
from empathy_score.readers.sources import sources_of

HERE = Path(__file__).resolve().parent
SAMPLES = (
    HERE.parent / "tests" / "readers" / "fixtures",
    HERE.parent / "tests" / "readers" / "seeds",
    HERE.parent / "data" / "samples",
)
RESULTS = HERE / "results" / "fuzz.md"
SECONDS, MEGABYTES = 1.0, 300
_BLOCK = 500  # documents that a worker reads before it reports
_LOADED = 20  # one document of so many goes on into the database, as all exports do
_LARGEST_SAMPLE = 30_000  # bytes
_SEVENBIT = (
    b' {}[]":,;|\t\n\r<>&#\\-_=+@%/().0123456789abcdefghijklmnopqrstuvwxyzABCDEFZ'
)
_SPLINTERS = (
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80"),
    *(b"\x1f\x8b\x08", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    *(b"WEBVTT\n\n", b"1\n00:00:01,000 --> 00:00:02,000\n", b"@UTF8\n@Begin\n"),
    *(b"*PAR:\thello .\n", b"<v Ann>", b"text,role\n", b"role;text\n", b'"', b'""'),
    *(b'{"text":', b"[" * 50, b'{"a":' * 50, b"1e999", b"NaN", b"-0", b"\\ud800"),
    *(b"9" * 5000, b"null", b"true", b"}\n{", b"&#x0;", b"<div>" * 20, b"\r", b"\t"),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**63, 10**400, -0.5, 1e308, float("nan")),
    *(
        "",
        " ",
        "hi",
        "\ud800",
        "\u202e\u200b",
        "agent",
        "customer",
        "1e400",
        "a" * 3000,
    ),
    *("2026-01-01T00:00:00Z", "9999-99-99T99:99:99Z", "-00:00:01", "PT1S", "12:30"),
    *([], {}, [[]], [None], [{}], [1, "a"], {"": None}, {"a": {"b": []}}),
)


@dataclass(slots=True)
class Tally:
    """What a block of documents gave."""

    n_documents: int = 0
    n_read: int = 0
    n_refused: int = 0
    slowest: float = 0.0
    memory: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take a block in."""
        self.n_documents += other.n_documents
        self.n_read += other.n_read
        self.n_refused += other.n_refused
        self.slowest = max(self.slowest, other.slowest)
        self.memory = max(self.memory, other.memory)
        self.kinds += other.kinds
        self.formats += other.formats
        self.findings += other.findings


class TooSlow(BaseException):
    """A document took longer than it may."""


def samples() -> list[bytes]:
    """Read the sample exports, the larger ones cut."""
    files = (path for folder in SAMPLES for path in sorted(folder.rglob("*")))
    found = (path.read_bytes() for path in files if path.is_file())
    return [data[:_LARGEST_SAMPLE] for data in found if data]


def keys_of(found: Any, known: set[str]) -> None:
    """Collect the keys of a JSON document."""
    if isinstance(found, dict):
        known.update(found)
    if isinstance(found, (dict, list)):
        for one in found.values() if isinstance(found, dict) else found:
            keys_of(one, known)


def documents_of(data: Sequence[bytes]) -> list[Any]:
    """Give the samples that are JSON."""
    return [json.loads(one) for one in data if is_json_object(one.decode("latin-1"))]


def random_bytes(draw: random.Random) -> bytes:
    """Bytes without any meaning."""
    return draw.randbytes(int(10 ** draw.uniform(0, 3.3)))


def pieced(draw: random.Random) -> bytes:
    """Words of the formats, one after another."""
    pieces = (
        draw.choice(_SPLINTERS)
        if draw.random() < 0.4
        else bytes(draw.choices(_SEVENBIT, k=draw.randrange(1, 20)))
        for _ in range(draw.randrange(1, 40))
    )
    return b"".join(pieces)


def changed(draw: random.Random, data: Sequence[bytes]) -> bytes:
    """Change a sample: bytes become others, go, or stand twice."""
    found = bytearray(draw.choice(data))
    for _ in range(draw.randrange(1, 8)):
        at = draw.randrange(len(found) + 1)
        length = int(10 ** draw.uniform(0, 2.5))
        piece = draw.choice(
            (
                b"",
                draw.choice(_SPLINTERS),
                draw.randbytes(3),
                found[at : at + length] * 2,
            )
        )
        found[at : at + draw.choice((0, 1, length))] = piece
    return bytes(found)


def altered(draw: random.Random, value: Any, chance: float) -> Any:
    """Change some parts of a JSON value for others."""
    if draw.random() < chance:
        return draw.choice(_VALUES)
    if isinstance(value, dict):
        kept = value.items() if draw.random() > chance else [*value.items()][1:]
        return {key: altered(draw, one, chance) for key, one in kept}
    if isinstance(value, list):
        return [altered(draw, one, chance) for one in value[:30]]
    return value


def invented(draw: random.Random, keys: Sequence[str], depth: int = 0) -> Any:
    """Random JSON with the keys of the formats."""
    if depth > 5 or draw.random() < 0.25:
        return draw.choice(_VALUES)
    n_parts = draw.randrange(1, 7)
    if draw.random() < 0.3:
        return [invented(draw, keys, depth + 1) for _ in range(n_parts)]
    return {draw.choice(keys): invented(draw, keys, depth + 1) for _ in range(n_parts)}


def makers(data: Sequence[bytes]) -> dict[str, Callable[[random.Random], bytes]]:
    """Give what makes each kind of document."""
    found = documents_of(data)
    known: set[str] = set()
    for one in found:
        keys_of(one, known)
    keys = sorted(known)

    def dumped(value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=True).encode()

    return {
        "random bytes": random_bytes,
        "words of the formats": pieced,
        "changed samples": lambda draw: changed(draw, data),
        "samples with other values": lambda draw: dumped(
            altered(draw, draw.choice(found), draw.choice((0.005, 0.03, 0.1)))
        ),
        "random JSON": lambda draw: dumped(invented(draw, keys)),
    }


def stop(signum: int, frame: object) -> None:  # noqa: ARG001
    """Raise what no reader catches."""
    raise TooSlow


def read_block(task: tuple[int, int, str]) -> Tally:
    """Make and read some documents; what goes wrong is kept."""
    seed, number, findings = task
    draw = random.Random(f"{seed}-{number}")
    made = makers(samples())
    names = [None, *(one.name for one in formats() if one.content != "folder")]
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name, duckdb.connect() as base:
        for at in range(_BLOCK):
            kind = [*made][at % len(made)]
            data = made[kind](draw)
            given = None if draw.random() < 0.5 else draw.choice(names)
            ending = draw.choice(("", ".json", ".jsonl", ".csv", ".txt", ".vtt"))
            tally.n_documents += 1
            tally.kinds[kind] += 1
            tally.formats[given or "recognised"] += 1
            whole = None if at % _LOADED == 0 else base
            wrong = read_one(Path(name), data, given, ending, tally, whole)
            if wrong is not None:
                file = Path(findings) / f"{number}-{at}{ending}"
                file.write_bytes(data)
                tally.findings.append((f"{file.name} as {given}", wrong))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tally.memory = peak
    return tally


def read_one(
    folder: Path,
    data: bytes,
    given: str | None,
    ending: str,
    tally: Tally,
    base: duckdb.DuckDBPyConnection | None,
) -> str | None:
    """Read one document, into a database where there is none yet; say what is wrong."""
    file, scratch = folder / f"export{ending}", folder / "scratch"
    file.write_bytes(data)
    scratch.mkdir()
    signal.setitimer(signal.ITIMER_REAL, 10 * SECONDS)
    begin, wall = time.thread_time(), time.monotonic()
    try:
        if base is None:
            tally.n_read += load(file, scratch, given)
        else:
            sources = sources_of([file], scratch)
            taken = take_in(
                base, sources, named=given, encoding=None, roles={}, folder=scratch
            )
            tally.n_read += bool(taken.parts)
            tally.n_refused += not taken.parts
    except InputError:
        tally.n_refused += 1
    except TooSlow:
        return f"no answer after {time.monotonic() - wall:.1f} s"
    except BaseException:
        return "".join(traceback.format_exc().strip().splitlines(keepends=True)[-9:])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        taken = time.thread_time() - begin
        tally.slowest = max(tally.slowest, taken)
        shutil.rmtree(scratch)
    return f"took {taken:.2f} s of processor time" if taken > SECONDS else None


def load(file: Path, scratch: Path, given: str | None) -> int:
    """Read one document to its end, as scoring does."""
    export = open_export([file], folder=scratch, format=given)
    try:
        for _ in conversations(export):
            pass
    finally:
        export.connection.close()
    return 1


def begin_worker() -> None:
    """Stop what hangs; MemoryError is a finding."""
    signal.signal(signal.SIGALRM, stop)


def blocks(
    seed: int, n_documents: int, findings: Path
) -> Iterator[tuple[int, int, str]]:
    """Cut the work."""
    for number in range(-(-n_documents // _BLOCK)):
        yield seed, number, str(findings)


def fuzz(given: argparse.Namespace) -> Tally:
    """Read all documents, or as many as there is time for."""
    given.findings.mkdir(parents=True, exist_ok=True)
    tally, end = Tally(), time.monotonic() + 60 * given.minutes
    tasks = blocks(given.seed, given.documents, given.findings)
    context = mp.get_context("spawn")
    with context.Pool(given.jobs, begin_worker, maxtasksperchild=40) as pool:
        for done in pool.imap_unordered(read_block, tasks):
            tally.add(done)
            if done.memory > MEGABYTES:
                tally.findings.append(("a block", f"used {done.memory:.0f} MB"))
            if sys.stderr.isatty() or tally.n_documents % 10_000 == 0:
                print(f"{tally.n_documents:,}, {len(tally.findings)}", file=sys.stderr)
            if time.monotonic() > end:
                pool.terminate()
                break
    return tally


def written(tally: Tally, given: argparse.Namespace, seconds: float) -> str:
    """Write the page of results."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in tally.kinds.items())
    lines = [
        "# Random documents to the readers",
        "",
        f"Made by `python benchmarks/fuzz.py --documents {given.documents} "
        f"--seed {given.seed} --minutes {given.minutes:g}` on "
        f"{date.today().isoformat()}.",
        "",
        f"{given.documents:,} documents were asked for; the run was to stop after "
        f"{given.minutes:g} minutes.",
        "",
        f"- {tally.n_documents:,} documents in {seconds / 60:.0f} minutes: {kinds}.",
        f"- {tally.n_read:,} were read, at least in part; {tally.n_refused:,} were "
        "refused with one clear error.",
        f"- Findings (an error that is not this package's, more than {SECONDS:g} s of "
        f"processor time, more than {MEGABYTES} MB): {len(tally.findings):,}.",
        f"- Slowest document: {tally.slowest:.2f} s of processor time. Most memory of "
        f"a worker: {tally.memory:.0f} MB, Python, DuckDB and all readers included.",
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
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    begin = time.monotonic()
    tally = fuzz(given)
    for name, wrong in tally.findings[:20]:
        print(f"--- {name}\n{wrong}")
    given.out.write_text(written(tally, given, time.monotonic() - begin), "utf-8")
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main())
