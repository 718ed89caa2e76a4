"""Measures of predictions, and their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from epitome_recipe.levels import Predicted
from epitome_recipe.pairs import MECHANISMS, Array, Pairs, Places
from epitome_recipe.rationales import token_f1, view_of


def figures(pairs: Pairs, test: Places, found: Predicted) -> dict[str, Any]:
    """Compute the figures of each mechanism, and the mean macro-F1."""
    result: dict[str, Any] = {}
    view = view_of(pairs, test)
    for column, mechanism in enumerate(MECHANISMS):
        levels, predicted = pairs.levels[test, column], found.levels[:, column]
        over = levels > 0
        known = over.any() and not over.all()
        row: dict[str, Any] = {
            "accuracy": float(np.mean(levels == predicted)),
            "macro_f1": macro_f1(levels, predicted),
            "auc": float(roc_auc_score(over, 1 - found.chances[:, column, 0]))
            if known
            else None,
        }
        for name, marks in (
            ("", found.rationales[:, column][view.sentence]),
            ("_whole_response", (predicted > 0)[view.word_owner]),
        ):
            every, there = token_f1(view.gold[:, column], marks, view)
            row[f"rationale_token_f1{name}"] = every
            row[f"rationale_token_f1{name}_where_gold"] = there
        result[mechanism] = row
    scores = [result[mechanism]["macro_f1"] for mechanism in MECHANISMS]
    result["mean_macro_f1"] = float(np.mean(scores))
    return result


def confusion(levels: Places, found: Places, times: Array | None = None) -> Array:
    """Count pairs by level (rows) and predicted level; ``times``: how often each."""
    cells = np.bincount(3 * levels + found, times, minlength=9)
    return np.asarray(cells.reshape(3, 3), dtype=np.float64)


def level_f1(counts: Array) -> Array:
    """F1 of each level from a confusion matrix; 0 where it never occurs."""
    total = counts.sum(axis=0) + counts.sum(axis=1)
    return np.asarray(2 * np.diag(counts) / np.maximum(total, 1e-9))


def macro_f1(levels: Places, found: Places, times: Array | None = None) -> float:
    """Mean F1 of levels 0, 1 and 2; ``times`` says how often a pair counts."""
    return float(np.mean(level_f1(confusion(levels, found, times))))


def averaged(rows: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    """Mean of each figure; None where it is unknown."""
    return {
        name: None
        if any(row[name] is None for row in rows)
        else float(np.mean([row[name] for row in rows]))
        for name in rows[0]
    }


def by_level(pairs: Pairs, found: Sequence[Predicted], column: int) -> dict[str, Any]:
    """Tell how common each level is, its F1, and what level 1 is taken for."""
    levels = pairs.levels[:, column]
    counts = [confusion(levels, one.levels[:, column]) for one in found]
    total = sum(counts)
    return {
        "share_of_levels": (np.bincount(levels, minlength=3) / len(levels)).tolist(),
        "f1_of_levels": np.mean([level_f1(one) for one in counts], axis=0).tolist(),
        "level_1_taken_for": (total[1] / max(total[1].sum(), 1)).tolist(),
    }


def intervals(
    pairs: Pairs, found: Sequence[Predicted], draws: int = 1000
) -> dict[str, tuple[float, float]]:
    """95 % intervals of the macro-F1, mean over seeds; whole groups are drawn."""
    random = np.random.default_rng(0)
    _, group = np.unique(pairs.group, return_inverse=True)
    n_groups = int(group.max()) + 1
    values = np.zeros((draws, 3))
    for draw in range(draws):
        drawn = random.integers(n_groups, size=n_groups)
        times = np.bincount(drawn, minlength=n_groups).astype(np.float64)[group]
        for column in range(3):
            values[draw, column] = np.mean(
                [
                    macro_f1(pairs.levels[:, column], one.levels[:, column], times)
                    for one in found
                ]
            )
    every = np.column_stack([values, values.mean(axis=1)])
    low, high = np.quantile(every, [0.025, 0.975], axis=0)
    return {
        name: (float(low[place]), float(high[place]))
        for place, name in enumerate((*MECHANISMS, "mean_macro_f1"))
    }
