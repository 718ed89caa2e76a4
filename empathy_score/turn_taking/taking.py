"""Who cut off whom, who listened, who waited how long: all turns of a batch at once.

Where times of both sides overlap, a trained model decides. Where only a transcriber's
mark is there (:mod:`~empathy_score.turn_taking.marks`), a rule stands in: the turn with
the mark was cut off, by the side that speaks next; a dash counts only if the other side
speaks next. A mark wins over times. Turns that never overlap in time, or have no end,
show no interruption: None.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from empathy_score.records import Utterance
from empathy_score.turn_taking.by_marks import observe_marks
from empathy_score.turn_taking.by_times import observe_times
from empathy_score.turn_taking.listening import backchannels
from empathy_score.turn_taking.marks import Marks, find_marks, may_have_marks
from empathy_score.turn_taking.model import InterruptionModel, shipped_model
from empathy_score.turn_taking.observed import Observed, unobserved
from empathy_score.turn_taking.records import TurnTaking
from empathy_score.turn_taking.runs import find_runs, monologues, responses
from empathy_score.turn_taking.timeline import (
    NONE,
    OVERLAP,
    SEQUENTIAL,
    START_ONLY,
    TIMINGS,
    Bools,
    Floats,
    Ints,
    Timeline,
    on_one_axis,
    talk,
    timeline,
)
from empathy_score.turn_taking.words import Endings, endings
from empathy_score.utterance_table import UtteranceTable

WHY = {
    OVERLAP: "this turn has no start or no end",
    SEQUENTIAL: "turns never overlap in these times, so nobody is seen to cut in",
    START_ONLY: "turns have no ends, so nobody is seen to cut in",
    NONE: "there are no times, and no mark in this text",
}
WHY_WRITTEN = "a written channel: nobody can be cut off"
WHY_NO_SIDE = "neither the agent nor the customer speaks"
WHY_ONE_SIDE = "only one side speaks"


def turn_taking(
    utterances: Sequence[Utterance],
    *,
    speakers: Sequence[str] | None = None,
    written: Collection[str] = (),
    model: InterruptionModel | None = None,
) -> list[TurnTaking]:
    """Describe the turn-taking of whole conversations.

    Parameters
    ----------
    utterances : sequence of Utterance
        Whole conversations; they may be interleaved.
    speakers : sequence of str, optional
        Who speaks each, where there are more people than the two roles.
    written : collection of str
        Conversations known to be chats or mails: nobody can be cut off there.
    model : InterruptionModel, optional
        The shipped model if not given; loaded only if times overlap somewhere.

    Returns
    -------
    list of TurnTaking
        One for each utterance, in the order given.

    Examples
    --------
    >>> turns = [
    ...     Utterance(row=0, conversation="1", role="customer", text="I told you --"),
    ...     Utterance(row=1, conversation="1", role="agent", text="Your number?"),
    ... ]
    >>> said = turn_taking(turns)
    >>> said[0].interrupted, said[1].interrupts, said[1].interrupted
    (True, True, None)
    """
    if not utterances:
        return []
    table = UtteranceTable.of(utterances)
    marks = _marks_of(table.text)
    taken = _observe(table, marks, speakers, written, model)
    line, seen = taken.line, taken.seen
    floor = find_runs(line, ~taken.backchannel)
    columns = [
        _states(seen.interrupted),
        _numbers(taken.p),
        _states(seen.attempts),
        _states(seen.interrupts),
        _states(seen.successful),
        _numbers(_overlaps(line, taken.timed)),
        taken.backchannel.tolist(),
        _numbers(responses(line, floor)),
        _numbers(monologues(line, floor)),
        [TIMINGS[timing] for timing in line.timing[line.conversation].tolist()],
        _reasons(line, seen.interrupted, taken.chats),
    ]
    names = [field.name for field in fields(TurnTaking)]
    rows = [utterances[place].row for place in line.order.tolist()]
    result = [
        TurnTaking(**dict(zip(names, values, strict=True)))
        for values in zip(rows, *columns, strict=True)
    ]
    back = np.argsort(line.order)
    return [result[place] for place in back.tolist()]


def turn_columns(
    utterances: UtteranceTable,
) -> dict[str, np.ma.MaskedArray[Any, Any]]:
    """Give those parts of :func:`turn_taking` that scoring adds, as columns.

    Parameters
    ----------
    utterances : UtteranceTable
        Whole conversations; they may be interleaved.

    Returns
    -------
    dict of str to masked array, each of shape (n_utterances,)
        ``interrupted``, ``p_interrupted``, ``interrupts`` and ``response_seconds``;
        what cannot be observed is masked.
    """
    marks = _marks_of(utterances.text)
    places = np.arange(len(utterances))
    if utterances.start.count(None) == len(utterances):  # only marks show anything
        marked = {utterances.conversation[place] for place in marks}
        shows = [name in marked for name in utterances.conversation]
        places = np.flatnonzero(shows)
        marks = {
            at: marks[place]
            for at, place in enumerate(places.tolist())
            if place in marks
        }
    states = np.full((2, len(utterances)), -1)
    seconds = np.full((2, len(utterances)), np.nan)
    if len(places):
        taken = _observe(utterances.at(places.tolist()), marks)
        floor = find_runs(taken.line, ~taken.backchannel)
        at = places[taken.line.order]
        states[:, at] = taken.seen.interrupted, taken.seen.interrupts
        seconds[:, at] = taken.p, responses(taken.line, floor)
    return {
        "interrupted": np.ma.array(states[0] > 0, mask=states[0] < 0),
        "p_interrupted": np.ma.array(seconds[0], mask=np.isnan(seconds[0])),
        "interrupts": np.ma.array(states[1] > 0, mask=states[1] < 0),
        "response_seconds": np.ma.array(seconds[1], mask=np.isnan(seconds[1])),
    }


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was observed, in order of time."""

    line: Timeline
    timed: Bools
    chats: Bools
    backchannel: Bools
    seen: Observed
    p: Floats


def _marks_of(texts: Sequence[str]) -> dict[int, Marks]:
    """Read the marks of the turns that have such."""
    return {
        place: find_marks(text)
        for place, text in enumerate(texts)
        if may_have_marks(text)
    }


def _observe(
    utterances: UtteranceTable,
    marks_of: Mapping[int, Marks],
    speakers: Sequence[str] | None = None,
    written: Collection[str] = (),
    model: InterruptionModel | None = None,
) -> _Taken:
    line = timeline(utterances, speakers)
    order = line.order.tolist()
    ordered = utterances.at(order)
    marks = {
        place: marks_of[given] for place, given in enumerate(order) if given in marks_of
    }
    is_written = np.array([name in set(written) for name in line.names], dtype=bool)
    chats = is_written[line.conversation]
    runs = find_runs(line)
    timed = _timed(line) & ~chats
    backchannel = backchannels(line, ordered, runs, timed) & ~chats
    p = np.full(len(ordered), np.nan)
    seen = unobserved(len(ordered))
    if timed.any():
        model = shipped_model() if model is None else model
        ending = _endings(ordered, marks, timed)
        p = observe_times(line, timed, ending, backchannel, seen, model)
    if marks:
        spoken = ~chats & (line.side >= 0) & (line.n_sides >= 2)[line.conversation]
        observe_marks(line, ordered, marks, runs, spoken, seen, backchannel)
    return _Taken(
        line=line,
        timed=timed,
        chats=chats,
        backchannel=backchannel,
        seen=seen,
        p=p,
    )


def _states(values: Ints) -> list[bool | None]:
    names = (False, True, None)  # -1 is the last
    return [names[value] for value in values.tolist()]


def _numbers(values: Floats) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _timed(line: Timeline) -> Bools:
    """Find the turns whose interruption the times can show."""
    shows = (line.timing == OVERLAP)[line.conversation]
    return np.asarray(shows & (line.side >= 0) & ~np.isnan(line.start + line.end))


def _endings(
    ordered: UtteranceTable, marks: Mapping[int, Marks], timed: Bools
) -> Endings:
    """Describe how the timed turns end, without the marks of transcribers."""
    texts, cut = [], []
    for place in np.flatnonzero(timed).tolist():
        mark = marks.get(place)
        texts.append(ordered.text[place] if mark is None else mark.bare)
        cut.append(mark is not None and (mark.stopped or mark.broken))
    return endings(texts, cut)


def _overlaps(line: Timeline, timed: Bools) -> Floats:
    """Seconds for which the other side spoke during each turn."""
    result = np.full(len(timed), np.nan)
    rows = np.flatnonzero(timed)
    if not len(rows):
        return result
    start, end = on_one_axis(line, rows)
    side = line.side[rows]
    for one in range(int(side.max()) + 1):
        mine, theirs = np.flatnonzero(side == one), side != one
        until = talk(start[theirs], end[theirs])
        result[rows[mine]] = np.round(until(end[mine]) - until(start[mine]), 3)
    return result


def _reasons(line: Timeline, interrupted: Ints, chats: Bools) -> list[str | None]:
    timing = line.timing[line.conversation]
    alone = (line.n_sides < 2)[line.conversation]
    reasons = np.array([WHY[kind] for kind in range(len(TIMINGS))], dtype=object)[
        timing
    ]
    reasons[alone] = WHY_ONE_SIDE
    reasons[line.side < 0] = WHY_NO_SIDE
    reasons[chats] = WHY_WRITTEN
    reasons[interrupted >= 0] = None
    return list(reasons)
