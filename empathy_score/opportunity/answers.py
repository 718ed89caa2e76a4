"""Whether the agent's words answer what the customer's turn called for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from empathy_score.records import Cue, Utterance
from empathy_score.utterance_table import UtteranceTable

State = Literal["given", "missed", "none"]

# Chosen on the project's own conversations, where they agree best with levels 1 and 2
# of the agent's turns: thanks, offers of help and options answer an order, not a mood.
_ANSWERS_TROUBLE = frozenset(
    {"acknowledgement", "perspective_taking", "reassurance", "apology"}
)
_ANSWERS_GOOD_NEWS = frozenset(
    {"positivity", "acknowledgement", "perspective_taking", "reassurance"}
)
_NO_ANSWER = frozenset({"conditional", "refusal", "clarification"})


def answers(kind: str, cues: Iterable[Cue]) -> bool:
    """Whether cues of an agent's turn answer an opportunity.

    Trouble is answered by acknowledgement, perspective-taking, reassurance and by an
    apology that is one (not "sorry, but we can't", "sorry if you felt" or "sorry, what
    was that?"). Good news is answered by positivity, acknowledgement,
    perspective-taking and reassurance. What is denied answers nothing.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    cues : iterable of Cue
        Of the agent's turn.

    Returns
    -------
    bool

    Examples
    --------
    >>> from empathy_score.cues import cues_of
    >>> from empathy_score.features.transformer import make_cue_pipeline
    >>> nlp = make_cue_pipeline()
    >>> answers("anger", cues_of(nlp("I'm so sorry about this.")))
    True
    >>> answers("anger", cues_of(nlp("Thanks, what is your order number?")))
    False
    """
    fitting = _ANSWERS_GOOD_NEWS if kind == "good_news" else _ANSWERS_TROUBLE
    return any(
        cue.label in fitting and not cue.negated and cue.subtype not in _NO_ANSWER
        for cue in cues
    )


def opportunity_states(
    utterances: Sequence[Utterance],
    kinds: Sequence[str | None],
    cues: Sequence[Iterable[Cue]],
) -> list[State | None]:
    """Say of each agent's utterance whether the opportunity before it was taken.

    The agent's turn is all that the agent says until the customer speaks again; a
    bot's or the system's words between do not end it. All its utterances share one
    state: of a conversation still going on, the state so far.

    Parameters
    ----------
    utterances : sequence of Utterance
        Each conversation in order; conversations may be interleaved.
    kinds : sequence of str or None
        For each agent's utterance, what the customer's turn before it calls for; None
        where that turn calls for nothing. Other roles' entries are not looked at.
    cues : sequence of iterable of Cue
        Of each utterance.

    Returns
    -------
    list of str or None
        ``"given"``, ``"missed"`` or ``"none"`` (none called for); None for what is no
        agent's utterance or has no customer's turn before it.

    Examples
    --------
    >>> said = [("customer", "It broke!"), ("agent", "Number?"), ("agent", "Ok.")]
    >>> turns = [
    ...     Utterance(row=row, conversation="1", role=role, text=text)
    ...     for row, (role, text) in enumerate(said)
    ... ]
    >>> opportunity_states(turns, [None, "anger", "anger"], [[], [], []])
    [None, 'missed', 'missed']
    """
    table = UtteranceTable.of(utterances)
    turn_of: dict[str, int] = {}  # the agent's turn of each conversation
    turns: list[int | None] = []
    for conversation, role in zip(table.conversation, table.role, strict=True):
        if role == "customer":
            turn_of[conversation] = len(turns)
        turns.append(turn_of.get(conversation) if role == "agent" else None)
    state_of: dict[int, State] = {}
    for place, (turn, kind) in enumerate(zip(turns, kinds, strict=True)):
        if turn is None or kind is None or state_of.get(turn) == "given":
            continue
        state_of[turn] = "given" if answers(kind, cues[place]) else "missed"
    return [None if turn is None else state_of.get(turn, "none") for turn in turns]
