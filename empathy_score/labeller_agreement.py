"""How well two labellers agree, and where they do not."""

from __future__ import annotations

import importlib.util
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from empathy_score.errors import InputError
from empathy_score.evaluation import Measure, group_draws, measure_of, weighted_kappa
from empathy_score.labelled import LEVELS, Labelled

Levels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A turn on which two labellers differ.

    Parameters
    ----------
    conversation, text : str
        The turn.
    reply_to : str or None
        The turn before it.
    one, other : int
        What each said.
    """

    conversation: str
    text: str
    reply_to: str | None
    one: int
    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well two labellers agree.

    Parameters
    ----------
    n_both, n_one_only, n_other_only : int
        Turns labelled by both, and by one of them.
    n_equal : int
        Turns with equal levels.
    weighted_kappa : Measure
        Cohen's kappa with quadratic weights, with a 95 % bootstrap interval over
        conversations.
    alpha : float or None
        Krippendorff's alpha for ordered levels; None without the library
        ``krippendorff``, or where all levels are equal.
    table : ndarray of shape (3, 3)
        Turns by the levels of one (rows) and the other (columns).
    disagreements : tuple of Disagreement
        The furthest apart first.
    """

    n_both: int
    n_one_only: int
    n_other_only: int
    n_equal: int
    weighted_kappa: Measure
    alpha: float | None
    table: Levels
    disagreements: tuple[Disagreement, ...]


def agreement(one: Labelled, other: Labelled, *, n_bootstraps: int = 500) -> Agreement:
    """Compare the levels of two labellers on the turns that both labelled.

    Parameters
    ----------
    one, other : Labelled
        From :func:`~empathy_score.labelled.read_labelled`. Turns are the same where
        conversation, text and the turn before are.
    n_bootstraps : int, default 500
        Draws of conversations, with a fixed seed.

    Returns
    -------
    Agreement

    Raises
    ------
    InputError
        If they have no turn in common.
    """
    first, second = _by_turn(one), _by_turn(other)
    rows = [(row, second[key]) for key, row in first.items() if key in second]
    if not rows:
        raise InputError(
            "both tables have no turn in common: same conversation (or group), text "
            "and context"
        )
    ours, theirs = np.array(rows).T
    levels, said = one.levels[ours], other.levels[theirs]
    apart = np.abs(levels - said)
    order = np.argsort(-apart, kind="stable")
    draws = group_draws([one.groups[row] for row in ours], n_bootstraps)
    table = np.zeros((len(LEVELS), len(LEVELS)), dtype=np.int64)
    np.add.at(table, (levels, said), 1)
    return Agreement(
        n_both=len(rows),
        n_one_only=len(first) - len(rows),
        n_other_only=len(second) - len(rows),
        n_equal=int((apart == 0).sum()),
        weighted_kappa=measure_of(
            lambda at: weighted_kappa(levels[at], said[at]), np.arange(len(rows)), draws
        ),
        alpha=_alpha(levels, said),
        table=table,
        disagreements=tuple(
            Disagreement(
                conversation=one.groups[ours[place]],
                text=one.texts[ours[place]],
                reply_to=one.reply_to[ours[place]],
                one=int(levels[place]),
                other=int(said[place]),
            )
            for place in order
            if apart[place]
        ),
    )


def _by_turn(data: Labelled) -> dict[tuple[str, str, str | None, int], int]:
    """Row of each turn; a turn that stands there twice is counted."""
    seen: Counter[tuple[str, str, str | None]] = Counter()
    found = {}
    groups = data.groups if data.grouped else [""] * len(data.groups)
    for row, key in enumerate(zip(groups, data.texts, data.reply_to, strict=True)):
        found[(*key, seen[key])] = row
        seen[key] += 1
    return found


def _alpha(levels: Levels, said: Levels) -> float | None:
    if not has_krippendorff() or len(np.unique([levels, said])) < 2:
        return None
    import krippendorff

    return float(
        krippendorff.alpha(
            np.array([levels, said]),
            level_of_measurement="ordinal",
            value_domain=list(LEVELS),
        )
    )


def has_krippendorff() -> bool:
    """Say whether the library for Krippendorff's alpha is installed.

    Returns
    -------
    bool
    """
    return importlib.util.find_spec("krippendorff") is not None
