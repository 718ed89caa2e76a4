"""What a feature is: name, unit, range, meaning, source and computation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from empathy_score.features.turns import Array, Turns

GUIDELINE = "annotation guideline of this project, section Cues"
EPITOME = "Sharma et al., EMNLP 2020 (EPITOME)"
POLITENESS = "Danescu-Niculescu-Mizil et al., ACL 2013"
OPPORTUNITY = "Suchman et al., JAMA 1997 (empathic opportunities)"

Direction = Literal[-1, 0, 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature.

    Parameters
    ----------
    name : str
        Column name.
    unit : str
        What is counted.
    minimum, maximum : float
        Range of values; NaN is possible where ``needs`` is set.
    higher_means : str
        What a higher value says about the utterance.
    reference : str
        Where the idea comes from.
    compute : callable or str
        From :class:`~empathy_score.features.turns.Turns` to an array with one value
        for each utterance; or a label, kind or row of the lexicon, whose count, at
        most ``maximum``, is the value: in the turn before where ``needs`` is
        ``"reply_to"``, else in the utterance.
    direction : {-1, 0, 1}, default 0
        The only way in which the feature may move the score: 1 up, -1 down, 0 both.
        An apology never lowers a score, an instruction never raises one.
    needs : {None, "reply_to", "conversation"}, default None
        What must be known, or the value is NaN: the turn before, or what the same
        side said earlier in the conversation.
    part : str, default "wording"
        What it belongs to in an explanation: a cue's label, ``wording``,
        ``specificity`` or ``customer's turn``.
    strategies : tuple of str, default ()
        Names of the taught strategies that it measures
        (:mod:`empathy_score.features.strategies`).
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    higher_means: str
    reference: str
    compute: Callable[[Turns], Array] | str
    direction: Direction = 0
    needs: Literal["reply_to", "conversation"] | None = None
    part: str = "wording"
    strategies: tuple[str, ...] = ()


def with_before(values: Array, turns: Turns) -> Array:
    """NaN where there is no turn before."""
    return np.where(turns.has_before, values, np.nan)
