"""The records that travel between the stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Role = Literal["agent", "customer", "bot", "system", "unknown"]

MECHANISMS = ("emotional_reaction", "interpretation", "exploration")
"""How empathy is communicated, as in EPITOME (Sharma et al., EMNLP 2020)."""


class Utterance(NamedTuple):  # a frozen dataclass takes three times as long to make
    """One turn of one speaker, as a reader hands it on.

    Attributes
    ----------
    row : int
        Position in the input, from 0; scores are joined back by it.
    conversation : str
        Identifier of the conversation.
    role : {"agent", "customer", "bot", "system", "unknown"}
        Who spoke; what could not be recognised is ``"unknown"``.
    text : str
        What was said, unchanged.
    start, end : float or None
        Seconds; None where the input does not say.
    """

    row: int
    conversation: str
    role: Role
    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One span of evidence.

    Parameters
    ----------
    label : str
        The cue, ``"apology"`` for instance.
    subtype : str or None
        Kind of apology or dismissal; None for cues without kinds.
    start, end : int
        Character offsets into the original text: ``text == whole[start:end]``.
    text : str
        The words themselves.
    pattern : str
        Identifier of the lexicon row that matched.
    negated : bool
        True where the words are there but denied ("I can't apologise").
    """

    label: str
    subtype: str | None
    start: int
    end: int
    text: str
    pattern: str
    negated: bool
