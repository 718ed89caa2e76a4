"""Turns of many conversations as arrays: whose, from when to when, and who is near."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from empathy_score.records import Role, Utterance
from empathy_score.utterance_table import UtteranceTable

Timing = Literal["overlap", "sequential", "start only", "none"]

TIMINGS: tuple[Timing, ...] = ("overlap", "sequential", "start only", "none")
OVERLAP, SEQUENTIAL, START_ONLY, NONE = range(4)

LEAST_OVERLAP = 0.05
"""Seconds: two sides that share less than this only touch."""

_APART = 1000.0  # seconds between conversations that are laid on one axis

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Turns in order, conversation after conversation.

    Parameters
    ----------
    order : ndarray of int, shape (n_turns,)
        Where each turn stands in the batch.
    conversation : ndarray of int, shape (n_turns,)
        Number of its conversation, in order of first appearance.
    side : ndarray of int, shape (n_turns,)
        Number of its speaker within the conversation; -1 where nobody can say
        which side is the other (bot, system, unknown).
    start, end : ndarray of float, shape (n_turns,)
        Seconds since the conversation's first time; NaN where not known.
    timing : ndarray of int, shape (n_conversations,)
        Place in :data:`TIMINGS`.
    n_sides : ndarray of int, shape (n_conversations,)
        How many sides speak.
    names : tuple of str
        The conversations.
    """

    order: Ints
    conversation: Ints
    side: Ints
    start: Floats
    end: Floats
    timing: Ints
    n_sides: Ints
    names: tuple[str, ...]


def timeline(
    utterances: Sequence[Utterance], speakers: Sequence[str] | None = None
) -> Timeline:
    """Lay whole conversations out in order of time.

    A conversation goes by start where every turn has one, else as it comes.

    Parameters
    ----------
    utterances : sequence of Utterance
        Whole conversations.
    speakers : sequence of str, optional
        Who speaks each, where there are more than the two roles.

    Returns
    -------
    Timeline
    """
    table = UtteranceTable.of(utterances)
    numbers: dict[str, int] = {}
    conversation = np.array(
        [numbers.setdefault(name, len(numbers)) for name in table.conversation],
        dtype=np.int64,
    )
    n = len(numbers)
    start = np.array(table.start, dtype=float)
    end = np.array(table.end, dtype=float)
    side, n_sides = _sides(table.role, conversation, speakers, n)
    start = np.where(np.isfinite(start), start, np.nan)
    end = np.where(np.isfinite(end) & (end >= start), end, np.nan)
    first = np.full(n, np.inf)
    np.fmin.at(first, conversation, start)
    start, end = start - first[conversation], end - first[conversation]
    start[np.isinf(start)], end[np.isinf(end)] = np.nan, np.nan
    last = np.zeros(n)
    np.fmax.at(last, conversation, start)
    many = np.bincount(conversation, minlength=n) > 1
    untold = (many & (last == 0))[conversation]  # a date alone tells no time of day
    start[untold], end[untold] = np.nan, np.nan
    ordered = np.bincount(conversation, weights=np.isnan(start), minlength=n) == 0
    place = np.arange(len(utterances), dtype=float)
    order = np.lexsort(
        (place, np.where(ordered[conversation], start, place), conversation)
    )
    conversation, side = conversation[order], side[order]
    start, end = start[order], end[order]
    return Timeline(
        order=order,
        conversation=conversation,
        side=side,
        start=start,
        end=end,
        timing=_timings(conversation, side, start, end, n),
        n_sides=n_sides,
        names=tuple(numbers),
    )


def _sides(
    roles: Sequence[Role],
    conversation: Ints,
    speakers: Sequence[str] | None,
    n: int,
) -> tuple[Ints, Ints]:
    """Give numbers to the speakers of each conversation, or its two roles."""
    n_sides = np.zeros(n, dtype=np.int64)
    if speakers is None:
        code = {"agent": 0, "customer": 1}
        side = np.array([code.get(one, -1) for one in roles], dtype=np.int64)
        for role in (0, 1):
            present = np.unique(conversation[side == role])
            n_sides[present] += 1
        return side, n_sides
    seen: dict[tuple[int, str], int] = {}
    found = []
    for number, speaker in zip(conversation.tolist(), speakers, strict=True):
        if (number, speaker) not in seen:
            seen[number, speaker] = int(n_sides[number])
            n_sides[number] += 1
        found.append(seen[number, speaker])
    return np.array(found, dtype=np.int64), n_sides


def _timings(
    conversation: Ints, side: Ints, start: Floats, end: Floats, n: int
) -> Ints:
    """Say what the times of each conversation can show; only the sides' turns count."""
    spoken = side >= 0
    lasting = spoken & (end > start)
    known = np.bincount(conversation[spoken & ~np.isnan(start)], minlength=n)
    total = np.bincount(conversation[spoken], minlength=n)
    lasts = np.bincount(conversation[lasting], minlength=n)
    timing = np.full(n, NONE)
    timing[(known == total) & (total > 0)] = START_ONLY
    timing[2 * lasts > total] = SEQUENTIAL
    over = np.flatnonzero(lasting)
    over = over[np.lexsort((start[over], conversation[over]))]
    who, owner, ends = side[over], conversation[over], end[over]
    # The latest end of each other side so far: of all, and of all but its holder.
    axis = owner * (2 * _APART + np.nanmax(end, initial=0.0))
    for one in range(int(who.max(initial=-1)) + 1):
        others = np.where(who == one, -np.inf, ends + axis)
        latest = np.maximum.accumulate(np.r_[-np.inf, others[:-1]])
        cuts = (who == one) & (latest - (start[over] + axis) > LEAST_OVERLAP)
        timing[np.unique(owner[cuts])] = OVERLAP
    return timing


def on_one_axis(line: Timeline, rows: Ints) -> tuple[Floats, Floats]:
    """Give starts and ends with the conversations far apart on one axis.

    Parameters
    ----------
    line : Timeline
    rows : ndarray of int
        Turns with both times.

    Returns
    -------
    start, end : ndarray of float, shape (len(rows),)
    """
    n = len(line.names)
    length = np.zeros(n)
    np.maximum.at(length, line.conversation[rows], line.end[rows])
    first = np.cumsum(np.r_[0.0, length[:-1] + _APART]) + _APART
    shift = first[line.conversation[rows]]
    return line.start[rows] + shift, line.end[rows] + shift


def talk(start: Floats, end: Floats) -> Callable[[Floats], Floats]:
    """Make the function that says how many seconds were spoken until a time.

    Parameters
    ----------
    start, end : ndarray of float
        Turns; two at once count twice.

    Returns
    -------
    callable
        Times to seconds.

    Examples
    --------
    >>> until = talk(np.array([0.0, 1.0]), np.array([2.0, 2.0]))
    >>> until(np.array([1.0, 5.0])).tolist()
    [1.0, 3.0]
    """
    starts, ends = np.sort(start), np.sort(end)
    sum_starts, sum_ends = (
        np.concatenate(([0.0], np.cumsum(times))) for times in (starts, ends)
    )

    def until(time: Floats) -> Floats:
        begun, done = np.searchsorted(starts, time), np.searchsorted(ends, time)
        begun_seconds = begun * time - sum_starts[begun]
        seconds = begun_seconds - (done * time - sum_ends[done])
        return np.asarray(np.round(seconds, 4))  # less is noise of large sums

    return until


def speaking(start: Floats, end: Floats) -> Callable[[Floats], Floats]:
    """Make the function that says how many speak at a time.

    Examples
    --------
    >>> at = speaking(np.array([0.0, 1.0]), np.array([2.0, 2.0]))
    >>> at(np.array([0.5, 1.5, 3.0])).tolist()
    [1.0, 2.0, 0.0]
    """
    starts, ends = np.sort(start), np.sort(end)

    def at(time: Floats) -> Floats:
        begun = np.searchsorted(starts, time)
        return (begun - np.searchsorted(ends, time, side="right")).astype(float)

    return at


def latest_end(start: Floats, end: Floats, time: Floats) -> Floats:
    """Give the latest end of the turns that began before each time; -inf if none."""
    order = np.argsort(start, kind="stable")
    latest = np.maximum.accumulate(np.r_[-np.inf, end[order]])
    return np.asarray(latest[np.searchsorted(start[order], time)])
