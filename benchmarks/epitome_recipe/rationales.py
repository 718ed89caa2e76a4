"""Sentences that a level rests on, measured word by word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from epitome_recipe.pairs import Array, Pairs, Places

Marks = npt.NDArray[np.bool_]
_CUTS = np.linspace(0.15, 0.6, 10)


@dataclass(frozen=True)
class View:
    """Sentences and words of some pairs, counted from the first of these."""

    n_pairs: int
    owner: Places
    """Pair of each sentence."""
    word_owner: Places
    sentence: Places
    """Sentence of each word."""
    gold: Marks
    """Words of the annotated rationales, shape (n_words, 3)."""


def view_of(pairs: Pairs, part: Places) -> View:
    """See some pairs only; their places ascend."""
    kept = np.flatnonzero(np.isin(pairs.sentences.owner, part))
    chosen = np.isin(pairs.words.owner, part)
    return View(
        n_pairs=len(part),
        owner=np.searchsorted(part, pairs.sentences.owner[kept]),
        word_owner=np.searchsorted(part, pairs.words.owner[chosen]),
        sentence=np.searchsorted(kept, pairs.sentence_of_word[chosen]),
        gold=pairs.words.levels[chosen] > 0,
    )


def best_cut(values: Array, there: Marks, view: View, column: int) -> float:
    """Probability from which on marked sentences agree best with the annotated."""

    def agreement(cut: float) -> float:
        found = marked(values, view.owner, there, cut)[view.sentence]
        return token_f1(view.gold[:, column], found, view)[0]

    return float(max(_CUTS, key=agreement))


def marked(values: Array, owner: Places, there: Marks, cut: float) -> Marks:
    """Mark sentences over the cut, at least the best one of a pair with a level."""
    best = np.zeros(len(there))
    np.maximum.at(best, owner, values)
    limit = np.where(there, np.minimum(best, cut), np.inf)
    return np.asarray(values >= limit[owner])


def token_f1(gold: Marks, found: Marks, view: View) -> tuple[float, float]:
    """F1 over words, mean of all pairs and of those that have a rationale.

    It is 1 where there is no rationale and none was found.
    """
    both, there, marks = (
        np.bincount(view.word_owner, values, minlength=view.n_pairs)
        for values in (gold & found, gold, found)
    )
    total = there + marks
    each = np.where(total > 0, 2 * both / np.maximum(total, 1), 1.0)
    return float(each.mean()), float(each[there > 0].mean()) if there.any() else 0.0
