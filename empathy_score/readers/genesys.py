"""Genesys Cloud: the transcripts of a conversation, from their download address.

Keys: "Work with a voice transcript" in the help of Genesys Cloud, and the schema of
such files in the PyPI package cxidk. A phrase is ``external`` or ``internal``; who
is behind ``internal`` (an agent, a flow, a queue) is said by the participants, each
with the time in which he was on the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from empathy_score.readers.fields import (
    Object,
    iso,
    list_at,
    moment_at,
    object_at,
    pieces_of,
    seconds_at,
    text_at,
    unusable,
)
from empathy_score.readers.formats import Format
from empathy_score.readers.pieces import first_object, placed, required_text, turns_of
from empathy_score.readers.turn import Channel, FormatError, Turn, Unusable

_SINCE_1970 = 1e9
"""Seconds from which on a start is a date and no offset."""
_CHANNELS: Mapping[str, Channel] = {
    "call": "voice",
    "voice": "voice",
    "callback": "voice",
    "chat": "chat",
    "message": "chat",
    "messaging": "chat",
    "email": "email",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Internal:
    """Someone on the company's side, and when he was on the line."""

    role: str
    user: str | None
    queue: str | None
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What holds for all phrases of a communication."""

    conversation: str
    began: float | None
    internals: Sequence[_Internal]
    channel: Channel | None
    meta: Mapping[str, Any]


def _recognises(document: Any) -> bool:  # noqa: ANN401
    first = first_object(document, "transcripts")
    if not first:
        return isinstance(document, dict) and {
            "conversationId",
            "communicationId",
            "transcripts",
        } <= set(document)
    known = {"transcriptId", "engineId", "programId", "analytics"} & set(first)
    return "phrases" in first and bool(known or "conversationId" in document)


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the phrases of all transcripts, by time where each has one."""
    if document.get("transcripts") is None:
        raise FormatError("has no 'transcripts'")
    turns: list[Turn] = []
    frame = _frame(document, name)
    for one in pieces_of(document, "transcripts"):
        if isinstance(one, Unusable):
            yield one
            continue
        place, transcript = one
        try:
            found = list(_phrases(place, transcript, frame))
        except FormatError as error:
            yield unusable(place, str(error), transcript)
            continue
        yield from (turn for turn in found if isinstance(turn, Unusable))
        turns += (turn for turn in found if isinstance(turn, Turn))
    starts = [turn.start for turn in turns if turn.start is not None]
    if len(starts) == len(turns):
        turns = [turns[at] for at in sorted(range(len(turns)), key=starts.__getitem__)]
    yield from turns


def _frame(document: Object, name: str) -> _Frame:
    media = (text_at(document, "mediaType") or "").lower()
    began = moment_at(document, "conversationStartTime")
    meta = {}
    if communication := text_at(document, "communicationId"):
        meta["communication"] = communication
    return _Frame(
        conversation=text_at(document, "conversationId") or name,
        began=moment_at(document, "startTime") if began is None else began,
        internals=tuple(_internals(document)),
        channel=_CHANNELS.get(media),
        meta=meta,
    )


def _internals(document: Object) -> Iterator[_Internal]:
    """Give the participants on the company's side."""
    for one in list_at(document, "participants"):
        if not isinstance(one, Mapping) or one.get("participantPurpose") == "external":
            continue
        user, flow = text_at(one, "userId"), text_at(one, "flowId")
        start = seconds_at(one, "startTimeMs", 1000)
        end = seconds_at(one, "endTimeMs", 1000)
        yield _Internal(
            role="agent" if user else "bot" if flow else "system",
            user=user,
            queue=text_at(one, "queueId"),
            start=float("-inf") if start is None else start,
            end=float("inf") if end is None else end,
        )


def _phrases(
    place: str, transcript: Object, frame: _Frame
) -> Iterator[Turn | Unusable]:
    if transcript.get("phrases") is None:
        raise FormatError("has no 'phrases'")
    meta = dict(frame.meta)
    if language := text_at(transcript, "language"):
        meta["language"] = language
    own = replace(frame, meta=meta)
    if own.channel is None and text_at(transcript, "messageType"):
        own = replace(own, channel="chat")
    if own.began is None:
        own = replace(own, began=moment_at(transcript, "startTime"))
    turn_of = partial(_turn, frame=own, transcript=text_at(transcript, "transcriptId"))
    pieces = placed(f"{place}.", pieces_of(transcript, "phrases"))
    yield from turns_of(pieces, turn_of)


def _turn(phrase: Object, frame: _Frame, transcript: str | None) -> Turn:
    text = text_at(phrase, "decoratedText") or required_text(phrase, "text")
    moment = seconds_at(phrase, "startTimeMs", 1000)
    lasted = seconds_at(object_at(phrase, "duration"), "milliseconds", 1000)
    start, end = _times(moment, lasted, frame)
    purpose = text_at(phrase, "participantPurpose")
    role, who = _speaker(purpose, moment, lasted, frame.internals)
    meta = dict(frame.meta)
    if who is not None and who.queue:
        meta["queue"] = who.queue
    index = text_at(phrase, "phraseIndex")
    return Turn(
        conversation=frame.conversation,
        text=text,
        role=role,
        speaker=_label(purpose, role, who),
        start=start,
        end=end,
        timestamp=iso(moment) if _is_date(moment) else None,
        identifier=f"{transcript}:{index}" if transcript and index else None,
        agent=who.user if who is not None else None,
        channel=frame.channel or ("voice" if lasted is not None else None),
        meta=meta,
    )


def _label(purpose: str | None, role: str | None, who: _Internal | None) -> str | None:
    if who is not None and who.user:
        return who.user
    # A bot must not become the agent by a caller's "internal=agent".
    return None if role in {"bot", "system"} else purpose


def _is_date(moment: float | None) -> bool:
    return moment is not None and moment >= _SINCE_1970


def _times(
    moment: float | None, lasted: float | None, frame: _Frame
) -> tuple[float | None, float | None]:
    """Give start and end; speech is timed from the beginning of the conversation."""
    if moment is None:
        return None, None
    spoken = frame.channel == "voice" or (frame.channel is None and lasted is not None)
    start = moment
    if spoken and _is_date(moment) and frame.began is not None:
        start = round(moment - frame.began, 3)
    end = round(start + lasted, 3) if spoken and lasted is not None else None
    return start, end


def _speaker(
    purpose: str | None,
    moment: float | None,
    lasted: float | None,
    internals: Sequence[_Internal],
) -> tuple[str | None, _Internal | None]:
    """Say who spoke; ``internal`` stays where the participants leave it open."""
    if purpose == "external":
        return "customer", None
    if purpose != "internal" or not internals:
        return purpose, None
    there = _on_the_line(moment, lasted or 0.0, internals)
    # A queue or a flow may stay on the line while an agent speaks.
    there = [one for one in there if one.user] or there
    if not there:
        there = internals
        if len({one.user is None for one in there}) > 1:
            return purpose, None
    alone = len({one.user for one in there}) == 1
    return there[0].role, there[0] if alone else None


def _on_the_line(
    moment: float | None, lasted: float, internals: Sequence[_Internal]
) -> Sequence[_Internal]:
    """Find who was on the line for the longest part of a phrase."""
    if moment is None:
        return []
    shared = [
        min(moment + lasted, one.end) - max(moment, one.start) for one in internals
    ]
    longest = max(shared)
    pairs = zip(internals, shared, strict=True)
    return [one for one, time in pairs if time == longest >= 0]


FORMAT = Format(
    name="genesys",
    title="Genesys Cloud transcripts",
    content="json",
    example="empathy-score score transcript.json -o scored.csv",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
