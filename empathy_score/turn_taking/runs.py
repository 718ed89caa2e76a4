"""Stretches of one side's turns: who spoke before, who after, for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from empathy_score.turn_taking.timeline import (
    SEQUENTIAL,
    START_ONLY,
    Bools,
    Floats,
    Ints,
    Timeline,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Stretches of turns that one side speaks without the other's.

    Parameters
    ----------
    turns : ndarray of int
        The turns that count, as places in the timeline.
    first : ndarray of int
        Where each stretch begins in ``turns``.
    before, after : ndarray of int, shape (n_turns,)
        The other side's last turn before this turn's stretch and first one after it,
        as places in the timeline; -1 where there is none, or the turn does not count.
    begins, ends : ndarray of bool, shape (n_turns,)
        Whether a turn is the first or the last of its stretch.
    """

    turns: Ints
    first: Ints
    before: Ints
    after: Ints
    begins: Bools
    ends: Bools


def find_runs(line: Timeline, counting: Bools | None = None) -> Runs:
    """Find the stretches.

    Parameters
    ----------
    line : Timeline
    counting : ndarray of bool, optional
        Turns that count; those of no side never do.

    Returns
    -------
    Runs
    """
    n = len(line.side)
    counts = line.side >= 0 if counting is None else (line.side >= 0) & counting
    turns = np.flatnonzero(counts)
    before, after = np.full(n, -1), np.full(n, -1)
    begins, ends = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    if not len(turns):
        return Runs(
            turns=turns,
            first=turns,
            before=before,
            after=after,
            begins=begins,
            ends=ends,
        )
    conversation, side = line.conversation[turns], line.side[turns]
    new = np.r_[True, (conversation[1:] != conversation[:-1]) | (side[1:] != side[:-1])]
    first = np.flatnonzero(new)
    last = np.r_[first[1:] - 1, len(turns) - 1]
    same = np.r_[False, conversation[first[1:]] == conversation[first[1:] - 1]]
    previous = np.where(same, np.r_[-1, turns[last[:-1]]], -1)
    following = np.where(np.r_[same[1:], False], np.r_[turns[first[1:]], -1], -1)
    number = np.cumsum(new) - 1
    before[turns], after[turns] = previous[number], following[number]
    begins[turns[first]] = True
    ends[turns[last]] = True
    return Runs(
        turns=turns, first=first, before=before, after=after, begins=begins, ends=ends
    )


def responses(line: Timeline, runs: Runs) -> Floats:
    """Seconds from the end of the other side's stretch to the start of each answer.

    Returns
    -------
    ndarray of shape (n_turns,)
        0 where the answer begins before that end; NaN for what is no answer.
    """
    result = np.full(len(line.side), np.nan)
    if not len(runs.turns):
        return result
    end = np.maximum.reduceat(line.end[runs.turns], runs.first)
    kind = line.timing[line.conversation]
    answers = runs.turns[runs.first[1:]]
    asked = runs.before[answers]
    since = np.where(kind[answers] == START_ONLY, line.start[asked], end[:-1])
    waited = np.maximum(line.start[answers] - since, 0.0)
    shown = (asked >= 0) & (kind[answers] <= START_ONLY)
    result[answers] = np.where(shown, np.round(waited, 3), np.nan)
    return result


def monologues(line: Timeline, runs: Runs) -> Floats:
    """Seconds that the stretch of each turn lasts, pauses included.

    Returns
    -------
    ndarray of shape (n_turns,)
        NaN without starts and ends, and for turns that do not count.
    """
    result = np.full(len(line.side), np.nan)
    if not len(runs.turns):
        return result
    end = np.maximum.reduceat(line.end[runs.turns], runs.first)
    start = np.minimum.reduceat(line.start[runs.turns], runs.first)
    sizes = np.diff(np.r_[runs.first, len(runs.turns)])
    seconds = np.repeat(np.round(end - start, 3), sizes)
    known = (line.timing <= SEQUENTIAL)[line.conversation[runs.turns]]
    result[runs.turns] = np.where(known, seconds, np.nan)
    return result
