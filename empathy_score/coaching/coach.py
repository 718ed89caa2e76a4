"""Strong moments, missed opportunities and habits from a scored table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from empathy_score.coaching.answers import conversations_of, joined
from empathy_score.coaching.habits import Tallies, count_habits, patterns_of
from empathy_score.coaching.moments import chosen, missed_moments, strong_moments
from empathy_score.coaching.records import Answer, Coaching, Moment
from empathy_score.errors import InputError
from empathy_score.scored_turns import open_scored

LEAST_SURE = 0.25
"""Of a missed opportunity that is brought up with somebody, in [0, 1]."""

_JUDGED_TOGETHER = 2000  # turns
_KEPT = 8  # times as many moments as are asked for, since some repeat others


@dataclass(slots=True)
class _SoFar:
    """What was found of one agent."""

    conversations: int = 0
    turns: int = 0
    strengths: list[Moment] = field(default_factory=list)
    missed: list[Moment] = field(default_factory=list)
    tallies: Tallies = field(default_factory=dict)


def coach(
    table: Any,  # noqa: ANN401
    *,
    by: str = "agent",
    most: int = 5,
    **columns: Any,  # noqa: ANN401
) -> list[Coaching]:
    r"""Say what to talk about with each agent: moments to keep, moments missed, habits.

    Every sentence comes from a row of rules and names the spans it rests on; nothing
    is generated. A missed opportunity is listed only where a rule knows the customer's
    words that called for empathy and ``sure`` is at least 0.25, so there may be fewer
    than ``missed_opportunity`` counts.

    Parameters
    ----------
    table : frame, path or sequence of paths
        A scored table, as for :func:`~empathy_score.scored_turns.open_scored`.
    by : {"agent", "team", "channel", "conversation"}, default "agent"
        Whom to coach.
    most : int, default 5
        Moments of each kind, at most; at most two come from one conversation.
    **columns
        Names of columns (``text=``, ``conversation=``, ``agent=`` and so on) and
        ``roles=``, as for :func:`~empathy_score.scored_turns.open_scored`.

    Returns
    -------
    list of Coaching
        Sorted by ``agent``, None last.

    Raises
    ------
    InputError
        The table cannot be read or was not scored, has no column ``cues``, or ``by``
        or ``most`` is not allowed.

    Examples
    --------
    >>> import pandas
    >>> from empathy_score import EmpathyScorer
    >>> said = pandas.DataFrame({
    ...     "conversation": ["1", "1", "1"],
    ...     "role": ["customer", "agent", "customer"],
    ...     "agent": ["Ann"] * 3,
    ...     "text": ["I've waited for weeks!", "What is the order number?", "It is 7."],
    ... })
    >>> (ann,) = coach(EmpathyScorer.load().score_frame(said))
    >>> ann.agent, ann.turns, ann.missed[0].rule
    ('Ann', 1, 'how_long.asked')
    """
    if most < 1:
        raise InputError(f"most={most} asks for no moment; give 1 or more")
    found: dict[str | None, _SoFar] = {}
    with open_scored(table, **columns) as turns:
        waiting: list[Answer] = []
        for told in conversations_of(turns, by):
            whole = [joined(messages) for messages in told]
            _count(found, whole)
            _keep_strong(found, told, most)
            waiting += [turn for turn in whole if turn.missed]
            if len(waiting) >= _JUDGED_TOGETHER:
                _keep_missed(found, waiting, most)
                waiting = []
        _keep_missed(found, waiting, most)
    return [
        _coaching(agent, found[agent], most)
        for agent in sorted(found, key=lambda agent: (agent is None, agent or ""))
    ]


def missed_opportunities(
    table: Any,  # noqa: ANN401
    *,
    most: int | None = None,
    least_sure: float = LEAST_SURE,
    **columns: Any,  # noqa: ANN401
) -> list[Moment]:
    r"""List the missed opportunities of a scored table, the surest first.

    Parameters
    ----------
    table : frame, path or sequence of paths
        As for :func:`coach`.
    most : int, optional
        How many at most; all if not given.
    least_sure : float, default 0.25
        Leave out what is less sure, in [0, 1]; 0 lists every one.
    **columns
        As for :func:`coach`.

    Returns
    -------
    list of Moment
        By ``sure``: the probability that the customer's turn called for empathy,
        times the probability that no message of the reply communicates any, times
        the weight of the customer's words that a rule knows.

    Raises
    ------
    InputError
        As for :func:`coach`.

    Examples
    --------
    >>> import pandas
    >>> from empathy_score import EmpathyScorer
    >>> said = pandas.DataFrame({
    ...     "conversation": ["1", "1"],
    ...     "role": ["customer", "agent"],
    ...     "text": ["It broke again!", "What is the order number?"],
    ... })
    >>> scored = EmpathyScorer.load().score_frame(said)
    >>> [moment.what_was_said for moment in missed_opportunities(scored)]
    ['It broke again']
    """
    if most is not None and most < 1:
        raise InputError(f"most={most} asks for no moment; give 1 or more")
    found: list[Moment] = []
    with open_scored(table, **columns) as turns:
        for waiting in _batches(
            joined(messages)
            for told in conversations_of(turns, "agent")
            for messages in told
        ):
            found += missed_moments(waiting, least_sure)
            if most is not None:
                found = sorted(found, key=_by_sureness)[:most]
    return sorted(found, key=_by_sureness)


def _by_sureness(moment: Moment) -> tuple[float, int]:
    return (-moment.sure, moment.row)


def _batches(turns: Iterable[Answer]) -> Iterator[list[Answer]]:
    batch: list[Answer] = []
    for turn in turns:
        if turn.missed:
            batch.append(turn)
        if len(batch) == _JUDGED_TOGETHER:
            yield batch
            batch = []
    yield batch


def _count(found: dict[str | None, _SoFar], turns: list[Answer]) -> None:
    """Count a conversation for each agent who spoke in it."""
    by_agent: dict[str | None, list[Answer]] = {}
    for turn in turns:
        by_agent.setdefault(turn.group, []).append(turn)
    for agent, own in by_agent.items():
        so_far = found.setdefault(agent, _SoFar())
        so_far.conversations += 1
        so_far.turns += len(own)
        count_habits(so_far.tallies, own)


def _keep_strong(
    found: dict[str | None, _SoFar], told: list[list[Answer]], most: int
) -> None:
    for moment in strong_moments(message for turn in told for message in turn):
        strengths = found[moment.agent].strengths
        strengths.append(moment)
        _cut(strengths, most)


def _keep_missed(
    found: dict[str | None, _SoFar], turns: list[Answer], most: int
) -> None:
    for moment in missed_moments(turns, LEAST_SURE):
        missed = found[moment.agent].missed
        missed.append(moment)
        _cut(missed, most)


def _cut(moments: list[Moment], most: int) -> None:
    """Drop the least sure ones once there are many."""
    if len(moments) >= 2 * _KEPT * most:
        moments.sort(key=_by_sureness)
        del moments[_KEPT * most :]


def _coaching(agent: str | None, found: _SoFar, most: int) -> Coaching:
    return Coaching(
        agent=agent,
        conversations=found.conversations,
        turns=found.turns,
        strengths=chosen(found.strengths, most),
        missed=chosen(found.missed, most),
        patterns=patterns_of(found.tallies),
    )
