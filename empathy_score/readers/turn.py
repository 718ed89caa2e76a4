"""What the reader of an export gives: turns, and what could not be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Channel = Literal["voice", "chat", "email"]


class FormatError(ValueError):
    """A document is not what its format promises; the text says what is amiss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message or one stretch of speech, as an export holds it.

    Parameters
    ----------
    conversation : str
        The export's own identifier, or the name of the file where it has none.
    text : str
        What was said, as plain text.
    role : str or None
        The export's word for who spoke (``"AGENT"``, ``"end-user"``); None where it
        does not say. It becomes a role by :func:`~empathy_score.columns.role_of`.
    speaker : str or None
        Name or label of the speaker (``"spk_0"``).
    start, end : float or None
        Seconds, to the millisecond: since the conversation began for speech, since
        1970 for messages.
    timestamp : str or None
        When it was said, ISO 8601 in UTC, where the export says it.
    identifier : str or None
        The export's own identifier of the turn.
    agent : str or None
        Identifier or name of the agent who spoke.
    channel : {"voice", "chat", "email"} or None
        How they talked.
    meta : mapping
        What else the export knows and a summary may need (rating, queue, language).
    """

    conversation: str
    text: str
    role: str | None = None
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    timestamp: str | None = None
    identifier: str | None = None
    agent: str | None = None
    channel: Channel | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """A piece of an export that is no turn although it should be one.

    Parameters
    ----------
    reason : str
        Where it stands and what is amiss, in plain words.
    raw : str
        The piece itself.
    line : int or None
        Line in the file, from 1, where the reader knows it.
    """

    reason: str
    raw: str
    line: int | None = None
