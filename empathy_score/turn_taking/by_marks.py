"""Interruptions that a transcriber marked in the text; marks win over times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from empathy_score.records import Utterance
from empathy_score.turn_taking.marks import Marks, is_ended
from empathy_score.turn_taking.observed import Observed
from empathy_score.turn_taking.runs import Runs
from empathy_score.turn_taking.timeline import Bools, Timeline


def observe_marks(
    line: Timeline,
    ordered: Sequence[Utterance],
    marks: Mapping[int, Marks],
    runs: Runs,
    spoken: Bools,
    seen: Observed,
    backchannel: Bools,
) -> None:
    """Fill in what marks in the text say; they win over times."""
    for place, mark in marks.items():
        if not spoken[place]:
            continue
        if mark.gave_up:
            seen.interrupted[place] = 0
        elif mark.stopped or mark.broken:
            _cut_off(place, mark, runs, seen, backchannel)
        if mark.cuts_in:
            _cuts(seen, place, int(runs.before[place]))
        elif mark.beside and seen.attempts[place] < 0:
            seen.attempts[place] = 1
        if mark.goes_on:
            _goes_on(line, place, ordered, runs, seen)


def _cut_off(
    place: int, mark: Marks, runs: Runs, seen: Observed, backchannel: Bools
) -> None:
    after = int(runs.after[place]) if runs.ends[place] else -1
    if mark.broken and after < 0:
        return  # the same side goes on, or nobody does
    seen.interrupted[place] = 1
    if after >= 0 and not backchannel[after] and seen.interrupts[after] < 1:
        _cuts(seen, after, -1)


def _cuts(seen: Observed, place: int, whom: int) -> None:
    seen.interrupts[place] = seen.attempts[place] = seen.successful[place] = 1
    if whom >= 0:
        seen.interrupted[whom] = 1


def _goes_on(
    line: Timeline,
    place: int,
    ordered: Sequence[Utterance],
    runs: Runs,
    seen: Observed,
) -> None:
    """Take "-- and then" as proof that what stands between had cut this side off."""
    between = int(runs.before[place])
    own = int(runs.before[between]) if between >= 0 else -1
    if own < 0 or line.side[own] != line.side[place]:
        return
    new = runs.begins[place] and seen.interrupted[own] < 0
    if new and not is_ended(ordered[own].text):
        seen.interrupted[own] = 1
        _cuts(seen, int(runs.after[own]), -1)
