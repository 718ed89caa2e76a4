"""Which turn an utterance answers: the other side's last words before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from empathy_score.records import Role, Utterance
from empathy_score.utterance_table import UtteranceTable

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
    for conversation, role, text in _turns(utterances):
        before = said.get(conversation)
        if before is None:
            before = said[conversation] = _Said()
        other = _OTHER_SIDE.get(role)
        if other is None:
            yield None
            continue
        words = before.words.get(other)
        yield None if words is None else "\n".join(words)
        if before.last == role:
            before.words[role].append(text)
        else:
            before.words[role] = [text]
        before.last = role


def _turns(utterances: Iterable[Utterance]) -> Iterable[tuple[str, Role, str]]:
    if isinstance(utterances, UtteranceTable):
        columns = utterances.conversation, utterances.role, utterances.text
        return zip(*columns, strict=True)
    return ((one.conversation, one.role, one.text) for one in utterances)
