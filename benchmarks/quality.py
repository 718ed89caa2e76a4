"""Measure the shipped model on labelled corpora beside three simple baselines.

    python benchmarks/quality.py [--shared ../shared] [--model NAME]

writes ``benchmarks/results/quality.md``. The corpora are not part of this repository;
one that is absent is named as absent. No text of theirs is written anywhere.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from empathy_score.evaluation import calibration_error
from empathy_score.features.transformer import parse
from empathy_score.labelled import read_labelled
from empathy_score.records import Utterance
from empathy_score.scoring import EmpathyScorer

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "quality.md"
CUE_PHRASES = re.compile(
    r"\b(?:sorry|apologi[sz]e|apologies|i understand|i can imagine|i know how|"
    r"don'?t worry|no worries|rest assured|(?:happy|glad|pleased) to|"
    r"(?:thank you|thanks) (?:so much|very much|for your patience)|appreciate|"
    r"glad|great to hear|frustrating|must be|have a (?:great|nice|good|lovely)|"
    r"take care|pleasure|i'?ll make sure|(?:do|try) my best|hope you)\b",
    re.IGNORECASE,
)
"""The third baseline: how many of these phrases, written for this script alone."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """Rows of one corpus with one yes-or-no label."""

    name: str
    texts: list[str]
    before: list[str | None]
    positive: npt.NDArray[np.bool_]


def rows_of(file: Path) -> list[dict[str, str]]:
    """All rows of a CSV file."""
    csv.field_size_limit(10**9)
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def task(
    name: str,
    rows: Sequence[dict[str, str]],
    positive: Callable[[dict[str, str]], bool],
) -> Task:
    """Make a task from rows with ``text`` and perhaps ``context``."""
    kept = [row for row in rows if row["text"].strip()]
    return Task(
        name=name,
        texts=[row["text"] for row in kept],
        before=[row.get("context") or None for row in kept],
        positive=np.array([positive(row) for row in kept]),
    )


def n_words(texts: Sequence[str]) -> Array:
    """Count words, the second baseline."""
    return np.array([len(text.split()) for text in texts], dtype=np.float64)


def n_phrases(texts: Sequence[str]) -> Array:
    """Count phrases, the third baseline."""
    return np.array(
        [len(CUE_PHRASES.findall(text.replace("\u2019", "'"))) for text in texts],
        dtype=np.float64,
    )


def probabilities(
    scorer: EmpathyScorer, texts: Sequence[str], before: Sequence[str | None]
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Level probabilities and levels of the model."""
    from empathy_score.features import feature_matrix

    docs = parse(scorer.nlp, [*texts, *before])
    X = feature_matrix(docs[: len(texts)], docs[len(texts) :])  # type: ignore[arg-type]
    classifier = scorer.model.classifier
    return classifier.predict_proba(X), classifier.predict(X)


def best_thresholds(
    values: Array, levels: npt.NDArray[np.int64]
) -> tuple[float, float]:
    """Two cuts of a baseline's value, chosen on the training data of this project."""
    cuts = [*np.unique(np.quantile(values, np.linspace(0, 1, 25))), np.inf]

    def agreement(pair: tuple[float, float]) -> float:
        found = np.searchsorted(np.array(pair), values, side="right")
        return float(cohen_kappa_score(levels, found, weights="quadratic"))

    pairs = [(low, high) for low in cuts for high in cuts if low <= high]
    return max(pairs, key=agreement)


def dev_section(scorer: EmpathyScorer, dev: Path, data: Path) -> Iterator[str]:
    """Levels of real service chats."""
    yield "## dev.csv: agent turns of real service chats, two annotators\n"
    if not dev.is_file():
        yield f"Absent: {dev.name}.\n"
        return
    rows = [row for row in rows_of(dev) if row["text"].strip()]
    texts = [row["text"] for row in rows]
    levels = np.array([int(row["level"]) for row in rows])
    chances, predicted = probabilities(
        scorer, texts, [row["context"] or None for row in rows]
    )
    own = read_labelled([data])
    yield f"{len(rows)} turns in {len({row['group'] for row in rows})} conversations.\n"
    yield "| | weighted kappa | AUC level > 0 | AUC level 2 | calibration error |"
    yield "|---|---|---|---|---|"
    error = calibration_error(levels > 0, chances[:, 1:].sum(axis=1))
    yield line(
        "this library",
        cohen_kappa_score(levels, predicted, weights="quadratic"),
        roc_auc_score(levels > 0, chances[:, 1:].sum(axis=1)),
        roc_auc_score(levels == 2, chances[:, 2]),
        error,
    )
    yield line("majority (always 0)", 0.0, 0.5, 0.5, None)
    for name, value in (
        ("number of words", n_words),
        ("number of cue phrases", n_phrases),
    ):
        cuts = best_thresholds(value(own.texts), own.levels)
        values = value(texts)
        found = np.searchsorted(np.array(cuts), values, side="right")
        yield line(
            name,
            cohen_kappa_score(levels, found, weights="quadratic"),
            roc_auc_score(levels > 0, values),
            roc_auc_score(levels == 2, values),
            None,
        )
    found = np.minimum(n_phrases(texts), 1).astype(int)
    kappa = cohen_kappa_score(levels, found, weights="quadratic")
    yield line("any cue phrase is level 1", kappa, None, None, None)
    yield ""


def line(name: str, *values: float | None) -> str:
    """One row of a Markdown table."""
    cells = ["" if value is None else f"{value:.3f}" for value in values]
    return f"| {' | '.join([name, *cells])} |"


def tasks(shared: Path) -> Iterator[Task | str]:
    """Yes-or-no tasks of the public corpora; a name where a corpus is absent."""
    benchmarks = shared / "benchmarks"
    for corpus, make in (
        ("epitome", epitome_tasks),
        ("casino", casino_tasks),
        ("annomi", annomi_tasks),
        ("esconv", esconv_tasks),
        ("swda", swda_tasks),
        ("mrda", mrda_tasks),
    ):
        file = benchmarks / corpus / "train.csv"
        if file.is_file():
            yield from make(rows_of(file))
        else:
            yield corpus


def epitome_tasks(rows: list[dict[str, str]]) -> Iterator[Task]:
    """EPITOME: each mechanism present."""
    for mechanism in ("emotional_reaction", "interpretation", "exploration"):
        yield task(
            f"epitome: {mechanism} over 0",
            rows,
            lambda row, key=mechanism: int(row[key]) > 0,  # type: ignore[misc]
        )


def casino_tasks(rows: list[dict[str, str]]) -> Iterator[Task]:
    """CaSiNo: showing empathy."""
    yield task(
        "casino: showing-empathy",
        rows,
        lambda row: "showing-empathy" in row["strategies"],
    )


def annomi_tasks(rows: list[dict[str, str]]) -> Iterator[Task]:
    """AnnoMI: reflections."""
    yield task("annomi: reflection", rows, lambda row: row["reflection"] == "True")


def esconv_tasks(rows: list[dict[str, str]]) -> Iterator[Task]:
    """ESConv: two strategies of support."""
    for strategy in ("Reflection of feelings", "Affirmation and Reassurance"):
        yield task(
            f"esconv: {strategy}",
            rows,
            lambda row, key=strategy: row["strategy"] == key,  # type: ignore[misc]
        )


def swda_tasks(rows: list[dict[str, str]]) -> Iterator[Task]:
    """Switchboard: apologies and appreciation."""
    for act, name in (("fa", "apology"), ("ba", "appreciation")):
        yield task(
            f"swda: {name} ({act})",
            rows,
            lambda row, key=act: row["dialogue_act"] == key,  # type: ignore[misc]
        )


def mrda_tasks(rows: list[dict[str, str]]) -> Iterator[Task]:
    """Meetings: apologies."""
    yield task("mrda: apology", rows, lambda row: row["apology"] == "1")


def corpora_section(scorer: EmpathyScorer, shared: Path) -> Iterator[str]:
    """AUC of the score on tasks that are near empathy, in other fields."""
    yield "## Public corpora: AUC of the score\n"
    yield (
        "Other fields (support forums, negotiation, counselling, telephone, meetings); "
        "the model has seen none of them.\n"
    )
    yield "| task | rows | positive | this library | majority | words | cue phrases |"
    yield "|---|---|---|---|---|---|---|"
    for found in tasks(shared):
        if isinstance(found, str):
            yield f"| {found}: absent | | | | | | |"
            continue
        chances, _ = probabilities(scorer, found.texts, found.before)
        auc = [
            roc_auc_score(found.positive, values)
            for values in (
                chances @ np.array([0, 0.5, 1.0]),
                np.zeros(len(found.texts)),
                n_words(found.texts),
                n_phrases(found.texts),
            )
        ]
        counts = f"{len(found.texts)} | {int(found.positive.sum())}"
        yield (
            f"| {found.name} | {counts} | " + " | ".join(f"{x:.3f}" for x in auc) + " |"
        )
    yield ""


def conversations_section(scorer: EmpathyScorer, file: Path) -> Iterator[str]:
    """Whether every agent turn of the real chats is scored, offsets right."""
    yield "## conversations.csv: whole real chats\n"
    if not file.is_file():
        yield f"Absent: {file.name}.\n"
        return
    turns = [
        Utterance(
            row=number,
            conversation=row["conversation_id"],
            role=row["role"],  # type: ignore[arg-type]
            text=row["text"],
        )
        for number, row in enumerate(rows_of(file))
    ]
    rows = scorer.score_utterances(turns, frozenset({"agent"}))
    agents = [
        row for turn, row in zip(turns, rows, strict=True) if turn.role == "agent"
    ]
    wrong = sum(
        turn.text[cue["start"] : cue["end"]] != cue["text"]
        for turn, row in zip(turns, rows, strict=True)
        for cue in row["cues"]
    )
    unscored = sum(not 0 <= (row["score"] or -1.0) <= 1 for row in agents)
    yield (
        f"{len(turns)} turns, {len(agents)} of agents; agent turns without a score in "
        f"[0, 1]: {unscored}; cues with wrong offsets: {wrong}.\n"
    )


def main() -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=HERE.parent.parent / "shared")
    parser.add_argument("--model", default=None)
    given = parser.parse_args()
    scorer = EmpathyScorer.load(given.model)
    service = given.shared / "customer-service"
    lines = [
        "# Quality of the shipped model\n",
        "Made by `python benchmarks/quality.py`. "
        f"Model: {scorer.model.name} {scorer.model.version}.\n",
        *dev_section(
            scorer, service / "dev.csv", HERE.parent / "data" / "conversations"
        ),
        *conversations_section(scorer, service / "conversations.csv"),
        *corpora_section(scorer, given.shared),
    ]
    text = "\n".join(lines)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
