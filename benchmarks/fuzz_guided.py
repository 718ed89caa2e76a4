"""Fuzzing of one reader after another that is led by the lines they come to.

    python benchmarks/fuzz_guided.py [--seconds 600] [--readers genesys vcon]

needs the group ``fuzz`` of ``pyproject.toml`` (atheris, for Python 3.11 and later). It
instruments ``empathy_score.readers``, begins with the fixtures and kept seeds of a
format, changes them, keeps what comes to new lines and changes that. JSON is changed as
bytes one half of the time and by its values the other. A finding is a document that
takes more than a second each of three times, after which the process has held 200 MB
more than at its begin, or that raises anything but this package's own errors; it is
written to ``--findings``, one for each line that raises. The figures go to
``benchmarks/results/fuzz_guided.md``.

A run of hours may be made in parts: the figures of each reader stay in
``build/fuzz_guided.json``, and readers fuzzed as long before, on the same committed
code, are not fuzzed again unless named. One call after another, not two at once.

Documents are read as far as the readers go, without the database. A ConvoKit folder is
one document of three files. What reads Parquet and Excel is compiled and not
instrumented: there the lines are those of this package around it; ``fuzz.py`` writes
hostile files of both kinds.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "fuzz_guided.md"
KEPT = HERE.parent / "build" / "fuzz_guided.json"
FIXTURES = HERE.parent / "tests" / "readers" / "fixtures"
SEEDS = HERE.parent / "tests" / "readers" / "seeds"
TABLES = HERE.parent / "data" / "samples"
_LONGEST = 16_384  # bytes of a document
_ROOM = 200.0  # megabytes that a process may grow by
_BETWEEN = b"\n---\n"  # the files of a corpus in one document
_CORPUS = ("utterances.jsonl", "speakers.json", "conversations.json")
_PROGRESS = re.compile(r"cov: (\d+) ft: (\d+)")
_EXECUTED = re.compile(r"number_of_executed_units:\s+(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guided:
    """What the fuzzing of one reader came to."""

    reader: str
    executed: int
    lines: int
    features: int
    findings: tuple[str, ...]


def seeds_of(reader: str, ending: str) -> list[bytes]:
    """Give the documents to begin with: fixtures, seeds and samples of a format."""
    if reader == "convokit":
        folders = sorted((FIXTURES / reader).iterdir())
        return [_joined(folder) for folder in folders]
    if reader in {"parquet", "excel"}:
        return _made(reader)
    files = [
        *(FIXTURES / reader).rglob("*"),
        *SEEDS.glob(f"{reader}.*"),
        *TABLES.rglob(f"*{ending}"),
    ]
    found = [path.read_bytes() for path in sorted(files) if path.is_file()]
    return [data for data in found if len(data) <= _LONGEST] or [b"text\nhello\n"]


def _joined(folder: Path) -> bytes:
    parts = [folder / name for name in _CORPUS]
    return _BETWEEN.join(part.read_bytes() if part.exists() else b"" for part in parts)


def _made(reader: str) -> list[bytes]:
    from fuzzing.containers import parquet
    from fuzzing.workbooks import workbook

    draw, make = random.Random(1), parquet if reader == "parquet" else workbook
    return [make(draw) for _ in range(40)]


def json_mutator(
    seeds: list[bytes],
) -> Callable[[bytes, int, int], bytes]:
    """Give what changes a document: by its values where it is JSON, or its bytes."""
    import atheris
    from fuzzing.documents import altered, json_samples, written

    found = json_samples(seeds)

    def mutated(data: bytes, longest: int, seed: int) -> bytes:
        draw = random.Random(seed)
        if found and draw.random() < 0.5:
            try:
                sample = written(json.loads(data))
            except (ValueError, RecursionError):
                sample = None
            changed = altered(draw, found, sample).encode("utf-8", "surrogatepass")
            if len(changed) <= longest:
                return changed
        return bytes(atheris.Mutate(data, longest))  # is another before Setup

    return mutated


def fuzz_one(reader: str, seconds: int, findings: Path) -> None:
    """Fuzz a reader in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["empathy_score.readers"]):
        from empathy_score.readers.formats import format_named, formats

        formats()
    from fuzzing.reading import clear, desk, fast_folder, peak_megabytes, put, read_one

    chosen = format_named(reader)
    ending = next(iter(chosen.endings), "")
    name = f"export{ending}"
    seeds = seeds_of(reader, ending)
    findings.mkdir(parents=True, exist_ok=True)
    known: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="guided-", dir=fast_folder()) as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, data in enumerate(seeds):
            (corpus / f"seed-{number}").write_bytes(data)
        with desk(Path(folder, "desk")) as place:
            most = peak_megabytes(float("inf")) + _ROOM

            def one(data: bytes) -> None:
                files = dict(zip(_CORPUS, data.split(_BETWEEN), strict=False))
                given = files if chosen.content == "folder" else data
                path = put(place, given, name)
                outcome = read_one(
                    place, path, reader, whole=False, alarm=False, most=most
                )
                clear(place.folder)
                if outcome.wrong is not None and _key(outcome.wrong) not in known:
                    known.add(_key(outcome.wrong))
                    target = findings / f"{reader}-{len(known)}{ending}"
                    target.write_bytes(data)
                    said = outcome.wrong.splitlines()[-1]
                    print(f"FINDING {target.name}: {said}", file=sys.stderr, flush=True)

            atheris.Setup(
                [
                    *(sys.argv[0], str(corpus), f"-max_total_time={seconds}"),
                    *("-print_final_stats=1", f"-max_len={_LONGEST}"),
                    *("-rss_limit_mb=0", f"-seed={1 + len(reader)}"),
                ],
                one,
                custom_mutator=json_mutator(seeds),
            )
            atheris.Fuzz()


def _key(wrong: str) -> str:
    """Give where and what, without the numbers of this one document."""
    lines = wrong.splitlines()
    places = [line for line in lines if line.lstrip().startswith("File ")]
    return f"{places[-1:]} {re.sub(r'[0-9]+', '', lines[-1])[:40]}"


def guided(reader: str, given: argparse.Namespace) -> Guided:
    """Fuzz a reader in a process of its own."""
    command = [
        *(sys.executable, str(Path(__file__).resolve()), "--one", reader),
        *("--seconds", str(given.seconds), "--findings", str(given.findings)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    said = done.stderr + done.stdout
    progress = _PROGRESS.findall(said)
    executed = _EXECUTED.findall(said)
    found = re.findall(r"FINDING (.*)", said)
    if not executed:
        found.append(f"the process ended: {said.strip().splitlines()[-1:]}")
    lines, features = progress[-1] if progress else (0, 0)
    return Guided(
        reader=reader,
        executed=int(executed[-1]) if executed else 0,
        lines=int(lines),
        features=int(features),
        findings=tuple(found),
    )


def kept(seconds: int) -> dict[str, Guided]:
    """Give what earlier calls came to, on this code and in as many seconds."""
    if not KEPT.exists():
        return {}
    stored = json.loads(KEPT.read_text("utf-8"))
    if (stored["code"], stored["seconds"]) != (code(), seconds):
        return {}
    return {
        one["reader"]: Guided(**{**one, "findings": tuple(one["findings"])})
        for one in stored["readers"]
    }


def keep(found: dict[str, Guided], seconds: int) -> None:
    """Write what was found so far."""
    KEPT.parent.mkdir(exist_ok=True)
    readers = [asdict(one) for one in found.values()]
    stored = {"code": code(), "seconds": seconds, "readers": readers}
    KEPT.write_text(json.dumps(stored, indent=1), "utf-8")


def code() -> str:
    """Name the committed state of the readers."""
    command = ["git", "rev-parse", "HEAD:empathy_score/readers"]
    done = subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def page(found: list[Guided], names: list[str], seconds: int) -> str:
    """Write the page of results."""
    left = [name for name in names if name not in {one.reader for one in found}]
    lines = [
        "# Fuzzing led by coverage",
        "",
        f"Made by `python benchmarks/fuzz_guided.py --seconds {seconds}` "
        f"on {date.today().isoformat()}, with atheris.",
        "",
        f"- {len(found)} of {len(names)} readers, {seconds} seconds each; "
        f"{sum(one.executed for one in found):,} documents.",
        f"- Findings: {sum(len(one.findings) for one in found)}.",
        *([f"- Not fuzzed as long yet: {', '.join(left)}."] if left else []),
        "",
        "Branches are those of the code under `empathy_score/readers` that were come "
        "to; features also count how often, as libFuzzer does.",
        "",
        "| reader | documents | branches | features | findings |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {one.reader} | {one.executed:,} | {one.lines:,} | {one.features:,} | "
            f"{len(one.findings)} |"
            for one in found
        ),
        "",
        *(f"- {said}" for one in found for said in one.findings),
    ]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Fuzz all readers, or the one that this process is for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--readers", nargs="*", default=[])
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        fuzz_one(given.one, given.seconds, given.findings)
        return 0
    from empathy_score.readers.formats import formats

    names = [one.name for one in formats()]
    found = kept(given.seconds)
    for name in given.readers or [one for one in names if one not in found]:
        found[name] = guided(name, given)
        print(found[name], file=sys.stderr, flush=True)
        keep(found, given.seconds)
    shown = [found[one] for one in names if one in found]
    given.out.write_text(page(shown, names, given.seconds), "utf-8")
    return 1 if any(one.findings for one in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
