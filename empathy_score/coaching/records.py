"""What coaching reads, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from empathy_score.records import Cue

Side = Literal["reply_to", "quote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One message of an agent, or all of them until the customer speaks again.

    Attributes
    ----------
    group : str or None
        The agent, or what else is coached.
    conversation, turn : str or None
        As the table has them; ``turn`` of the first message.
    rows : tuple of int
        Rows of the table.
    reply_to : str or None
        The customer's turn before it, its messages joined by line breaks.
    text : str
        Its own, joined likewise.
    cues : tuple of Cue
        With offsets in ``text``.
    score, p_strong : float
        The highest of its messages, in [0, 1].
    p_none : float
        The lowest of its messages, in [0, 1].
    level : int
        The highest of its messages.
    called, missed : bool or None
        Whether ``reply_to`` called for empathy, and whether nothing answered it; None
        where it cannot be said.
    interrupts : bool or None
        Whether it began before the customer had finished; None where not observable.
    readable : bool
        Whether every message is English that the model knows, with its cues.
    """

    group: str | None
    conversation: str | None
    turn: str | None
    rows: tuple[int, ...]
    reply_to: str | None
    text: str
    cues: tuple[Cue, ...]
    score: float
    p_none: float
    p_strong: float
    level: int
    called: bool | None
    missed: bool | None
    interrupts: bool | None
    readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One span that a sentence of the coaching rests on.

    Parameters
    ----------
    side : {"reply_to", "quote"}
        Which text of the moment it is in.
    start, end : int
        Character offsets in that text.
    label : str
        The cue, or the row of the rules that found the customer's words.
    text : str
        The words themselves.
    """

    side: Side
    start: int
    end: int
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A place in a conversation that is worth talking about.

    Parameters
    ----------
    agent : str or None
        Whose moment it is; the value of ``by``. None where the table does not say.
    conversation, turn : str or None
        Where, as the table has it.
    row : int
        Row of the table, from 0, of the message, or of the first of its messages.
    quote : str
        What the agent said: of a strength that message, of a missed opportunity all
        messages until the customer speaks again, joined by line breaks.
    reply_to : str or None
        The customer's turn before it.
    score : float
        Of the message, or the highest of the messages, in [0, 1].
    what_was_said : str or None
        The customer's words that called for empathy; None where no rule knows them.
    says : str
        The moment in plain words; what it quotes stands in ``quote`` or ``reply_to``.
    rule : str
        The rows of the rules that it comes from.
    sure : float
        Order of a list, in [0, 1]: of a missed opportunity how surely the turn called
        times how surely nothing answered; of a strength the probability of a strong
        answer.
    evidence : tuple of Evidence
        The spans.
    """

    agent: str | None
    conversation: str | None
    turn: str | None
    row: int
    quote: str
    reply_to: str | None
    score: float
    what_was_said: str | None
    says: str
    rule: str
    sure: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What somebody does again and again.

    Parameters
    ----------
    rule : str
        Row of the rules.
    says : str
        In plain words, with the counts.
    good : bool
        True for a habit to keep.
    count, of : int
        How many turns (or conversations) show it, of how many that could.
    rows : tuple of int
        Up to twenty rows of the table that show it, in their order.
    """

    rule: str
    says: str
    good: bool
    count: int
    of: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coaching:
    """What to talk about with one agent.

    Parameters
    ----------
    agent : str or None
        The agent, or the value of ``by``; None for turns that name none.
    conversations, turns : int
        How much was read: conversations, and the agent's scored turns.
    strengths : tuple of Moment
        The strongest moments, best first.
    missed : tuple of Moment
        The missed opportunities, surest first.
    patterns : tuple of Pattern
        Habits to keep first, then habits to change, in the order of the rules.
    """

    agent: str | None
    conversations: int
    turns: int
    strengths: tuple[Moment, ...]
    missed: tuple[Moment, ...]
    patterns: tuple[Pattern, ...]
