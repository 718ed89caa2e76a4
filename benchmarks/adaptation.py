"""What 50, 100 and 200 own labels are worth: adapting a model, or training one.

    python benchmarks/adaptation.py [--data data/conversations] [--seeds 5]

writes ``benchmarks/results/adaptation.md``. The conversations of this project are split
for each seed: 60 % train a model to start from, 20 % are labelled by somebody else, and
on the last 20 % that labeller's levels are compared with what is predicted by the model
unchanged, by the model adapted as ``empathy-score train --start-from`` does it, and by
one that has learned from the same few labels alone. Labellers are simulated: their
levels follow from ours and from what else we labelled in the turn. The shipped model
itself is not used, because it was trained on all of these conversations.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import brier_score_loss

from empathy_score.adaptation import Own, adapted, choose_step
from empathy_score.classifier import EmpathyClassifier, median_levels
from empathy_score.evaluation import weighted_kappa
from empathy_score.features.matrix import matrix_of
from empathy_score.features.transformer import parsed_turns
from empathy_score.held_out import Material, classifier_for, judged_by
from empathy_score.labelled import LEVELS, Labelled, read_labelled
from empathy_score.model import model_matrix
from empathy_score.records import MECHANISMS
from empathy_score.sentence_levels import SentenceLevels

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "adaptation.md"
SIZES = (50, 100, 200)
ALPHA = 300.0
COURTESY = frozenset({"greeting", "gratitude", "help_offer", "personalization"})
WAYS = ("unchanged", "adapted", "from nothing")

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Utterances, their features, and the levels of each labeller."""

    labelled: Labelled
    groups: npt.NDArray[np.str_]
    features: Array
    levels: Mapping[str, Levels]


def labellers(labelled: Labelled) -> dict[str, Levels]:
    """Levels of three who read the same turns: as we do, strictly, generously."""
    ours, mechanisms, cues = labelled.levels, labelled.mechanisms, labelled.cues
    if mechanisms is None or cues is None:
        raise SystemExit("the conversations need mechanisms and cues")
    warm, understood = (
        mechanisms[:, MECHANISMS.index(name)]
        for name in ("emotional_reaction", "interpretation")
    )
    polite = np.array([bool(COURTESY & {cue[2] for cue in found}) for found in cues])
    strict = np.where((ours == 1) & (warm + understood == 0), 0, ours)
    strict = np.where((ours == 2) & (understood == 0), 1, strict)
    generous = np.where((ours == 0) & polite, 1, ours)
    generous = np.where((ours == 1) & (warm + understood > 0), 2, generous)
    return {"as we do": ours, "strict": strict, "generous": generous}


def read(folder: Path) -> Data:
    """Read the conversations and compute their features once."""
    labelled = read_labelled([folder])
    return Data(
        labelled=labelled,
        groups=np.array(labelled.groups),
        features=matrix_of(parsed_turns(labelled.entries())),
        levels=labellers(labelled),
    )


def material(data: Data, rows: Rows, levels: Levels, *, cues: bool) -> Material:
    """Give what sentences are learned from; without cues each text is evidence."""
    evidence = data.labelled.evidence() if cues else None
    texts = data.labelled.texts
    return Material(
        texts=tuple(texts[row] for row in rows),
        targets=levels[rows, None],
        evidence=tuple(
            [(start, end, shown[:1]) for start, end, shown in evidence[row]]
            if evidence is not None
            else [(0, len(texts[row]), (int(levels[row]),))]
            for row in rows
        ),
        groups=tuple(data.labelled.groups[row] for row in rows),
    )


def trained(
    data: Data, rows: Rows, levels: Levels, *, cues: bool
) -> tuple[SentenceLevels, EmpathyClassifier]:
    """Train sentences and classifier on some utterances."""
    sentences = SentenceLevels()
    judged = judged_by(sentences, [material(data, rows, levels, cues=cues)])
    X = model_matrix(data.features[rows], judged)
    return sentences, classifier_for(ALPHA, 0).fit(X, levels[rows], data.groups[rows])


def columns(data: Data, sentences: SentenceLevels, rows: Rows) -> Array:
    """Give what a classifier takes, for utterances that are new to the sentences."""
    judged = sentences.transform([data.labelled.texts[row] for row in rows])
    return np.nan_to_num(model_matrix(data.features[rows], judged))


def parts(data: Data, seed: int) -> tuple[Rows, Rows, Rows]:
    """Split by conversation; the own ones stand in the order they are labelled."""
    names = np.random.default_rng(seed).permutation(np.unique(data.groups))
    cuts = [len(names) * 6 // 10, len(names) * 8 // 10]
    place = {name: at for at, name in enumerate(names)}
    order = np.array([place[group] for group in data.groups])
    rows = np.argsort(order, kind="stable")
    first, second = np.searchsorted(order[rows], cuts)
    return rows[:first], rows[first:second], rows[second:]


def judge(levels: Levels, said: Array) -> tuple[float, float]:
    """Quadratic kappa, and the Brier score of a level over 0."""
    kappa = weighted_kappa(levels, median_levels(said))
    over_0 = said[:, 1] + said[:, 2]
    return float(kappa or 0.0), float(brier_score_loss(levels > 0, over_0))


def all_levels(found: EmpathyClassifier, X: Array) -> Array:
    """Probabilities of 0, 1 and 2, also where a level was not among the labels."""
    said = np.zeros((len(X), len(LEVELS)))
    said[:, np.searchsorted(LEVELS, found.classes_)] = found.predict_proba(X)
    return said


def compared(
    data: Data, seed: int
) -> Iterator[tuple[str, int, str, tuple[float, float], str]]:
    """Labeller, labels, way, kappa and Brier, and the step that was chosen."""
    base, mine, test = parts(data, seed)
    sentences, model = trained(data, base, data.levels["as we do"], cues=True)
    X_mine, X_test = (columns(data, sentences, rows) for rows in (mine, test))
    for labeller, levels in data.levels.items():
        truth = levels[test]
        for size in SIZES:
            few = mine[:size]
            own = Own(
                X=X_mine[:size],
                levels=levels[few],
                groups=data.groups[few],
                weights=np.ones(size),
            )
            step, _ = choose_step(model, own)
            other, new = trained(data, few, levels, cues=False)
            said = {
                "unchanged": model.proba_of(X_test),
                "adapted": adapted(model, own, step).proba_of(X_test),
                "from nothing": all_levels(new, columns(data, other, test)),
            }
            for way in WAYS:
                yield labeller, size, way, judge(truth, said[way]), step.name


def page(data: Data, seeds: int) -> str:
    """Write the figures as Markdown."""
    found: dict[tuple[str, int, str], list[tuple[float, float]]] = {}
    chosen: dict[tuple[str, int], list[str]] = {}
    for seed in range(seeds):
        for labeller, size, way, figures, step in compared(data, seed):
            found.setdefault((labeller, size, way), []).append(figures)
            if way == "adapted":
                chosen.setdefault((labeller, size), []).append(step)
    lines = [
        "# What few own labels are worth\n",
        f"Made by `python benchmarks/adaptation.py --seeds {seeds}` on "
        f"{datetime.date.today().isoformat()}.\n",
        f"{len(data.groups):,} agent utterances of {len(set(data.groups)):,} "
        "conversations of this project, split by conversation anew for each seed: 60 % "
        "train a model to start from (its classifier with penalty 300, no contrast "
        "pairs; not the shipped one, which has seen them all), 20 % are labelled by a "
        "simulated labeller, who labels whole conversations until there are enough, "
        "20 % are the test. *Strict* takes level 1 only where we labelled an emotional "
        "reaction or an interpretation, and level 2 only where we labelled an "
        "interpretation. *Generous* gives level 1 for courtesy (greeting, gratitude, "
        "help offer, personalization), and level 2 where we gave 1 and labelled one of "
        "the two mechanisms. Real labellers are less regular than these.\n",
        "| labeller | levels 0, 1, 2 |",
        "|---|---|",
        *(
            f"| {name} | {', '.join(map(str, np.bincount(levels, minlength=3)))} |"
            for name, levels in data.levels.items()
        ),
        "\nMean over the seeds, the lowest and highest in brackets. Kappa is quadratic "
        "and higher is better; Brier is of a level over 0 and lower is better.\n",
        *table("Weighted kappa", found, 0),
        *table("Brier score", found, 1),
        "## How far it went\n",
        "What held-out conversations of the own labels chose, by seed:\n",
        "| labeller | labels | steps |",
        "|---|---|---|",
        *(
            f"| {labeller} | {size} | {', '.join(steps)} |"
            for (labeller, size), steps in chosen.items()
        ),
        "",
    ]
    return "\n".join(lines)


def table(
    title: str,
    found: Mapping[tuple[str, int, str], Sequence[tuple[float, float]]],
    which: int,
) -> Iterator[str]:
    """One figure of each way."""
    yield f"## {title}\n"
    yield f"| labeller | labels | {' | '.join(WAYS)} |"
    yield "|---|---|---|---|---|"
    for labeller, size in dict.fromkeys(key[:2] for key in found):
        cells = []
        for way in WAYS:
            values = [figures[which] for figures in found[labeller, size, way]]
            cells.append(
                f"{np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"
            )
        yield f"| {labeller} | {size} | {' | '.join(cells)} |"
    yield ""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent / "data/conversations")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    RESULTS.write_text(page(read(given.data), given.seeds), encoding="utf-8")
    print(RESULTS)


if __name__ == "__main__":
    main()
