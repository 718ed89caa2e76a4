"""Differences between groups, with intervals that hold for all of them together."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from scipy import stats

from empathy_score.errors import InputError
from empathy_score.scored_turns import open_scored
from empathy_score.summaries.groups import Columns, group_columns
from empathy_score.summaries.summarizing import check_arguments, standard_errors
from empathy_score.summaries.tables import frame_like

_MOST_GROUPS = 100
_KINDS = {
    "first": "VARCHAR",
    "second": "VARCHAR",
    "difference": "DOUBLE",
    "low": "DOUBLE",
    "high": "DOUBLE",
    "within_noise": "BOOLEAN",
    "says": "VARCHAR",
}


def compare(
    table: Any,  # noqa: ANN401
    by: str = "agent",
    *,
    min_conversations: int = 2,
    confidence: float = 0.9,
    **columns: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Compare each two groups of a scored table.

    The intervals are Tukey and Kramer's for all pairs at once: the probability that
    all of them hold the true differences is at least ``confidence``, however many
    groups there are. The variance between the conversations of one group is taken as
    the same in all.

    Parameters
    ----------
    table : frame, path or sequence of paths
        A scored table, as :func:`~empathy_score.scored_turns.open_scored` takes it.
    by : {"agent", "team", "channel", "week", "conversation"}
        What makes a group.
    min_conversations : int, default 2
        Groups with fewer conversations are not compared; of conversations, with fewer
        scored turns.
    confidence : float, default 0.9
        Of all intervals together.
    **columns
        Names of columns, and ``roles``, as for ``open_scored``.

    Returns
    -------
    frame of the same kind, or list of dict
        A row for each pair, a dict where files were named: ``first`` and ``second``,
        the ``difference`` of their plain mean empathy (``empathy_unshrunk`` of a
        summary), positive where the first has more, its interval ``low`` to ``high``,
        whether that holds 0 (``within_noise``), and a sentence, ``says``.

    Raises
    ------
    InputError
        As ``summarize``; if fewer than two groups are left or more than 100, or no
        group has two conversations.

    Examples
    --------
    >>> import polars as pl
    >>> turns = pl.DataFrame(
    ...     {
    ...         "conversation": ["1", "2", "3", "4"],
    ...         "agent": ["Ann", "Ann", "Bo", "Bo"],
    ...         "text": ["I am sorry."] * 4,
    ...         "score": [0.2, 0.3, 0.3, 0.4],
    ...     }
    ... )
    >>> compare(turns)["says"].to_list()
    ['Ann (0.25) and Bo (0.35): the difference of -0.10 (-0.31 to 0.11) \
is within noise.']
    """
    with open_scored(table, **columns, with_text=False) as turns:
        check_arguments(min_conversations, confidence)
        groups = group_columns(turns, by)
        pairs = pairs_of(groups, by, min_conversations, confidence)
    return frame_like(table, pairs, _KINDS)


def pairs_of(
    groups: Columns, by: str, min_conversations: int = 2, confidence: float = 0.9
) -> Columns:
    """Give the columns of :func:`compare` for groups that are counted.

    Parameters
    ----------
    groups : dict of str to array
        From :func:`~empathy_score.summaries.groups.group_columns`.
    by, min_conversations, confidence
        As for :func:`compare`.

    Returns
    -------
    dict of str to array, each of shape (n_pairs,)

    Raises
    ------
    InputError
        As :func:`compare`.
    """
    variances, degrees = standard_errors(groups)
    if not degrees:
        raise InputError(
            f"no {by} has two conversations, so that nothing tells how much they "
            "differ by chance"
        )
    large = np.flatnonzero(np.asarray(groups["units"]) >= min_conversations)
    if not 2 <= len(large) <= _MOST_GROUPS:
        raise InputError(
            f"groups with at least {min_conversations} conversations: {len(large):,}; "
            f"from 2 to {_MOST_GROUPS} can be compared, so change min_conversations or "
            "group by something else"
        )
    names = np.asarray(groups["name"])[large].astype(str).astype(object)
    first, second = np.array([*itertools.combinations(range(len(large)), 2)]).T
    means = np.asarray(groups["mean"], dtype=np.float64)[large]
    spread = np.sqrt((variances[large][first] + variances[large][second]) / 2)
    width = stats.studentized_range.ppf(confidence, len(large), degrees) * spread
    difference = means[first] - means[second]
    pairs = {
        "first": names[first],
        "second": names[second],
        "difference": difference,
        "low": difference - width,
        "high": difference + width,
        "within_noise": np.abs(difference) <= width,
    }
    says = map(
        _says,
        zip(*pairs.values(), strict=True),
        zip(means[first], means[second], strict=True),
    )
    return {**pairs, "says": np.array([*says], dtype=object)}


def _says(pair: tuple[Any, ...], means: tuple[float, float]) -> str:
    first, second, difference, low, high, within_noise = pair
    named = f"{first} ({means[0]:.2f}) and {second} ({means[1]:.2f})"
    interval = f"{difference:.2f} ({low:.2f} to {high:.2f})"
    if within_noise:
        return f"{named}: the difference of {interval} is within noise."
    more = first if difference > 0 else second
    return f"{named}: {more} has more; the difference of {interval} is beyond noise."
