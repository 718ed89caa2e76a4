"""Which short turns are listening, not answering."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from empathy_score.records import Utterance
from empathy_score.turn_taking.runs import Runs
from empathy_score.turn_taking.timeline import (
    SEQUENTIAL,
    Bools,
    Timeline,
    latest_end,
    on_one_axis,
)
from empathy_score.turn_taking.words import is_listening, is_vocal


def backchannels(
    line: Timeline,
    ordered: Sequence[Utterance],
    runs: Runs,
    timed: Bools,
) -> Bools:
    """Tell listening from answering: the other side goes on, and had not asked.

    Without the ends of turns only sounds ("mm-hmm") count: "ok" may be a message.
    """
    listening = [is_listening(one.text) for one in ordered]
    short: Bools = np.array(listening, dtype=bool) & (line.side >= 0)
    ends_known = (line.timing <= SEQUENTIAL)[line.conversation]
    between = (
        (runs.before >= 0)
        & (runs.after >= 0)
        & (line.side[runs.before] == line.side[runs.after])
    )
    within = np.zeros(len(ordered), dtype=bool)
    rows = np.flatnonzero(timed)
    if len(rows):
        start, end = on_one_axis(line, rows)
        side = line.side[rows]
        for one in range(int(side.max()) + 1):
            mine, theirs = np.flatnonzero(side == one), np.flatnonzero(side != one)
            latest = latest_end(start[theirs], end[theirs], start[mine])
            within[rows[mine]] = latest > end[mine]
    result: Bools = short & ends_known & (between | within)
    for place in np.flatnonzero(short & ~result).tolist():
        result[place] = is_vocal(ordered[place].text)
    for place in np.flatnonzero(result & ~within).tolist():
        asked = runs.before[place]
        if asked >= 0 and ordered[asked].text.rstrip().endswith("?"):
            result[place] = False
    return result
