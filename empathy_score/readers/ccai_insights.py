"""Google Conversational Insights: conversations to upload, and those of the API.

Keys: "Conversation data format" and the Conversation resource in the documentation
of Customer Experience Insights (before: CCAI Insights); the Python client writes
the same with the names of its own fields and with numbers for roles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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

_ROLES = {
    "0": None,
    "ROLE_UNSPECIFIED": None,
    "1": "HUMAN_AGENT",
    "2": "AUTOMATED_AGENT",
    "3": "END_USER",
    "4": "ANY_AGENT",
}
_CHANNELS: Mapping[str, Channel] = {
    "1": "voice",
    "PHONE_CALL": "voice",
    "2": "chat",
    "CHAT": "chat",
}
_SINCE_1970 = 1e9
"""Seconds from which on a start is a date and no offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What holds for all segments of a conversation."""

    conversation: str
    began: float | None
    channel: Channel | None
    sides: Mapping[int, str]
    agent: str | None
    meta: Mapping[str, Any]


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict):
        return False
    entry = first_object(document, "entries")
    if entry:
        roles = {"role", "user_id"} <= set(entry)
        return "text" in entry and (roles or "start_timestamp_usec" in entry)
    some = first_object(document, "conversations") or document
    transcript = _field(some, "transcript")
    return isinstance(transcript, dict) and isinstance(
        _field(transcript, "transcriptSegments"), list
    )


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the entries of an upload, or the segments of each conversation."""
    if "entries" in document:
        turn_of = partial(_entry, conversation=name, meta=_categories(document))
        yield from turns_of(pieces_of(document, "entries"), turn_of)
    elif "conversations" in document:
        yield from _listed(document, name)
    else:
        yield from _conversation(document, name)


def _categories(document: Object) -> dict[str, Any]:
    info = object_at(document, "conversation_info")
    named = [
        one["display_name"]
        for one in list_at(info, "categories")
        if isinstance(one, Mapping) and isinstance(one.get("display_name"), str)
    ]
    return {"categories": named} if named else {}


def _entry(entry: Object, conversation: str, meta: Mapping[str, Any]) -> Turn:
    start = seconds_at(entry, "start_timestamp_usec", 1e6)
    role, who = text_at(entry, "role"), text_at(entry, "user_id")
    is_date = start is not None and start >= _SINCE_1970
    return Turn(
        conversation=conversation,
        text=required_text(entry, "text"),
        role=role,
        speaker=who,
        start=start,
        timestamp=iso(start) if is_date else None,
        agent=who if role == "AGENT" else None,
        meta=meta,
    )


def _listed(document: Object, name: str) -> Iterator[Turn | Unusable]:
    for one in pieces_of(document, "conversations"):
        if isinstance(one, Unusable):
            yield one
            continue
        place, conversation = one
        try:
            yield from _conversation(conversation, f"{name}#{place}", f"{place}.")
        except FormatError as error:
            yield unusable(place, str(error), conversation)


def _conversation(
    document: Object, name: str, within: str = ""
) -> Iterator[Turn | Unusable]:
    transcript = object_at(document, _key(document, "transcript"))
    key = _key(transcript, "transcriptSegments")
    if transcript.get(key) is None:
        raise FormatError(f"has no 'transcript' with {key!r}")
    frame = _frame(document, name)
    pieces = placed(f"{within}transcript.", pieces_of(transcript, key))
    yield from turns_of(pieces, partial(_segment, frame=frame))


def _frame(document: Object, name: str) -> _Frame:
    quality = object_at(document, _key(document, "qualityMetadata"))
    key = _key(quality, "agentInfo")
    infos = [one for one in list_at(quality, key) if isinstance(one, Mapping)]
    agents = {text_at(one, _key(one, "agentId")) for one in infos}
    agents.add(text_at(document, _key(document, "agentId")))
    named = sorted(one for one in agents if one)
    meta: dict[str, Any] = {}
    rating = seconds_at(quality, _key(quality, "customerSatisfactionRating"))
    if rating:  # 0 stands for "not rated"
        meta["rating"] = rating
    if language := text_at(document, _key(document, "languageCode")):
        meta["language"] = language
    full_name = text_at(document, "name")
    return _Frame(
        conversation=full_name.rpartition("/")[2] if full_name else name,
        began=moment_at(document, _key(document, "startTime")),
        channel=_CHANNELS.get(text_at(document, "medium") or ""),
        sides=_sides(document),
        agent=named[0] if len(named) == 1 else None,
        meta=meta,
    )


def _sides(document: Object) -> dict[int, str]:
    """Tell who is on which channel of a recording, where that is said."""
    call = object_at(document, _key(document, "callMetadata"))
    sides: dict[int, str] = {}
    for key, role in (("agentChannel", "ANY_AGENT"), ("customerChannel", "END_USER")):
        number = seconds_at(call, _key(call, key))
        if number:
            sides[int(number)] = role
    return sides if len(sides) == 2 else {}


def _segment(segment: Object, frame: _Frame) -> Turn:
    text = required_text(segment, "text")
    participant = object_at(segment, _key(segment, "segmentParticipant"))
    tag = seconds_at(segment, _key(segment, "channelTag"))
    said = text_at(participant, "role")
    role = _ROLES.get(said or "0", said) or frame.sides.get(int(tag or 0))
    who = text_at(participant, _key(participant, "userId"))
    moment = moment_at(segment, _key(segment, "messageTime"))
    start, end = _times(segment, moment, frame)
    is_agent = role == "HUMAN_AGENT"
    return Turn(
        conversation=frame.conversation,
        text=text,
        role=role,
        speaker=who or (f"channel {int(tag)}" if tag else None),
        start=start,
        end=end,
        timestamp=iso(moment),
        agent=(frame.agent or who) if is_agent else None,
        channel=frame.channel,
        meta=frame.meta,
    )


def _times(
    segment: Object, moment: float | None, frame: _Frame
) -> tuple[float | None, float | None]:
    """Give start and end: by the words of speech, else when the message came."""
    words = [one for one in list_at(segment, "words") if isinstance(one, Mapping)]
    if frame.channel != "chat" and words:
        first, last = words[0], words[-1]
        start = seconds_at(first, _key(first, "startOffset"))
        end = seconds_at(last, _key(last, "endOffset"))
        if start is not None:
            return start, end
    if frame.channel == "voice" and moment is not None and frame.began is not None:
        return round(moment - frame.began, 3), None
    return moment, None


def _key(parent: Object, camel: str) -> str:
    """Give the name that a field has here: ``messageTime`` or ``message_time``."""
    if camel in parent:
        return camel
    snake = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in camel)
    return snake if snake in parent else camel


def _field(parent: Object, camel: str) -> Any:  # noqa: ANN401
    return parent.get(_key(parent, camel))


FORMAT = Format(
    name="ccai-insights",
    title="Google Conversational Insights (CCAI), uploads and API exports",
    content="json",
    example="empathy-score score conversation.json -o scored.csv",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
