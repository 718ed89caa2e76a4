"""Which turn an utterance answers: the other side's last words before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from empathy_score.records import Role, Utterance

_OTHER_SIDE: dict[Role, Role] = {"agent": "customer", "customer": "agent"}


@dataclass(slots=True)
class _Said:
    """What both sides of one conversation said last."""

    last: Role | None = None
    words: dict[Role, list[str]] = field(default_factory=dict)


def replies(utterances: Iterable[Utterance]) -> Iterator[str | None]:
    r"""Give each utterance the other side's turn before it.

    Messages that one side sends in a row are one turn and joined by a line break. A
    bot's or the system's words between do not count, and of an utterance whose role
    is unknown nobody can say which side is the other.

    Parameters
    ----------
    utterances : iterable of Utterance
        Each conversation in order; conversations may be interleaved.

    Yields
    ------
    str or None
        None where the other side has not spoken yet.

    Examples
    --------
    >>> turns = [
    ...     Utterance(row=0, conversation="1", role="customer", text="Broken."),
    ...     Utterance(row=1, conversation="1", role="customer", text="Again!"),
    ...     Utterance(row=2, conversation="1", role="agent", text="Oh no."),
    ... ]
    >>> list(replies(turns))[2]
    'Broken.\nAgain!'
    """
    said: dict[str, _Said] = {}
    for utterance in utterances:
        before = said.get(utterance.conversation)
        if before is None:
            before = said[utterance.conversation] = _Said()
        other = _OTHER_SIDE.get(utterance.role)
        if other is None:
            yield None
            continue
        words = before.words.get(other)
        yield None if words is None else "\n".join(words)
        if before.last != utterance.role:
            before.words[utterance.role] = []
        before.words[utterance.role].append(utterance.text)
        before.last = utterance.role
