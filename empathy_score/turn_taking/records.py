"""What turn-taking says about a turn and about a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from empathy_score.turn_taking.timeline import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTaking:
    """How one turn began and ended. What cannot be observed is None, never False.

    Parameters
    ----------
    row : int
        The utterance's position in the input.
    interrupted : bool or None
        The other side cut this turn off.
    p_interrupted : float or None
        Probability of it, where there are times that overlap.
    attempts : bool or None
        It came in while the other side still had the floor.
    interrupts : bool or None
        It cut the other side off.
    successful : bool or None
        Of an attempt: whether the other side stopped.
    overlap_seconds : float or None
        How long both sides spoke at once during this turn.
    backchannel : bool
        Listening ("mm-hmm", "yeah" while the other side goes on): no turn of its own
        and never an interruption.
    response_seconds : float or None
        From the end of the other side's turn to this start; 0 where it begins before
        that end (``overlap_seconds`` says by how much). With starts only, from the
        start of the other side's last message. None where this turn follows one of
        the same side.
    monologue_seconds : float or None
        How long the stretch of one side's turns lasts that this turn belongs to;
        the other side's listening does not end it.
    timing : {"overlap", "sequential", "start only", "none"}
        What the conversation's times can show.
    why : str or None
        Why ``interrupted`` is None.
    """

    row: int
    interrupted: bool | None
    p_interrupted: float | None
    attempts: bool | None
    interrupts: bool | None
    successful: bool | None
    overlap_seconds: float | None
    backchannel: bool
    response_seconds: float | None
    monologue_seconds: float | None
    timing: Timing
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationTurns:
    """Turn-taking of one conversation; mappings go by side, the role or speaker.

    Parameters
    ----------
    conversation : str
        Its identifier.
    timing : {"overlap", "sequential", "start only", "none"}
        What its times can show.
    why : str or None
        What cannot be seen or was only seen in part, and the reason.
    talk_share : mapping of str to float
        Each side's part of all talk; empty where nobody said a word.
    talk_unit : {"seconds", "words"}
        What the shares are counted in.
    attempts, interruptions : mapping of str to int, or None
        How often each side came in on the other, and how often the other side then
        stopped. None where nothing was observable.
    backchannels : mapping of str to int
        How often each side showed that it listens.
    longest_monologue_seconds : mapping of str to float, or None
        Each side's longest stretch; None without times.
    median_response_seconds : mapping of str to float or None
        Of each side.
    """

    conversation: str
    timing: Timing
    why: str | None
    talk_share: Mapping[str, float]
    talk_unit: Literal["seconds", "words"]
    attempts: Mapping[str, int] | None
    interruptions: Mapping[str, int] | None
    backchannels: Mapping[str, int]
    longest_monologue_seconds: Mapping[str, float] | None
    median_response_seconds: Mapping[str, float | None]
