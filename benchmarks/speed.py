"""Measure the cue component beside the bare tokenizer, in one run on one core.

    python benchmarks/speed.py [--shared ../shared] [--rows 20000]

prints utterances per second. Texts are telephone and meeting turns of the shared
corpora; without them a sample of this project's own conversations is used.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import spacy

from empathy_score.features import feature_matrix
from empathy_score.features.transformer import make_cue_pipeline
from empathy_score.records import Utterance
from empathy_score.scoring import EmpathyScorer

HERE = Path(__file__).resolve().parent


def texts_of(shared: Path, n_rows: int) -> list[str]:
    """Half telephone, half meeting turns; or this project's own."""
    csv.field_size_limit(10**9)
    found: list[str] = []
    for corpus in ("swda", "mrda"):
        file = shared / "benchmarks" / corpus / "train.csv"
        if file.is_file():
            with file.open(encoding="utf-8", newline="") as lines:
                rows = [row["text"] for row in csv.DictReader(lines) if row["text"]]
            found.extend(rows[: n_rows // 2])
    if found:
        return found
    own = sorted((HERE.parent / "data" / "conversations").glob("*.jsonl"))
    rows = [line for file in own for line in file.read_text("utf-8").splitlines()]
    return [json.loads(line)["text"] for line in rows][:n_rows]


def rate(work: Callable[[], object], n_rows: int, repeats: int = 3) -> float:
    """Median utterances per second."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return n_rows / statistics.median(seconds)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    parser.add_argument("--rows", type=int, default=20_000)
    given = parser.parse_args()
    texts = texts_of(given.shared, given.rows)
    blank, cues = spacy.blank("en"), make_cue_pipeline()
    scorer = EmpathyScorer.load()
    docs = list(cues.pipe(texts))
    turns = [
        Utterance(
            row=n, conversation=str(n // 20), role=("customer", "agent")[n % 2], text=t
        )  # type: ignore[arg-type]
        for n, t in enumerate(texts)
    ]
    steps: list[tuple[str, Callable[[], object]]] = [
        ("spaCy blank English tokenizer", lambda: list(blank.pipe(texts))),
        ("+ empathy_cues", lambda: list(cues.pipe(texts))),
        ("features alone", lambda: feature_matrix(docs, [None, *docs[:-1]])),
        (
            "conversations scored",
            lambda: scorer.score_utterances(turns, frozenset({"agent"})),
        ),
    ]
    n_rows = len(cues.get_pipe("empathy_cues").lexicon.cues)
    print(f"{len(texts)} utterances, {n_rows} rows of cues")
    for name, work in steps:
        print(f"{name:32s} {rate(work, len(texts)):10,.0f} utt/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
