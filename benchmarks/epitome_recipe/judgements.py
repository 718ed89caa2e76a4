"""Simple linear models of responses and of their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import MaxAbsScaler

from empathy_score.vocabulary import learn_vocabulary, word_matrix
from epitome_recipe.pairs import Array, DataError, Pairs, Places

FOLDS = 5
_INTERCEPT = 10.0  # far from 0 with little penalty
Judgements = dict[str, Array]
"""Log-odds, lengths and counts by name, each of shape (n_pairs,)."""
Part = tuple[Any, Any]
"""Columns of what is learned from, and of what is judged."""


@dataclass(frozen=True)
class Judged:
    """What the simple models say of some pairs."""

    values: Judgements
    """Their names end in a colon and the place of the mechanism."""
    sentences: Array
    """Probability that a sentence is evidence, shape (n_sentences, 3)."""


def judged(pairs: Pairs, train: Places, test: Places) -> Judged:
    """Train the simple models on some pairs and let them judge others."""
    values = _by_response(pairs, train, test)
    found, evidence = _by_sentence(pairs, train, test)
    return Judged({**values, **found, **_by_style(pairs, test)}, evidence)


def cross_judged(pairs: Pairs, train: Places) -> Judged:
    """Judge each pair by simple models that have not seen its group."""
    values: Judgements = {}
    sentences = np.zeros((len(pairs.sentences.owner), 3))
    for fit, held in folds_of(pairs, train):
        found = judged(pairs, train[fit], train[held])
        for name, value in found.values.items():
            values.setdefault(name, np.zeros(len(train)))[held] = value
        sentences[np.isin(pairs.sentences.owner, train[held])] = found.sentences
    return Judged(values, sentences[np.isin(pairs.sentences.owner, train)])


def folds_of(pairs: Pairs, train: Places) -> list[tuple[Places, Places]]:
    """Folds of the training pairs by group."""
    groups = pairs.group[train]
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise DataError(f"{n_groups} group to train on; needed: 2 or more")
    return list(GroupKFold(min(FOLDS, n_groups)).split(train, groups=groups))


def log_odds(chances: Array) -> Array:
    """Log-odds, bounded."""
    kept = np.clip(chances, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(kept / (1 - kept)))


def _by_response(pairs: Pairs, train: Places, test: Places) -> Judgements:
    words, posts = (_words(texts, train, test) for texts in (pairs.texts, pairs.posts))
    cues = _scaled(pairs.features, train, test)
    posts = 0.5 * posts[0], 0.5 * posts[1]
    values: Judgements = {}
    for name, parts, strength in (
        ("response words", [words], 3.0),
        ("response words and context", [words, posts], 3.0),
        ("response cue", [cues], 1.0),
        ("response words and cue", [words, cues], 1.0),
    ):
        chances = _linear(parts, pairs.levels[train], strength)
        for column in range(3):
            for kind in range(3):
                key = f"{name} {kind}: {column}"
                values[key] = log_odds(chances[:, column, kind])
    return values


def _by_style(pairs: Pairs, test: Places) -> Judgements:
    """Give the counts as they are; the stack learns their weights."""
    return {
        f"style {name}: {column}": pairs.style[test, place]
        for place, name in enumerate(pairs.style_names)
        for column in range(3)
    }


def _by_sentence(pairs: Pairs, train: Places, test: Places) -> tuple[Judgements, Array]:
    """Judgements of pairs by their sentences, and what the last model marks."""
    inside = np.flatnonzero(np.isin(pairs.sentences.owner, train))
    outside = np.flatnonzero(np.isin(pairs.sentences.owner, test))
    words = _words(pairs.sentence_texts, inside, outside)
    cues = _scaled(pairs.sentence_features, inside, outside)
    owner = np.searchsorted(test, pairs.sentences.owner[outside])
    length = np.array([len(pairs.sentence_texts[place]) + 1 for place in outside])
    values: Judgements = {}
    for name, parts, strength in (
        ("sentence words", [words], 3.0),
        ("sentence cue", [cues], 1.0),
        ("sentence words and cue", [words, cues], 1.0),
    ):
        chances = _linear(parts, pairs.sentences.levels[inside], strength)
        for column in range(3):
            for what, value in pooled(chances[:, column], owner, length).items():
                values[f"{name}, {what}: {column}"] = value
    return values, chances[:, :, 0]


def pooled(chances: Array, owner: Places, length: Places) -> Judgements:
    """Bring chances of sentences to their pairs; ``owner`` ascends without a gap."""
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    last = np.append(first[1:], len(owner)) - 1
    total = np.add.reduceat(length, first)
    above, strong, weak = chances.T
    none = np.add.reduceat(np.log1p(-np.minimum(above, 0.999)), first)
    return {
        "max": log_odds(np.maximum.reduceat(above, first)),
        "max strong": log_odds(np.maximum.reduceat(strong, first)),
        "max weak": log_odds(np.maximum.reduceat(weak, first)),
        "any": log_odds(1 - np.exp(none)),
        "mean": log_odds(np.add.reduceat(above * length, first) / total),
        "mean strong": log_odds(np.add.reduceat(strong * length, first) / total),
        "first": log_odds(above[first]),
        "last": log_odds(above[last]),
        "length": np.log1p(np.add.reduceat(length * (above > 0.4), first)),
    }


def _words(texts: Sequence[str], train: Places, test: Places) -> Part:
    """Words and word pairs that occur twice or more, weighed by rarity."""
    learned, asked = ([texts[place] for place in part] for part in (train, test))
    try:
        vocabulary = learn_vocabulary(learned)
    except ValueError:  # no word occurs twice, as where posts are left out
        return sparse.csr_matrix((len(train), 1)), sparse.csr_matrix((len(test), 1))
    return word_matrix(learned, vocabulary), word_matrix(asked, vocabulary)


def _scaled(values: Array, train: Places, test: Places) -> Part:
    scaler = MaxAbsScaler().fit(values[train])
    learned, asked = (scaler.transform(values[part]) for part in (train, test))
    return sparse.csr_matrix(learned), sparse.csr_matrix(asked)


def _linear(parts: Sequence[Part], levels: Places, strength: float) -> Array:
    """Chances of over 0, 2, and 1 for each mechanism, shape (n, 3, 3)."""
    learned, asked = (sparse.hstack(side).tocsr() for side in zip(*parts, strict=True))
    chances = np.zeros((asked.shape[0], 3, 3))
    for column in range(3):
        level = levels[:, column]
        for kind, target in enumerate((level > 0, level == 2, level == 1)):
            if target.all() or not target.any():
                chances[:, column, kind] = float(target.all())
                continue
            model = LogisticRegression(
                C=strength, solver="liblinear", intercept_scaling=_INTERCEPT
            )
            chances[:, column, kind] = model.fit(learned, target).predict_proba(asked)[
                :, 1
            ]
    return chances
