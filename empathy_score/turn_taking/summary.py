"""Turn-taking of whole conversations, summed up from that of their turns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Literal

from empathy_score.records import Utterance
from empathy_score.turn_taking.records import ConversationTurns, TurnTaking

_Said = list[tuple[Utterance, TurnTaking, str]]

_IN_PART = "only marks in the text were seen, so there may be more interruptions"


def conversation_turns(
    utterances: Sequence[Utterance],
    turns: Sequence[TurnTaking],
    *,
    speakers: Sequence[str] | None = None,
) -> list[ConversationTurns]:
    """Sum up turn-taking by conversation.

    Parameters
    ----------
    utterances : sequence of Utterance
        Whole conversations.
    turns : sequence of TurnTaking
        From :func:`~empathy_score.turn_taking.turn_taking`, in the same order.
    speakers : sequence of str, optional
        As given there; the sides are the speakers then, else agent and customer.

    Returns
    -------
    list of ConversationTurns
        In order of first appearance.

    Examples
    --------
    >>> from empathy_score.turn_taking import turn_taking
    >>> said = [
    ...     Utterance(row=0, conversation="1", role="customer", text="I told you --"),
    ...     Utterance(row=1, conversation="1", role="agent", text="Your number?"),
    ... ]
    >>> one = conversation_turns(said, turn_taking(said))[0]
    >>> one.interruptions, one.talk_unit
    ({'customer': 0, 'agent': 1}, 'words')
    """
    if speakers is None:
        sides: list[str | None] = [
            one.role if one.role in ("agent", "customer") else None
            for one in utterances
        ]
    else:
        sides = list(speakers)
    said: dict[str, _Said] = {}
    for utterance, turn, side in zip(utterances, turns, sides, strict=True):
        of_conversation = said.setdefault(utterance.conversation, [])
        if side is not None:
            of_conversation.append((utterance, turn, side))
    first = {
        utterance.conversation: turn
        for utterance, turn in reversed(list(zip(utterances, turns, strict=True)))
    }
    return [_summed_up(name, said[name], first[name]) for name in said]


def _summed_up(name: str, said: _Said, first: TurnTaking) -> ConversationTurns:
    sides = list(dict.fromkeys(side for _, _, side in said))
    whys = [turn.why for _, turn, _ in said]
    observed = any(why is None for why in whys)
    stretches = {
        side: _largest(turn.monologue_seconds for _, turn, own in said if own == side)
        for side in sides
    }
    longest = {side: most for side, most in stretches.items() if most is not None}
    share, unit = _talk_share(said, sides)
    return ConversationTurns(
        conversation=name,
        timing=first.timing,
        why=_why(whys, first),
        talk_share=share,
        talk_unit=unit,
        attempts=_count(said, sides, "attempts") if observed else None,
        interruptions=_count(said, sides, "interrupts") if observed else None,
        backchannels=_count(said, sides, "backchannel"),
        longest_monologue_seconds=longest or None,
        median_response_seconds={
            side: _median(turn.response_seconds for _, turn, own in said if own == side)
            for side in sides
        },
    )


def _why(whys: Sequence[str | None], first: TurnTaking) -> str | None:
    unseen = next((why for why in whys if why is not None), None)
    if not whys:
        return first.why
    if unseen is None or first.timing == "overlap":
        return unseen
    return _IN_PART if None in whys else unseen


def _count(said: _Said, sides: Sequence[str], what: str) -> dict[str, int]:
    counts = dict.fromkeys(sides, 0)
    for _, turn, side in said:
        counts[side] += getattr(turn, what) is True
    return counts


def _talk_share(
    said: _Said, sides: Sequence[str]
) -> tuple[dict[str, float], Literal["seconds", "words"]]:
    """Each side's part, in seconds where every turn has them, else in words."""
    timed = all(
        turn.timing in ("overlap", "sequential")
        and one.start is not None
        and one.end is not None
        for one, turn, _ in said
    )
    unit: Literal["seconds", "words"] = "seconds" if timed and said else "words"
    amounts = dict.fromkeys(sides, 0.0)
    for one, _, side in said:
        if unit == "words":
            amounts[side] += len(one.text.split())
        elif one.start is not None and one.end is not None:
            amounts[side] += max(one.end - one.start, 0.0)
    total = sum(amounts.values())
    if not total:
        return {}, unit
    return {side: amount / total for side, amount in amounts.items()}, unit


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None
