"""What the model of interruptions looks at: times, and how turns end.

Every feature is about one turn, in relation to its speaker's other turns ("own") and
to those of everybody else ("any"; "floor" without listening such as "mm-hmm").
"""

from __future__ import annotations

import numpy as np

from empathy_score.turn_taking.timeline import (
    Bools,
    Floats,
    Ints,
    Timeline,
    on_one_axis,
    speaking,
    talk,
)
from empathy_score.turn_taking.words import N_LAST, Endings

_NEAR = 10.0  # seconds beyond which a distance is just "far"
_LONG = 20.0
_FAR = 30.0
_GONE = 300.0  # a turn this far off counts as none; other conversations are farther

Columns = dict[str, Floats]


def turn_features(
    line: Timeline, rows: Ints, ending: Endings, unfinished: Floats
) -> Columns:
    """Compute the features of turns with both times.

    Parameters
    ----------
    line : Timeline
    rows : ndarray of int, shape (n_rows,)
        The turns, as places in the timeline.
    ending : Endings
        Of these turns, in the same order.
    unfinished : ndarray of shape (n_rows, n_outcomes)
        What the last words alone say about each outcome.

    Returns
    -------
    dict of str to ndarray of shape (n_rows,)
        NaN where there is no such turn near.
    """
    start, end = on_one_axis(line, rows)
    words = _word_columns(ending, unfinished)
    table: Columns = {f"word_{name}": column for name, column in words.items()}
    table["seconds"] = np.minimum(end - start, _FAR)
    table["words_per_second"] = np.clip(
        ending.n_words / np.maximum(end - start, 0.05), 0, 20
    )
    side = line.side[rows]
    for one in range(int(side.max(initial=-1)) + 1):
        mine = np.flatnonzero(side == one)
        if not len(mine):
            continue
        mine = mine[np.argsort(start[mine], kind="stable")]
        _put(table, len(rows), mine, _own(start[mine], end[mine], words, mine))
        for name, others in (
            ("any", side != one),
            ("floor", (side != one) & ~ending.listening),
        ):
            theirs = np.flatnonzero(others)
            theirs = theirs[np.argsort(start[theirs], kind="stable")]
            found = _others(start, end, mine, theirs, words)
            found = {f"{name}_{key}": column for key, column in found.items()}
            _put(table, len(rows), mine, found)
    return table


def _word_columns(ending: Endings, unfinished: Floats) -> Columns:
    columns = {
        "count": np.minimum(ending.n_words, 40.0),
        "cut_off": ending.cut_off.astype(float),
        "fillers": ending.fillers,
        "listening": ending.listening.astype(float),
    }
    for place in range(N_LAST):
        columns[f"code_{place + 1}"] = ending.codes[:, -1 - place].astype(float)
    for place in range(unfinished.shape[1]):
        columns[f"unfinished_{place + 1}"] = unfinished[:, place]
    return columns


def _put(table: Columns, n_rows: int, at: Ints, columns: Columns) -> None:
    for name, column in columns.items():
        if name not in table:
            table[name] = np.full(n_rows, np.nan)
        table[name][at] = column


def _near(seconds: Floats) -> Floats:
    return np.clip(seconds, -_NEAR, _NEAR)


def _own(start: Floats, end: Floats, words: Columns, mine: Ints) -> Columns:
    """Describe the same speaker's turn before and after."""
    n = len(start)
    after, before = np.arange(1, n + 1), np.arange(-1, n - 1)
    last, first = after == n, before < 0
    after, before = np.minimum(after, n - 1), np.maximum(before, 0)
    follows = ~last & (start[after] - end < _GONE)
    leads = ~first & (start - end[before] < _GONE)
    until = talk(start, end)
    columns = {
        "own_next_gap": np.where(follows, np.clip(start[after] - end, -2, _FAR), _FAR),
        "own_next_seconds": np.where(
            follows, np.minimum(end[after] - start[after], _LONG), 0.0
        ),
        "own_before_gap": np.where(leads, np.clip(start - end[before], -2, _FAR), _FAR),
        "own_before_seconds": np.where(
            leads, np.minimum(end[before] - start[before], _LONG), 0.0
        ),
        "own_talk_after": until(end + 3) - until(end),
        "own_talk_before": until(start) - until(start - 3),
        "own_talk_long_before": until(start) - until(start - _NEAR),
    }
    for name, column in words.items():
        if not name.startswith("code_") or name == "code_1":
            columns[f"own_next_{name}"] = np.where(follows, column[mine[after]], np.nan)
            columns[f"own_before_{name}"] = np.where(
                leads, column[mine[before]], np.nan
            )
    return columns


def _others(
    start: Floats, end: Floats, mine: Ints, theirs: Ints, words: Columns
) -> Columns:
    """Describe what everybody else says before, during and after."""
    begin, stop = start[mine], end[mine]
    starts, ends = start[theirs], end[theirs]
    until, at = talk(starts, ends), speaking(starts, ends)
    coming = np.minimum(np.append(begin[1:], np.inf), stop + _GONE)  # own next start
    done = until(stop)
    first_after = np.searchsorted(starts, stop)
    first_during = np.searchsorted(starts, begin)
    columns = {
        "overlap": done - until(begin),
        "overlap_at_end": done - until(np.maximum(begin, stop - 0.5)),
        "speaking_at_start": at(begin),
        "speaking_at_end": at(stop),
        "talk_soon": until(stop + 0.3) - done,
        "talk_after_1": until(stop + 1) - done,
        "talk_after_3": until(stop + 3) - done,
        "talk_before_1": until(begin) - until(begin - 1),
        "talk_before_3": until(begin) - until(begin - 3),
        "talk_until_own_next": until(np.minimum(coming, stop + _FAR)) - done,
        "turns_until_own_next": np.minimum(
            np.searchsorted(starts, coming) - first_after, 20
        ).astype(float),
        "turns_during": (first_after - first_during).astype(float),
    }
    for name, place in (
        ("last", first_after - 1),  # the last to begin before my end
        ("next", first_after),
        ("before", first_during - 1),
    ):
        near = _one_of(start, end, mine, theirs, place, words)
        columns.update({f"{name}_{key}": column for key, column in near.items()})
    return columns


def _one_of(
    start: Floats, end: Floats, mine: Ints, theirs: Ints, place: Ints, words: Columns
) -> Columns:
    """Describe one turn of somebody else, seen from mine."""
    if not len(theirs):
        theirs, place = mine[:1], np.full(len(place), -1)
    there: Bools = (place >= 0) & (place < len(theirs))
    other = theirs[np.clip(place, 0, len(theirs) - 1)]
    columns = {
        "start_from_end": _near(start[other] - end[mine]),
        "start_from_start": _near(start[other] - start[mine]),
        "end_from_end": _near(end[other] - end[mine]),
        "end_from_start": _near(end[other] - start[mine]),
        "seconds": np.minimum(end[other] - start[other], _LONG),
    }
    there &= np.abs(start[other] - start[mine]) < _GONE
    for name, column in words.items():
        if not name.startswith("code_") or name == "code_1":
            columns[name] = column[other]
    return {name: np.where(there, column, np.nan) for name, column in columns.items()}
