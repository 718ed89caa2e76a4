"""Whether a customer's turn calls for empathy, and for what kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from empathy_score.features.turns import Counts, counts_of
from empathy_score.logistic import probabilities
from empathy_score.opportunity.model import OpportunityModel
from empathy_score.opportunity.wording import KINDS, Array, opportunity_features


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunities:
    """What some customer's turns call for.

    Attributes
    ----------
    probability : ndarray of shape (n_turns,)
        That the turn calls for empathy, in [0, 1].
    kind_probabilities : ndarray of shape (n_turns, n_kinds)
        Of each of :data:`KINDS`; a row sums to ``probability``.
    kinds : tuple of str or None
        The likeliest kind of each turn; None where it calls for nothing.
    """

    probability: Array
    kind_probabilities: Array
    kinds: tuple[str | None, ...]


def opportunities_of(
    turns: Counts | Sequence[Doc], model: OpportunityModel
) -> Opportunities:
    """Say what customers' turns call for.

    Parameters
    ----------
    turns : Counts or sequence of Doc
        Customers' turns, their messages joined, that went through ``empathy_cues``.
    model : OpportunityModel
        From :func:`load_opportunity_model`.

    Returns
    -------
    Opportunities

    Examples
    --------
    >>> from empathy_score.opportunity import load_opportunity_model
    >>> from empathy_score.features.transformer import make_cue_pipeline
    >>> nlp = make_cue_pipeline()
    >>> turns = [nlp("It broke again and nobody called me back!"), nlp("Yes, thanks.")]
    >>> found = opportunities_of(turns, load_opportunity_model())
    >>> found.kinds
    ('frustration', None)
    """
    counts = turns if isinstance(turns, Counts) else counts_of(turns)
    if not len(counts.n_words):
        empty = np.empty((0, len(KINDS)))
        return Opportunities(
            probability=empty[:, 0], kind_probabilities=empty, kinds=()
        )
    found = probabilities(model.classifier, opportunity_features(counts))
    place = {name: at for at, name in enumerate(model.classifier.classes_.tolist())}
    by_kind = np.stack(
        [
            found[:, place[kind]] if kind in place else np.zeros(len(found))
            for kind in KINDS
        ],
        axis=1,
    )
    probability = by_kind.sum(axis=1)
    likeliest = by_kind.argmax(axis=1).tolist()
    called = (probability >= model.threshold).tolist()
    return Opportunities(
        probability=probability,
        kind_probabilities=by_kind,
        kinds=tuple(
            KINDS[kind] if calls else None
            for kind, calls in zip(likeliest, called, strict=True)
        ),
    )
