"""Empathy and outcome of each conversation, and what else may matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_score.scored_turns import ScoredTurns

Array = npt.NDArray[np.float64]
Names = npt.NDArray[np.object_]

# The conversation is the agent's who has most of its scored turns.
_QUERY = """
WITH sides AS (
    SELECT conversation, agent, count(*) AS turns FROM turns
    WHERE score IS NOT NULL AND agent IS NOT NULL GROUP BY conversation, agent
),
agents AS (
    SELECT conversation, arg_max(agent, turns) AS agent
    FROM (FROM sides ORDER BY agent) GROUP BY conversation
)
SELECT avg(score) FILTER (role <> 'customer') AS empathy, avg(outcome) AS outcome,
    count(*) AS turns, min(channel) AS channel, any_value(agents.agent) AS agent
FROM turns LEFT JOIN agents USING (conversation)
GROUP BY conversation
HAVING count(score) FILTER (role <> 'customer') > 0
ORDER BY min(row)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldConversations:
    """Conversations of which empathy and outcome are known.

    Attributes
    ----------
    empathy : ndarray of shape (n,)
        Mean score of the agent's turns, from 0 to 1.
    outcome : ndarray of shape (n,)
        Mean of the outcome's column over the turns that have it.
    turns : ndarray of shape (n,)
        Turns of all sides.
    channel, agent : ndarray of object of shape (n,), or None
        Names, None where unknown; None as a whole where all are. The agent is the
        one with most turns.
    n_untold : int
        Scored conversations without the outcome.
    """

    empathy: Array
    outcome: Array
    turns: Array
    channel: Names | None = None
    agent: Names | None = None
    n_untold: int = 0


def told_conversations(turns: ScoredTurns) -> ToldConversations:
    """Bring an opened table with an outcome to one row for each conversation.

    Parameters
    ----------
    turns : ScoredTurns
        Opened with ``outcome=``.

    Returns
    -------
    ToldConversations
        In order of first appearance.
    """
    found = turns.connection.execute(_QUERY).fetchnumpy()
    told = ~np.ma.getmaskarray(found["outcome"])
    return ToldConversations(
        empathy=np.ma.getdata(found["empathy"])[told],
        outcome=np.ma.getdata(found["outcome"])[told],
        turns=np.ma.getdata(found["turns"])[told].astype(np.float64),
        channel=_names(found["channel"][told]),
        agent=_names(found["agent"][told]),
        n_untold=int((~told).sum()),
    )


def _names(column: npt.NDArray[Any]) -> Names | None:
    names = np.array(column.tolist(), dtype=object)
    return names if any(name is not None for name in names) else None
