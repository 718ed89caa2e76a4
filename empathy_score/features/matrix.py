"""From ``Doc`` objects to the feature matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from spacy.tokens import Doc

from empathy_score.features.declarations import all_features
from empathy_score.features.turns import (
    Array,
    Bytes,
    Counts,
    Ints,
    Turns,
    mark_columns,
    turns_of,
)


def feature_matrix(
    docs: Sequence[Doc],
    reply_to: Sequence[Doc | None],
    n_repeated: Array | None = None,
) -> Array:
    """Compute every feature of every utterance.

    Parameters
    ----------
    docs : sequence of Doc
        Utterances that went through ``empathy_cues``.
    reply_to : sequence of Doc or None
        The other side's turn before each, as long as ``docs``.
    n_repeated : ndarray of shape (n_utterances,), optional
        From :func:`~empathy_score.features.repetition.repeated_phrases`; None where
        the conversation is not known.

    Returns
    -------
    ndarray of shape (n_utterances, n_features), dtype float64
        Columns as in :func:`~empathy_score.features.feature_names`; NaN where a
        feature needs the turn before, or the conversation, and there is none.

    Raises
    ------
    ValueError
        If both are not of one length.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> component = nlp.add_pipe("empathy_cues")
    >>> X = feature_matrix([nlp("So sorry!")], [None])
    >>> X.shape == (1, len(all_features()))
    True
    """
    if len(docs) != len(reply_to):
        raise ValueError(f"{len(docs)} utterances but {len(reply_to)} turns before")
    return matrix_of(turns_of(docs, reply_to, n_repeated))


def matrix_of(turns: Turns, out: Array | None = None) -> Array:
    """Compute every feature of counted utterances.

    Parameters
    ----------
    turns : Turns
        From :func:`~empathy_score.features.turns.turns_of`.
    out : ndarray of shape (n_utterances, n_features), dtype float64, optional
        Where to put them; a new array if not given.

    Returns
    -------
    ndarray of shape (n_utterances, n_features), dtype float64
    """
    counted = _counted()
    X = np.empty((len(turns.has_before), len(all_features()))) if out is None else out
    X[:, counted.own.places] = _counts(turns.own, counted.own)
    X[:, counted.before.places] = _counts(turns.before, counted.before)
    X[~turns.has_before, counted.before.places] = np.nan
    for place, compute in counted.others:
        X[:, place] = compute(turns)
    return X


@dataclass(frozen=True, slots=True)
class _Marks:
    """Features side by side that count marks, and the most that each may be."""

    places: slice
    columns: Ints
    most: Bytes


@dataclass(frozen=True, slots=True)
class _Counted:
    """Features that count marks of the utterance and the turn before; the others."""

    own: _Marks
    before: _Marks
    others: tuple[tuple[int, Callable[[Turns], Array]], ...]


def _counts(counts: Counts, marks: _Marks) -> Bytes:
    found: Bytes = counts.marks.take(marks.columns, axis=1)
    return np.minimum(found, marks.most, out=found)


@lru_cache(maxsize=1)
def _counted() -> _Counted:
    own: list[tuple[int, int, float]] = []
    before: list[tuple[int, int, float]] = []
    others = []
    for place, feature in enumerate(all_features()):
        if isinstance(feature.compute, str):
            counted = before if feature.needs == "reply_to" else own
            mark = mark_columns()[feature.compute]
            counted.append((place, mark, feature.maximum))
        else:
            others.append((place, feature.compute))
    return _Counted(_side_by_side(own), _side_by_side(before), tuple(others))


def _side_by_side(counted: Sequence[tuple[int, int, float]]) -> _Marks:
    places, columns, most = zip(*counted, strict=True)
    if places != tuple(range(places[0], places[-1] + 1)):
        raise ValueError("features that count marks must stand together")
    return _Marks(
        slice(places[0], places[-1] + 1), np.array(columns), np.array(most, np.uint8)
    )
