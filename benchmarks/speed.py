"""Measure the cue component beside the bare tokenizer, in one run on one core.

    python benchmarks/speed.py [--shared ../shared] [--rows 20000] [--minilm FOLDER]

prints utterances per second and writes ``benchmarks/results/speed.md`` with a plot
beside it. Texts are telephone and meeting turns of the shared corpora; without them a
sample of this project's own conversations is used. en_core_web_sm is measured where it
is installed (dependency group ``peers``), MiniLM where its folder is named
(``minilm.py``). Memory is the highest of a process of its own that runs the step over
all texts once.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import spacy
from minilm import minilm, own_texts
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc

from empathy_score.features import feature_matrix
from empathy_score.features.transformer import make_cue_pipeline
from empathy_score.lexicon import load_lexicon
from empathy_score.scoring import EmpathyScorer

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "speed.md"
PLOT = RESULTS.with_suffix(".svg")
CHUNK = 1000
MINILM_SAID = (
    " MiniLM makes a vector of each text, in batches of 32 texts about as long; where "
    "its weights are random ones in its published shape, that takes as long."
)


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
    return own_texts()[:n_rows]


Work = Callable[[Sequence[str]], None]


def drained(nlp: Language) -> Work:
    """Run texts through a pipeline and keep nothing."""

    def work(texts: Sequence[str]) -> None:
        for _ in nlp.pipe(texts):
            pass

    return work


def token_matcher() -> Language:
    """Blank English and a token Matcher with one pattern for each row: its example."""
    nlp = spacy.blank("en")
    matcher = Matcher(nlp.vocab)
    for row in (*load_lexicon().cues, *load_lexicon().signals):
        words = [{"LOWER": token.lower_} for token in nlp(row.examples[0])]
        matcher.add(row.id, [words])

    @Language.component("token_matcher")
    def component(doc: Doc) -> Doc:
        doc.spans["matches"] = matcher(doc, as_spans=True)
        return doc

    nlp.add_pipe("token_matcher")
    return nlp


def with_features() -> Work:
    """Cues, then the matrix of features."""
    cues = make_cue_pipeline()

    def work(texts: Sequence[str]) -> None:
        docs = list(cues.pipe(texts))
        feature_matrix(docs, [None, *docs[:-1]])

    return work


def with_scores() -> Work:
    """Everything, from a frame to a frame."""
    scorer = EmpathyScorer.load()
    return lambda texts: drop(scorer.score_frame(frame_of(texts)))


def steps(minilm_folder: Path | None) -> dict[str, Callable[[], Work]]:
    """Name what is measured."""
    found: dict[str, Callable[[], Work]] = {
        "spaCy blank English tokenizer": lambda: drained(spacy.blank("en")),
        "+ empathy_cues": lambda: drained(make_cue_pipeline()),
        "+ token Matcher, one pattern a row": lambda: drained(token_matcher()),
        "cues and features": with_features,
        "score_frame": with_scores,
    }
    if spacy.util.is_package("en_core_web_sm"):
        found["en_core_web_sm"] = lambda: drained(spacy.load("en_core_web_sm"))
    if minilm_folder is not None:
        found["MiniLM in onnxruntime"] = lambda: minilm(minilm_folder)
    return found


def memory_of(step: str, given: argparse.Namespace) -> float:
    """Highest resident memory of a process that runs a step once, in MB."""
    words = [sys.executable, __file__, "--shared", str(given.shared)]
    words += ["--rows", str(given.rows), "--memory-of", step]
    if given.minilm is not None:
        words += ["--minilm", str(given.minilm)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return float(done.stdout)


def plot(medians: dict[str, float]) -> None:
    """Draw the rates, one bar a step."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "speed"}):
        figure = Figure(figsize=(8, 0.5 * len(medians) + 1.2), layout="constrained")
        axes = figure.subplots()
        bars = axes.barh([*medians], [*medians.values()], color="#2a6f97")
        axes.bar_label(bars, fmt="{:,.0f}", padding=4)
        axes.invert_yaxis()
        axes.set_xlabel("utterances per second on one core, median")
        axes.spines[["top", "right"]].set_visible(False)
        axes.margins(x=0.15)
        figure.savefig(PLOT, metadata={"Date": None})


def drop(_: object) -> None:
    """Keep nothing."""


def frame_of(texts: Sequence[str]) -> pl.DataFrame:
    """Make conversations of 20 turns in which customer and agent alternate."""
    return pl.DataFrame(
        {
            "conversation": [str(n // 20) for n in range(len(texts))],
            "role": [("customer", "agent")[n % 2] for n in range(len(texts))],
            "text": list(texts),
        }
    )


def rates(work: Work, base: Work, texts: Sequence[str]) -> tuple[float, float, float]:
    """Median and best rate, and the median share of the tokenizer's rate.

    Both run in turn on the same piece of the texts, so that a busy machine slows
    both alike; both have seen all texts before, as spaCy's tokenizer remembers words.
    """
    for warming in (base, work):
        warming(texts)
    seconds, shares = [], []
    for first in range(0, len(texts) - CHUNK + 1, CHUNK):
        piece = texts[first : first + CHUNK]
        alone, ours = timed(base, piece), timed(work, piece)
        seconds.append(ours / len(piece))
        shares.append(alone / ours)
    return 1 / statistics.median(seconds), 1 / min(seconds), statistics.median(shares)


def jobs_compared(scorer: EmpathyScorer, frame: pl.DataFrame) -> tuple[float, float]:
    """Rows a second with one process and with two, by the clock, best of five.

    Both take turns, so that a machine that slows down slows both; and both have seen
    the texts before, as in :func:`rates`.
    """
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for n_round in range(6):
        for n_jobs, found in seconds.items():
            start = time.perf_counter()
            scorer.score_frame(frame, n_jobs=n_jobs)
            if n_round:
                found.append(time.perf_counter() - start)
    return len(frame) / min(seconds[1]), len(frame) / min(seconds[2])


def single_scores(scorer: EmpathyScorer, texts: Sequence[str]) -> tuple[float, float]:
    """Median and best processor time of one score, in milliseconds."""
    for text in texts:
        scorer.score(text)
    seconds = []
    for text in texts:
        start = time.process_time()
        scorer.score(text)
        seconds.append(time.process_time() - start)
    return 1e3 * statistics.median(seconds), 1e3 * min(seconds)


def timed(work: Work, texts: Sequence[str]) -> float:
    """Processor seconds."""
    start = time.process_time()
    work(texts)
    return time.process_time() - start


def main() -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--job-rows", type=int, default=100_000)
    parser.add_argument("--minilm", type=Path)
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    given = parser.parse_args()
    texts = texts_of(given.shared, given.rows)
    if given.memory_of:
        steps(given.minilm)[given.memory_of]()(texts)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
        return 0
    base = drained(spacy.blank("en"))
    lexicon = load_lexicon()
    n_words = sum(len(text.split()) for text in texts) / len(texts)
    command = " ".join(["python benchmarks/speed.py", *sys.argv[1:]])
    lines = [
        "# Speed\n",
        f"Made by `{command}` on {date.today().isoformat()}: one "
        f"core, {len(texts):,} utterances of {n_words:.1f} words, {len(lexicon.cues)} "
        f"rows of cues and {len(lexicon.signals)} of signals. Each step and the bare "
        f"tokenizer take turns on the same {CHUNK:,} texts."
        f"{MINILM_SAID if given.minilm else ''}\n",
        "| step | utterances/s, median | best | share of the tokenizer's rate "
        "| memory, MB |",
        "|---|---|---|---|---|",
    ]
    medians = {}
    for name, made in steps(given.minilm).items():
        medians[name], best, share = rates(made(), base, texts)
        lines.append(
            f"| {name} | {medians[name]:,.0f} | {best:,.0f} | {share:.3f} "
            f"| {memory_of(name, given):,.0f} |"
        )
        print(lines[-1], flush=True)
    plot(medians)
    lines.append(f"\n![Utterances per second]({PLOT.name})")
    different = list(dict.fromkeys(texts))
    scorer = EmpathyScorer.load()
    share = rates(
        lambda some: drop(scorer.score_frame(frame_of(some))), base, different
    )
    lines.append(
        f"\n{1 - len(different) / len(texts):.0%} of these utterances repeat an "
        f"earlier one. On the {len(different):,} different ones alone `score_frame` "
        f"has a share of {share[2]:.3f} ({share[0]:,.0f} utterances/s); what was "
        "scored in one call is not remembered for the next."
    )
    median, best = single_scores(scorer, different[:: max(len(different) // 1000, 1)])
    lines.append(
        f"\nA single `score(text)` takes {median:.2f} ms in the median, {best:.2f} ms "
        "at best (processor time)."
    )
    many = texts_of(given.shared, given.job_rows)
    one, two = jobs_compared(scorer, frame_of(many))
    lines.append(
        f"\n`score_frame` on {len(many):,} rows by the clock, processes started before:"
        f" {one:,.0f} rows/s with one job, {two:,.0f} with two, {two / one:.2f} times "
        f"as many, on {os.cpu_count()} cores."
    )
    print("\n".join(lines[-3:]), flush=True)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
