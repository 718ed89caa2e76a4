"""Levels from the judgements of the simple models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from epitome_recipe.judgements import (
    Judged,
    Judgements,
    cross_judged,
    folds_of,
    judged,
)
from epitome_recipe.pairs import Array, Pairs, Places
from epitome_recipe.rationales import best_cut, marked, view_of

_WEIGHTS = [
    np.array([1.0, weak, strong])
    for weak in np.exp(np.linspace(0, 2.2, 12))
    for strong in np.exp(np.linspace(-0.6, 1.6, 12))
]


@dataclass(frozen=True)
class Predicted:
    """What the recipe says of the tested pairs."""

    chances: Array
    """Shape (n_tested, 3 mechanisms, 3 levels)."""
    levels: Places
    """Shape (n_tested, 3)."""
    rationales: npt.NDArray[np.bool_]
    """Which of their sentences the levels rest on, shape (n_sentences, 3)."""


def learn_and_predict(
    pairs: Pairs,
    train: Places,
    test: Places,
    leave_outs: Sequence[str | None] = (None,),
) -> list[Predicted]:
    """Train on some pairs and predict others, once for each thing to leave out."""
    known, found = cross_judged(pairs, train), judged(pairs, train, test)
    return [
        _predicted(pairs, train, test, known, found, leave_out)
        for leave_out in leave_outs
    ]


def _predicted(
    pairs: Pairs,
    train: Places,
    test: Places,
    known: Judged,
    found: Judged,
    leave_out: str | None,
) -> Predicted:
    of_train, of_test = view_of(pairs, train), view_of(pairs, test)
    folds = folds_of(pairs, train)
    chances = np.zeros((len(test), 3, 3))
    levels = np.zeros((len(test), 3), dtype=np.int64)
    rationales = np.zeros(found.sentences.shape, dtype=np.bool_)
    for column in range(3):
        learned = stacked(known.values, column, leave_out)
        asked = stacked(found.values, column, leave_out)
        target = pairs.levels[train, column]
        held_out = np.zeros((len(train), 3))
        for fit, held in folds:
            held_out[held] = level_chances(learned[fit], target[fit], learned[held])
        weights = best_weights(held_out)
        chances[:, column] = level_chances(learned, target, asked)
        levels[:, column] = np.argmax(chances[:, column] * weights, axis=1)
        there = np.argmax(held_out * weights, axis=1) > 0
        cut = best_cut(known.sentences[:, column], there, of_train, column)
        rationales[:, column] = marked(
            found.sentences[:, column], of_test.owner, levels[:, column] > 0, cut
        )
    return Predicted(chances, levels, rationales)


def stacked(values: Judgements, column: int, leave_out: str | None = None) -> Array:
    """Judgements of one mechanism, less those whose name has ``leave_out`` in it."""
    names = [
        name
        for name in values
        if name.endswith(f": {column}")
        and not (leave_out and re.search(leave_out, name))
    ]
    return np.stack([values[name] for name in names], axis=1)


def level_chances(learned: Array, levels: Places, asked: Array) -> Array:
    """Chances of the levels, shape (n_asked, 3)."""
    chances = np.zeros((len(asked), 3))
    if len(np.unique(levels)) == 1:  # nothing to tell apart
        chances[:, levels[0]] = 1.0
        return chances
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500))
    model.fit(learned, levels)
    chances[:, model.classes_] = model.predict_proba(asked)
    return chances


def best_weights(chances: Array) -> Array:
    """Weights of the levels with the highest macro-F1 that the chances let expect."""

    def expected(weights: Array) -> float:
        chosen = np.eye(3)[np.argmax(chances * weights, axis=1)]
        both = (chosen * chances).sum(axis=0)
        total = chosen.sum(axis=0) + chances.sum(axis=0)
        return float(np.mean(2 * both / np.maximum(total, 1e-9)))

    return max(_WEIGHTS, key=expected)
