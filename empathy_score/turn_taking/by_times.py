"""Interruptions that overlapping times show: the trained model decides."""

from __future__ import annotations

import numpy as np

from empathy_score.turn_taking.model import InterruptionModel, p_interrupted
from empathy_score.turn_taking.observed import Observed
from empathy_score.turn_taking.timeline import (
    Bools,
    Floats,
    Ints,
    Timeline,
    latest_end,
    on_one_axis,
)
from empathy_score.turn_taking.words import Endings

LEAST_ATTEMPT = 0.5
"""Seconds the other side goes on after somebody came in; less is an early start."""

_COMES_AFTER = 1.0  # seconds within which whoever cuts off a turn has begun


def observe_times(
    line: Timeline,
    timed: Bools,
    ending: Endings,
    backchannel: Bools,
    seen: Observed,
    model: InterruptionModel,
) -> Floats:
    """Fill in what times show; give p of every timed turn."""
    rows = np.flatnonzero(timed)
    start, end = on_one_axis(line, rows)
    side, listens = line.side[rows], backchannel[rows]
    p = p_interrupted(model, line, rows, ending)
    wordless = ending.n_words == 0
    cut_off = (p >= model.threshold) & ~listens
    by = _who_cut_off(start, end, side, listens, cut_off)
    interrupts = np.zeros(len(rows), dtype=bool)
    interrupts[by[by >= 0]] = True
    attempts = interrupts | (
        ~listens & ~wordless & _comes_in(start, end, side, listens)
    )
    seen.interrupted[rows] = cut_off
    seen.interrupts[rows] = interrupts
    seen.attempts[rows] = attempts
    seen.successful[rows] = np.where(attempts, interrupts, -1)
    result = np.full(len(timed), np.nan)
    result[rows] = p
    return result


def _comes_in(start: Floats, end: Floats, side: Ints, listens: Bools) -> Bools:
    """Whether a turn begins while the other side goes on speaking."""
    result = np.zeros(len(start), dtype=bool)
    for one in range(int(side.max()) + 1):
        mine, theirs = np.flatnonzero(side == one), (side != one) & ~listens
        latest = latest_end(start[theirs], end[theirs], start[mine])
        result[mine] = latest - start[mine] >= LEAST_ATTEMPT
    return result


def _who_cut_off(
    start: Floats, end: Floats, side: Ints, listens: Bools, cut_off: Bools
) -> Ints:
    """Give for each turn that was cut off the turn that did it, or -1.

    It is the other side's last turn to begin before the end, else the first within a
    second after it. A side that already spoke when the turn began did not cut in.
    """
    by = np.full(len(start), -1)
    for one in np.unique(side[cut_off]).tolist():
        mine = np.flatnonzero(cut_off & (side == one))
        theirs = np.flatnonzero((side != one) & ~listens)
        if not len(theirs):
            continue
        theirs = theirs[np.argsort(start[theirs], kind="stable")]
        starts = start[theirs]
        after = np.searchsorted(starts, end[mine])
        last = np.maximum(after - 1, 0)
        during = (after > 0) & (starts[last] >= start[mine])
        coming = np.minimum(after, len(theirs) - 1)
        soon = (after < len(theirs)) & (starts[coming] - end[mine] <= _COMES_AFTER)
        by[mine] = np.where(during, theirs[last], np.where(soon, theirs[coming], -1))
    return by
