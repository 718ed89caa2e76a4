"""Summaries of a scored table by group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_score.errors import InputError
from empathy_score.lexicon import CUE_LABELS
from empathy_score.scored_turns import open_scored
from empathy_score.summaries.groups import GROUPINGS, Columns, group_columns
from empathy_score.summaries.shrinkage import shrink
from empathy_score.summaries.tables import frame_like

__all__ = ["GROUPINGS", "SUMMARY_COLUMNS", "summarize", "summary_of"]

SUMMARY_COLUMNS: Mapping[str, str] = {
    "conversations": "BIGINT",
    "turns": "BIGINT",
    "empathy": "DOUBLE",
    "empathy_low": "DOUBLE",
    "empathy_high": "DOUBLE",
    "empathy_unshrunk": "DOUBLE",
    "opportunities": "BIGINT",
    "missed": "BIGINT",
    "met_share": "DOUBLE",
    **{f"cue_{label}_share": "DOUBLE" for label in CUE_LABELS},
    "interrupts_share": "DOUBLE",
    "interrupted_share": "DOUBLE",
    "response_seconds": "DOUBLE",
    "talk_share": "DOUBLE",
    "mood_start": "DOUBLE",
    "mood_end": "DOUBLE",
}
"""The columns of a summary after the group's own, with their SQL types."""


def summarize(
    table: Any,  # noqa: ANN401
    by: str = "agent",
    *,
    min_conversations: int = 1,
    confidence: float = 0.9,
    **columns: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Sum up a scored table by agent, team, channel, week or conversation.

    Parameters
    ----------
    table : frame, path or sequence of paths
        A scored table, as :func:`~empathy_score.scored_turns.open_scored` takes it.
    by : {"agent", "team", "channel", "week", "conversation"}
        What makes a group. Turns without it are left out.
    min_conversations : int, default 1
        Groups with fewer conversations are hidden, though they still tell what is
        usual. Not looked at where groups are conversations.
    confidence : float, default 0.9
        Probability that an interval holds the group's true mean.
    **columns
        Names of columns, and ``roles``, as for ``open_scored``.

    Returns
    -------
    frame of the same kind, or list of dict
        A dict for each group where files were named, its week a text. Groups go by
        name, conversations as in the input. Null is what cannot be observed.

        - ``<by>``: the group: text, or the Monday of the week.
        - ``conversations``, ``turns``: in which the group has scored turns, and how
          many.
        - ``empathy``, ``empathy_low``, ``empathy_high``: mean score of the
          conversations' means, from 0 to 1, drawn to the mean of all groups as far as
          there are few conversations (:func:`~empathy_score.summaries.shrink`), and its
          interval. Of a conversation: of its turns. Null where no group has two.
        - ``empathy_unshrunk``: the plain mean of the conversations' means.
        - ``opportunities``, ``missed``, ``met_share``: turns of the customer's that
          called for empathy, those of them that got none, and the share that did.
        - ``cue_<label>_share``: share of scored turns with that cue, denied ones left
          out.
        - ``interrupts_share``, ``interrupted_share``: share of turns that cut the
          customer off, or were cut off.
        - ``response_seconds``: median.
        - ``talk_share``: share of what agents and customers say, in seconds where all
          turns have times, else in words; mean over conversations.
        - ``mood_start``, ``mood_end``: the customers' mood from -1 to 1 in the first
          and last third of their turns (:mod:`empathy_score.moods`); mean over
          conversations.

    Raises
    ------
    InputError
        As ``open_scored``; if no turn has a group, or an argument is out of range.

    Examples
    --------
    >>> import polars as pl
    >>> turns = pl.DataFrame(
    ...     {
    ...         "conversation": ["1", "2", "3", "4", "5"],
    ...         "agent": ["Ann", "Ann", "Ann", "Ann", "Bo"],
    ...         "text": ["I am sorry."] * 5,
    ...         "score": [0.2, 0.3, 0.2, 0.3, 0.9],
    ...     }
    ... )
    >>> summary = summarize(turns)
    >>> summary.select("agent", "conversations", "empathy_unshrunk").rows()
    [('Ann', 4, 0.25), ('Bo', 1, 0.9)]
    """
    with open_scored(table, **columns, with_text=False) as turns:
        check_arguments(min_conversations, confidence)
        groups = group_columns(turns, by)
    found = summary_of(groups, by, min_conversations, confidence)
    return frame_like(table, found, {by: "", **SUMMARY_COLUMNS})


def summary_of(
    groups: Columns, by: str, min_conversations: int = 1, confidence: float = 0.9
) -> Columns:
    """Give the columns of :func:`summarize` for groups that are counted.

    Parameters
    ----------
    groups : dict of str to array
        From :func:`~empathy_score.summaries.groups.group_columns`.
    by, min_conversations, confidence
        As for :func:`summarize`.

    Returns
    -------
    dict of str to array, each of shape (n_groups,)
        Null is masked.
    """
    found = dict(groups)
    variances, degrees = standard_errors(found)
    if degrees:
        means = np.asarray(found["mean"], dtype=np.float64)
        shrunk = shrink(means, variances, degrees, confidence)
        found |= {"empathy": shrunk.mean, "empathy_low": shrunk.low}
        found["empathy_high"] = shrunk.high
    else:
        unknown = np.ma.array(np.zeros(len(found["mean"])), mask=True)
        found |= {f"empathy{end}": unknown for end in ("", "_low", "_high")}
    found["empathy_unshrunk"] = found["mean"]
    large = np.asarray(found["conversations"]) >= min_conversations
    if by == "conversation":
        large[:] = True
    name = found["name"]
    if by == "week":
        name = np.ma.getdata(name).astype("datetime64[D]")
    return {by: name[large]} | {name: found[name][large] for name in SUMMARY_COLUMNS}


def standard_errors(found: Columns) -> tuple[npt.NDArray[np.float64], int]:
    """Give the squared standard errors of the groups' means, and their degrees.

    The variance within groups is taken as the same in all of them, as few have enough
    conversations to tell their own.

    Parameters
    ----------
    found : dict of str to array
        From :func:`~empathy_score.summaries.groups.group_columns`.

    Returns
    -------
    ndarray of shape (n_groups,)
        NaN where there are no degrees of freedom.
    int
        Degrees of freedom: units less groups.
    """
    units = np.asarray(found["units"], dtype=np.float64)
    degrees = int(units.sum()) - len(units)
    if not degrees:
        return np.full(len(units), np.nan), 0
    own = np.ma.filled(np.ma.asarray(found["variance"], dtype=np.float64), 0.0)
    within = float(((units - 1) * own).sum()) / degrees
    return within / units, degrees


def check_arguments(min_conversations: int, confidence: float) -> None:
    """Raise InputError where one is out of range."""
    if isinstance(min_conversations, bool) or min_conversations < 1:
        raise InputError(
            f"min_conversations must be a number from 1 on, got {min_conversations!r}"
        )
    if not 0 < confidence < 1:
        raise InputError(f"confidence must be between 0 and 1, got {confidence!r}")
