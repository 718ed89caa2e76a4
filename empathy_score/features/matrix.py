"""From ``Doc`` objects to the feature matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from spacy.tokens import Doc

from empathy_score.features.declarations import all_features
from empathy_score.features.turns import Array, Turns, turns_of


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


def matrix_of(turns: Turns) -> Array:
    """Compute every feature of counted utterances.

    Parameters
    ----------
    turns : Turns
        From :func:`~empathy_score.features.turns.turns_of`.

    Returns
    -------
    ndarray of shape (n_utterances, n_features), dtype float64
    """
    if not len(turns.has_before):
        return np.empty((0, len(all_features())))
    return np.stack([feature.compute(turns) for feature in all_features()], axis=1)
