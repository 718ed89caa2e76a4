"""Salesforce: the entries of messaging sessions and calls.

Keys: ConversationEntry in the object reference of the Salesforce platform. A file
is an array of records, one record a line, or the answer of a query, which holds
them in ``records``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from empathy_score.readers.fields import Object, iso, moment_at, pieces_of, text_at
from empathy_score.readers.formats import Format
from empathy_score.readers.pieces import first_object, required_text, turns_of
from empathy_score.readers.turn import Turn, Unusable

_SAID = {"text", "message"}
_VOICE_CALL = "0LQ"
"""First characters of the identifier of a VoiceCall."""


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict):
        return False
    entry = first_object(document, "records") or document
    return "ActorType" in entry and bool(
        {"EntryTime", "EntryType", "ConversationId"} & set(entry)
    )


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the messages; opt-ins, transfers and other events are left out."""
    turn_of = partial(_turn, name=name)
    if "records" in document:
        yield from turns_of(pieces_of(document, "records"), turn_of)
        return
    turn = turn_of(document)
    if turn is not None:
        yield turn


def _turn(entry: Object, name: str) -> Turn | None:
    kind = text_at(entry, "EntryType")
    if kind is not None and kind.lower() not in _SAID:
        return None
    if entry.get("Message") is None and entry.get("HasAttachments") is True:
        return None
    text = required_text(entry, "Message")
    conversation = text_at(entry, "ConversationId") or name
    role = text_at(entry, "ActorType")
    shown, who = text_at(entry, "ActorName"), text_at(entry, "ActorId")
    start = moment_at(entry, "EntryTime")
    return Turn(
        conversation=conversation,
        text=text,
        role=role,
        speaker=shown or who,
        start=start,
        end=moment_at(entry, "EntryEndTime"),
        timestamp=iso(start),
        identifier=text_at(entry, "Id"),
        agent=(who or shown) if role == "Agent" else None,
        channel="voice" if conversation.startswith(_VOICE_CALL) else "chat",
    )


FORMAT = Format(
    name="salesforce",
    title="Salesforce conversation entries (messaging sessions, voice calls)",
    content="json",
    example="empathy-score score entries.json -o scored.csv",
    endings=(".json", ".jsonl"),
    recognises=_recognises,
    read=_read,
)
