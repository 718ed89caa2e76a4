"""Training and testing: on two files, or in folds of one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from epitome_recipe.figures import averaged, by_level, figures, intervals
from epitome_recipe.levels import Predicted, learn_and_predict
from epitome_recipe.pairs import (
    MECHANISMS,
    DataError,
    Pairs,
    Places,
    counted,
    read_rows,
)

ABLATIONS: dict[str, str] = {
    "without anything by sentence (no rationales)": r"sentence",
    "without cue features": r"cue",
    "without words": r"words",
    "without style counts": r"style",
}
"""What each ablation leaves out: a pattern over the names of judgements."""

Fold = tuple[int, Places, Places]
"""Seed, training pairs, tested pairs."""


@dataclass(frozen=True)
class Rounds:
    """Predictions of every pair: a list per thing left out, in it one per seed."""

    predicted: list[list[Predicted]]
    seconds: float
    """What a fold took, on average."""


def train_and_test(train: Path, test: Path) -> dict[str, Any]:
    """Train on one file, test on another."""
    tested = read_rows(test)
    started = time.perf_counter()
    learned = read_rows(train)
    shared = {row["group"] for row in learned} & {row["group"] for row in tested}
    pairs = counted([*learned, *tested])
    places = np.arange(len(pairs.group))
    of_train, of_test = places[: len(learned)], places[len(learned) :]
    with threadpool_limits(1):
        (found,) = learn_and_predict(pairs, of_train, of_test)
    seconds = round(time.perf_counter() - started, 1)
    return {
        **figures(pairs, of_test, found),
        "train_seconds": seconds,
        "n_train": len(learned),
        "n_test": len(tested),
        "n_shared_groups": len(shared),
    }


def cross_figures(file: Path, n_splits: int, seeds: int, jobs: int) -> dict[str, Any]:
    """Figures of a grouped cross-validation, with intervals and ablations."""
    rows = read_rows(file)
    started = time.perf_counter()
    pairs = counted(rows)
    rounds = cross_validate(pairs, n_splits, seeds, jobs, [None, *ABLATIONS.values()])
    blind = counted([{**row, "context": ""} for row in rows])
    bare = cross_validate(blind, n_splits, 1, jobs)
    edges = intervals(pairs, rounds.predicted[0])
    everything = np.arange(len(rows))
    each = [figures(pairs, everything, found) for found in rounds.predicted[0]]
    result: dict[str, Any] = {}
    for column, mechanism in enumerate(MECHANISMS):
        result[mechanism] = {
            **averaged([one[mechanism] for one in each]),
            "macro_f1_interval": edges[mechanism],
            "macro_f1_seeds": [one[mechanism]["macro_f1"] for one in each],
            **by_level(pairs, rounds.predicted[0], column),
        }
    firsts = [*(one[0] for one in rounds.predicted), bare.predicted[0][0]]
    names = ("all", *ABLATIONS, "without the post (context)")
    return {
        **result,
        "mean_macro_f1": float(np.mean([one["mean_macro_f1"] for one in each])),
        "mean_macro_f1_interval": edges["mean_macro_f1"],
        "ablations_first_seed": {
            name: _ablation(figures(pairs, everything, one))
            for name, one in zip(names, firsts, strict=True)
        },
        "train_seconds": round(rounds.seconds, 1),
        "all_seconds": round(time.perf_counter() - started, 1),
        "n_pairs": len(rows),
        "n_groups": len(np.unique(pairs.group)),
        "n_splits": n_splits,
        "seeds": seeds,
    }


def cross_validate(
    pairs: Pairs,
    n_splits: int,
    seeds: int,
    jobs: int = 1,
    leave_outs: Sequence[str | None] = (None,),
) -> Rounds:
    """Predict every pair by a recipe trained on other groups.

    What is left out is predicted with the first seed only, but for the first entry.
    """
    folds = _folds(pairs, n_splits, seeds)
    asked = [leave_outs if seed == 0 else leave_outs[:1] for seed, _, _ in folds]
    done = Parallel(n_jobs=jobs)(
        delayed(_one)(pairs, train, test, left)
        for (_, train, test), left in zip(folds, asked, strict=True)
    )
    predicted = [
        [
            _together(
                pairs,
                [
                    (test, found[number])
                    for (of, _, test), (found, _) in zip(folds, done, strict=True)
                    if of == seed
                ],
            )
            for seed in range(seeds if number == 0 else 1)
        ]
        for number in range(len(leave_outs))
    ]
    return Rounds(predicted, float(np.mean([seconds for _, seconds in done])))


def _folds(pairs: Pairs, n_splits: int, seeds: int) -> list[Fold]:
    n_groups = len(np.unique(pairs.group))
    if not 2 <= n_splits <= n_groups:
        raise DataError(f"{n_splits} folds asked; allowed: 2 to {n_groups} (groups)")
    if seeds < 1:
        raise DataError(f"{seeds} seeds asked; allowed: 1 or more")
    places = np.arange(len(pairs.group))
    return [
        (seed, train, test)
        for seed in range(seeds)
        for train, test in GroupKFold(n_splits, shuffle=True, random_state=seed).split(
            places, groups=pairs.group
        )
    ]


def _one(
    pairs: Pairs,
    train: Places,
    test: Places,
    leave_outs: Sequence[str | None],
) -> tuple[list[Predicted], float]:
    started = time.perf_counter()
    with threadpool_limits(1):
        found = learn_and_predict(pairs, train, test, leave_outs)
    return found, time.perf_counter() - started


def _together(pairs: Pairs, parts: Sequence[tuple[Places, Predicted]]) -> Predicted:
    """Join the predictions of folds."""
    n_pairs = len(pairs.group)
    chances = np.zeros((n_pairs, 3, 3))
    levels = np.zeros((n_pairs, 3), dtype=np.int64)
    rationales = np.zeros((len(pairs.sentences.owner), 3), dtype=np.bool_)
    for test, found in parts:
        chances[test], levels[test] = found.chances, found.levels
        rationales[np.isin(pairs.sentences.owner, test)] = found.rationales
    return Predicted(chances, levels, rationales)


def _ablation(found: dict[str, Any]) -> dict[str, float]:
    return {
        **{mechanism: found[mechanism]["macro_f1"] for mechanism in MECHANISMS},
        **{f"{mechanism}_auc": found[mechanism]["auc"] for mechanism in MECHANISMS},
        "mean_macro_f1": found["mean_macro_f1"],
    }
