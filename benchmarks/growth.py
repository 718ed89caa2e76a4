"""Time and memory of ``empathy-score score`` from 10 thousand to 10 million turns.

    python benchmarks/growth.py [--shared ../shared] [--sizes 10000 100000 1000000]
        [--jobs 2] [--kills 10]

makes a CSV of each size from the telephone and meeting turns of the shared corpora
(conversations get new identifiers each time round, so none is longer than a real one;
in every second one the two sides change places), scores it in a process of its own and
writes ``benchmarks/results/growth.md``. Memory is the highest resident memory of each
process, asked of ``/proc`` five times a second. With ``--kills N`` the smallest size is
also killed at N random moments, resumed each time, and compared byte for byte with the
unbroken output.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "growth.md"
_LONGEST = 400  # turns of a conversation; longer ones are cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One scored file: seconds, and the highest memory of the main and any process."""

    n_turns: int
    n_bytes: int
    seconds: float
    main: int
    worker: int
    out: Path


def spoken(shared: Path) -> list[list[tuple[str, str]]]:
    """Conversations of the shared corpora: speaker and text of each turn."""
    csv.field_size_limit(10**9)
    found: dict[str, list[tuple[str, str]]] = {}
    for corpus in ("swda", "mrda"):
        with (shared / "benchmarks" / corpus / "train.csv").open(
            encoding="utf-8", newline=""
        ) as lines:
            for row in csv.DictReader(lines):
                if row["text"].strip():
                    turns = found.setdefault(f"{corpus}-{row['group']}", [])
                    turns.append((row["speaker"], row["text"]))
    return [
        turns[start : start + _LONGEST]
        for turns in found.values()
        for start in range(0, len(turns), _LONGEST)
    ]


def rows(
    conversations: Sequence[Sequence[tuple[str, str]]], n_turns: int
) -> Iterator[tuple[str, int, str, str]]:
    """Rows of the CSV: conversation, turn, role and text."""
    number = made = 0
    while True:
        for turns in conversations:
            first = turns[number % 2 if len(turns) > 1 else 0][0]
            for turn, (speaker, text) in enumerate(turns):
                if made == n_turns:
                    return
                role = "agent" if speaker == first else "customer"
                yield f"c{number}", turn, role, text
                made += 1
            number += 1


def memory_of(pid: int) -> dict[int, int]:
    """Resident bytes of a process and all its children."""
    found: dict[int, int] = {}
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text("utf-8")
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += map(int, (task / "children").read_text("utf-8").split())
        except (FileNotFoundError, ProcessLookupError):
            continue
        resident = [line for line in status.splitlines() if line.startswith("VmRSS")]
        if resident:
            found[one] = int(resident[0].split()[1]) * 1024
    return found


def command(file: Path, out: Path, jobs: int, *more: str) -> list[str]:
    """Give the words of the command line."""
    words = [sys.executable, "-m", "empathy_score", "score", str(file)]
    return [*words, "-o", str(out), "--jobs", str(jobs), *more]


def scored(file: Path, out: Path, n_turns: int, jobs: int) -> Run:
    """Score a file and watch the memory."""
    highest: Counter[int] = Counter()
    started = time.perf_counter()
    with subprocess.Popen(command(file, out, jobs), stderr=subprocess.DEVNULL) as done:
        while done.poll() is None:
            for pid, size in memory_of(done.pid).items():
                highest[pid] = max(highest[pid], size)
            time.sleep(0.2)
    if done.returncode:
        raise SystemExit(f"scoring {file.name} ended with {done.returncode}")
    main = highest.pop(done.pid)
    return Run(
        n_turns=n_turns,
        n_bytes=file.stat().st_size,
        seconds=time.perf_counter() - started,
        main=main,
        worker=max(highest.values(), default=0),
        out=out,
    )


def killed_and_resumed(file: Path, run: Run, jobs: int, n_kills: int) -> str:
    """Kill a run at random moments, resume it, and compare its output."""
    out = run.out.with_stem("resumed")
    draw = random.Random(7)
    kills = 0
    words = command(file, out, jobs, "--resume")
    while kills < n_kills:
        with subprocess.Popen(
            words, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                process.wait(timeout=draw.uniform(0.3, run.seconds))
                out.unlink()  # it ended first: once more from the beginning
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                kills += 1
    subprocess.run(words, stderr=subprocess.DEVNULL, check=True)
    same = out.read_bytes() == run.out.read_bytes()
    verdict = "byte-equal to" if same else "DIFFERENT from"
    return (
        f"Killed (SIGKILL) at {n_kills} random moments and resumed each time, "
        f"{run.n_turns:,} turns: the output is {verdict} that of the unbroken run."
    )


def main() -> int:
    """Run all sizes and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parents[1] / "shared")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10**4, 10**5, 10**6])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kills", type=int, default=0)
    given = parser.parse_args()
    conversations = spoken(given.shared)
    lines = [
        "# Growth\n",
        f"Made by `python benchmarks/growth.py --sizes "
        f"{' '.join(map(str, given.sizes))} --jobs {given.jobs} --kills {given.kills}` "
        f"on {date.today().isoformat()}, {os.cpu_count()} cores. CSV in, Parquet out; "
        "seconds include starting, reading and writing.\n",
        "| turns | CSV, MB | seconds | turns/s | s per million | main process, MB "
        "| largest worker, MB | Parquet, MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    verdict = ""
    with tempfile.TemporaryDirectory() as name:
        for size in given.sizes:
            file, out = Path(name, f"{size}.csv"), Path(name, f"{size}.parquet")
            with file.open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle)
                writer.writerow(["conversation_id", "turn", "role", "text"])
                writer.writerows(rows(conversations, size))
            run = scored(file, out, size, given.jobs)
            lines.append(
                f"| {size:,} | {run.n_bytes / 1e6:,.1f} | {run.seconds:,.0f} "
                f"| {size / run.seconds:,.0f} | {run.seconds / size * 1e6:,.0f} "
                f"| {run.main / 1e6:,.0f} | {run.worker / 1e6:,.0f} "
                f"| {out.stat().st_size / 1e6:,.1f} |"
            )
            print(lines[-1], flush=True)
            if given.kills and size == given.sizes[0]:
                verdict = killed_and_resumed(file, run, given.jobs, given.kills)
                print(verdict, flush=True)
            file.unlink()
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(lines) + "\n" + (f"\n{verdict}\n" if verdict else "")
    RESULTS.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
