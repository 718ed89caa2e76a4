"""Measure the shipped model on labelled corpora beside three simple baselines.

    python benchmarks/quality.py [--shared ../shared] [--model NAME]

writes ``benchmarks/results/quality.md``. The corpora are not part of this repository;
one that is absent is named as absent. No text of theirs is written anywhere.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from empathy_score.conformal import covered
from empathy_score.evaluation import calibration_error, measures
from empathy_score.features.transformer import parse
from empathy_score.features.turns import turns_of
from empathy_score.labelled import read_labelled
from empathy_score.model import Predictions, predict
from empathy_score.records import Utterance
from empathy_score.scoring import EmpathyScorer

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data"
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
    mechanism: str = ""


def rows_of(file: Path) -> list[dict[str, str]]:
    """All rows of a CSV file."""
    csv.field_size_limit(10**9)
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def task(
    name: str,
    rows: Sequence[dict[str, str]],
    positive: Callable[[dict[str, str]], bool],
    mechanism: str = "",
) -> Task:
    """Make a task from rows with ``text`` and perhaps ``context``."""
    kept = [row for row in rows if row["text"].strip()]
    return Task(
        name=name,
        texts=[row["text"] for row in kept],
        before=[row.get("context") or None for row in kept],
        positive=np.array([positive(row) for row in kept]),
        mechanism=mechanism,
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


def predictions(
    scorer: EmpathyScorer, texts: Sequence[str], before: Sequence[str | None]
) -> Predictions:
    """Everything the model says of some utterances."""
    docs = parse(scorer.nlp, [*texts, *before])
    own, replied = docs[: len(texts)], docs[len(texts) :]
    return predict(scorer.model, turns_of(own, replied))  # type: ignore[arg-type]


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
    found = predictions(scorer, texts, [row["context"] or None for row in rows])
    chances = found.probabilities
    own = read_labelled([data])
    yield f"{len(rows)} turns in {len({row['group'] for row in rows})} conversations.\n"
    yield "| | weighted kappa | AUC level > 0 | AUC level 2 | calibration error |"
    yield "|---|---|---|---|---|"
    error = calibration_error(levels > 0, chances[:, 1:].sum(axis=1))
    yield line(
        "this library",
        cohen_kappa_score(levels, found.levels, weights="quadratic"),
        roc_auc_score(levels > 0, chances[:, 1:].sum(axis=1)),
        roc_auc_score(levels == 2, chances[:, 2]),
        error,
    )
    inside = covered(found.intervals, levels)
    yield line("majority (always 0)", 0.0, 0.5, 0.5, None)
    for name, value in (
        ("number of words", n_words),
        ("number of cue phrases", n_phrases),
    ):
        cuts = best_thresholds(value(own.texts), own.levels)
        values = value(texts)
        cut = np.searchsorted(np.array(cuts), values, side="right")
        yield line(
            name,
            cohen_kappa_score(levels, cut, weights="quadratic"),
            roc_auc_score(levels > 0, values),
            roc_auc_score(levels == 2, values),
            None,
        )
    any_phrase = np.minimum(n_phrases(texts), 1).astype(int)
    kappa = cohen_kappa_score(levels, any_phrase, weights="quadratic")
    yield line("any cue phrase is level 1", kappa, None, None, None)
    figures = interval_figures(levels, found, [row["group"] for row in rows])
    yield f"\n95 % bootstrap intervals over conversations: {figures}.\n"
    by_level = ", ".join(
        f"level {level} {inside[levels == level].mean():.2f}" for level in range(3)
    )
    width = (found.intervals[:, 1] - found.intervals[:, 0]).mean()
    yield (
        f"90 % intervals of the score hold the true one in {inside.mean():.3f} "
        f"({by_level}); mean width {width:.3f}. Out of domain: "
        f"{int(found.out_of_domain.sum())}.\n"
    )


def interval_figures(
    levels: npt.NDArray[np.int64], found: Predictions, groups: Sequence[str]
) -> str:
    """Bootstrap intervals of the main figures."""
    figures = measures(levels, found.probabilities, found.levels, groups)
    names = ("weighted_kappa", "auc_level_over_0", "auc_level_2", "ece_over_0")
    return ", ".join(
        f"{name} {figures[name]['low']:.3f} to {figures[name]['high']:.3f}"
        for name in names
    )


def contrast_section(scorer: EmpathyScorer, file: Path) -> Iterator[str]:
    """How often the better of two utterances scores higher."""
    yield "## Contrast pairs of this project\n"
    rows = [json.loads(row) for row in file.read_text(encoding="utf-8").splitlines()]
    pairs = [row for row in rows if row["part"] == "test"]
    yield (
        f"{len(pairs)} pairs that the model was not trained on, of {len(rows)}; both "
        "answer the same turn, and the better one is to score higher.\n"
    )
    yield "| phenomenon | pairs | this library | words | cue phrases |"
    yield "|---|---|---|---|---|"
    before = [row["reply_to"] for row in pairs]
    sides = [[row[side] for row in pairs] for side in ("better", "worse")]
    better, worse = (predictions(scorer, side, before).scores for side in sides)
    wins = {
        "this library": wins_of(better, worse),
        "words": wins_of(n_words(sides[0]), n_words(sides[1])),
        "cue phrases": wins_of(n_phrases(sides[0]), n_phrases(sides[1])),
    }
    kinds = np.array([row["phenomenon"] for row in pairs])
    for kind in sorted(set(kinds.tolist())):
        at = kinds == kind
        cells = " | ".join(f"{won[at].mean():.2f}" for won in wins.values())
        yield f"| {kind} | {at.sum()} | {cells} |"
    cells = " | ".join(f"{won.mean():.3f}" for won in wins.values())
    yield f"| all | {len(pairs)} | {cells} |\n"


def wins_of(better: Array, worse: Array) -> Array:
    """1 where the better one is higher, 0.5 where both are equal."""
    return np.asarray((better > worse) + 0.5 * (better == worse), dtype=np.float64)


def fairness_section(scorer: EmpathyScorer, file: Path) -> Iterator[str]:
    """How far the score moves where only who speaks, or is spoken of, changes."""
    yield "## Counterfactual sets of this project\n"
    rows = [json.loads(row) for row in file.read_text(encoding="utf-8").splitlines()]
    yield (
        f"{len(rows)} sets of utterances with the same content and the same empathy; "
        "the difference of a set is its highest minus its lowest score.\n"
    )
    yield "| what varies | sets | mean difference | 90th percentile | largest | set |"
    yield "|---|---|---|---|---|---|"
    spread: dict[str, list[tuple[float, str]]] = {}
    for row in rows:
        texts = list(row["variants"].values())
        scores = predictions(scorer, texts, [row["reply_to"]] * len(texts)).scores
        found = (float(scores.max() - scores.min()), row["id"])
        spread.setdefault(row["axis"], []).append(found)
    for axis, found in spread.items():
        values = np.array([value for value, _ in found])
        largest, name = max(found)
        yield (
            f"| {axis} | {len(found)} | {values.mean():.3f} | "
            f"{np.quantile(values, 0.9):.3f} | {largest:.3f} | {name} |"
        )
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
            mechanism,
        )


def casino_tasks(rows: list[dict[str, str]]) -> Iterator[Task]:
    """CaSiNo: showing empathy."""
    yield task(
        "casino: showing-empathy",
        rows,
        lambda row: "showing-empathy" in row["strategies"],
        "interpretation",
    )


def annomi_tasks(rows: list[dict[str, str]]) -> Iterator[Task]:
    """AnnoMI: reflections."""
    yield task(
        "annomi: reflection",
        rows,
        lambda row: row["reflection"] == "True",
        "interpretation",
    )


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
    yield (
        "| task | rows | positive | this library | its mechanism | majority | words | "
        "cue phrases |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for found in tasks(shared):
        if isinstance(found, str):
            yield f"| {found}: absent | | | | | | | |"
            continue
        said = predictions(scorer, found.texts, found.before)
        auc = [
            roc_auc_score(found.positive, values)
            for values in (
                said.scores,
                said.mechanisms.get(found.mechanism, np.zeros(len(found.texts))),
                np.zeros(len(found.texts)),
                n_words(found.texts),
                n_phrases(found.texts),
            )
        ]
        counts = f"{len(found.texts)} | {int(found.positive.sum())}"
        cells = [f"{value:.3f}" for value in auc]
        if not found.mechanism:
            cells[1] = ""
        yield f"| {found.name} | {counts} | {' | '.join(cells)} |"
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
        *dev_section(scorer, service / "dev.csv", DATA / "conversations"),
        *contrast_section(scorer, DATA / "contrast" / "pairs.jsonl"),
        *fairness_section(scorer, DATA / "counterfactuals.jsonl"),
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
