"""What is counted of each group, in SQL."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_score.errors import InputError
from empathy_score.lexicon import CUE_LABELS
from empathy_score.moods import add_moods
from empathy_score.scored_turns import ScoredTurns

GROUPINGS = ("conversation", "agent", "team", "channel", "week")
"""What turns can be grouped by."""

Columns = dict[str, npt.NDArray[Any]]

_INTERRUPTIONS = ("interrupts", "interrupted")
_SCORED = "score IS NOT NULL AND role <> 'customer'"

# Messages that answer the same turn of the customer's share its opportunity.
_NUMBERED = """
CREATE OR REPLACE TABLE numbered AS SELECT row, count(*) FILTER (role = 'customer')
    OVER (PARTITION BY conversation ORDER BY position) AS customer_turn
FROM turns
"""
_TALKS = """
CREATE OR REPLACE TABLE talks AS SELECT conversation,
    coalesce(bool_and("end" >= start) AND count("end" - start) = count(*), false)
        AS timed,
    CASE WHEN bool_or(role = 'customer')
        THEN CASE WHEN timed THEN sum("end" - start) ELSE sum(words) END END AS talk
FROM turns WHERE role IN ('agent', 'customer') GROUP BY conversation
"""


def check_grouping(turns: ScoredTurns, by: str) -> None:
    """Raise InputError unless turns can be grouped so.

    Parameters
    ----------
    turns : ScoredTurns
        The opened table.
    by : str
        One of :data:`GROUPINGS`.
    """
    if by not in GROUPINGS:
        raise InputError(f"by: {by!r} is no grouping; allowed: {', '.join(GROUPINGS)}")
    found = turns.connection.execute(
        f"SELECT count({by}) FILTER ({_SCORED}) FROM turns"
    ).fetchone()
    if found and found[0]:
        return
    if by == "week":
        raise InputError(
            f"{turns.title}: no turn has a date, so there are no weeks; "
            "name the column of dates with start= / --start COLUMN"
        )
    raise InputError(
        f"{turns.title}: no scored turn says which {by} it belongs to; "
        f"name its column with {by}= / --{by} COLUMN"
    )


def group_columns(turns: ScoredTurns, by: str) -> Columns:
    """Count what there is of each group.

    Parameters
    ----------
    turns : ScoredTurns
        The opened table.
    by : str
        One of :data:`GROUPINGS`.

    Returns
    -------
    dict of str to array, each of shape (n_groups,)
        ``name``, ``conversations``, ``turns`` (scored ones), ``mean`` and ``variance``
        of the units' empathy and their number ``units`` (conversations; turns where
        groups are conversations), and all that a summary tells beside empathy. What
        is not observable is masked. Groups go by name, conversations as in the input;
        turns without a group are left out.

    Raises
    ------
    InputError
        If there is no such grouping, or no turn has a group.
    """
    check_grouping(turns, by)
    connection = turns.connection
    add_moods(connection)
    connection.execute(_NUMBERED)
    connection.execute(_TALKS)
    connection.execute(f"CREATE OR REPLACE TABLE cells AS {_cells(by)}")
    found = connection.execute(_groups(by)).fetchnumpy()
    if by == "week":
        found["name"] = np.ma.getdata(found["name"]).astype("datetime64[D]")
    return found


def _cells(by: str) -> str:
    """Write the query for what a group did in one conversation."""
    shares = {
        **{f"cue_{label}": f"cue_{label} > 0" for label in CUE_LABELS},
        "interrupts": "interrupts",
        "interrupted": "interrupted",
    }
    listed = ", ".join(
        f"count(*) FILTER ({truth}) AS {name}, count({name}) AS n_{name}"
        for name, truth in shares.items()
    )
    return f"""
SELECT {by} AS name, conversation, min(row) AS row, count(*) AS turns,
    avg(score) AS mean, var_samp(score) AS variance,
    count(DISTINCT customer_turn) FILTER (opportunity) AS opportunities,
    count(opportunity) AS n_opportunities,
    count(DISTINCT customer_turn) FILTER (missed_opportunity) AS missed,
    count(missed_opportunity) AS n_missed,
    sum(CASE WHEN timed THEN "end" - start ELSE words END) / nullif(any_value(talk), 0)
        AS talk_share,
    {listed}
FROM turns JOIN numbered USING (row) LEFT JOIN talks USING (conversation)
WHERE {_SCORED} AND {by} IS NOT NULL GROUP BY ALL
"""


def _groups(by: str) -> str:
    """Write the query that sums the cells up."""
    shares = ", ".join(
        f"sum({name}) / nullif(sum(n_{name}), 0) AS {name}_share"
        for name in (*(f"cue_{label}" for label in CUE_LABELS), *_INTERRUPTIONS)
    )
    of_turns = by == "conversation"
    return f"""
WITH waits AS (
    SELECT {by} AS name, median(response_seconds) AS response_seconds
    FROM turns WHERE {_SCORED} AND {by} IS NOT NULL GROUP BY {by}
)
SELECT name, count(*) AS conversations, CAST(sum(turns) AS BIGINT) AS turns,
    {"any_value(turns)" if of_turns else "count(*)"} AS units,
    avg(mean) AS mean,
    {"any_value(variance)" if of_turns else "var_samp(mean)"} AS variance,
    CASE WHEN sum(n_opportunities) > 0 THEN CAST(sum(opportunities) AS BIGINT) END
        AS opportunities,
    CASE WHEN sum(n_missed) > 0 THEN CAST(sum(missed) AS BIGINT) END AS missed,
    CASE WHEN sum(n_missed) > 0 THEN 1 - sum(missed) / nullif(sum(opportunities), 0)
        END AS met_share,
    {shares},
    any_value(response_seconds) AS response_seconds,
    avg(talk_share) AS talk_share, avg(mood_start) AS mood_start,
    avg(mood_end) AS mood_end
FROM cells LEFT JOIN conversation_moods USING (conversation)
    LEFT JOIN waits USING (name)
GROUP BY name ORDER BY {"min(row)" if of_turns else "name"}
"""
