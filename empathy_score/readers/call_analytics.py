"""Amazon Transcribe Call Analytics: the transcript of a call.

Keys: "Post-call analytics output" in the developer guide of Amazon Transcribe.
Like Contact Lens, but each turn names its role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from empathy_score.readers.contact_lens import meta_of
from empathy_score.readers.fields import Object, pieces_of, seconds_at, text_at
from empathy_score.readers.formats import Format
from empathy_score.readers.pieces import first_object, required_text, turns_of
from empathy_score.readers.turn import FormatError, Turn, Unusable

_TURN = {"ParticipantRole", "BeginOffsetMillis", "Content"}


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict):
        return False
    first = first_object(document, "Transcript")
    if first:
        return set(first) >= _TURN and "ParticipantId" not in first
    return {"JobName", "JobStatus", "Participants"} <= set(document)


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the turns of a call; times are milliseconds since it began."""
    if document.get("Transcript") is None:
        raise FormatError("has no 'Transcript'")
    conversation = text_at(document, "JobName") or name
    turn_of = partial(_turn, conversation=conversation, meta=meta_of(document))
    yield from turns_of(pieces_of(document, "Transcript"), turn_of)


def _turn(piece: Object, conversation: str, meta: Mapping[str, Any]) -> Turn:
    return Turn(
        conversation=conversation,
        text=required_text(piece, "Content"),
        role=text_at(piece, "ParticipantRole"),
        speaker=text_at(piece, "ParticipantRole"),
        start=seconds_at(piece, "BeginOffsetMillis", 1000),
        end=seconds_at(piece, "EndOffsetMillis", 1000),
        identifier=text_at(piece, "Id"),
        channel="voice",
        meta=meta,
    )


FORMAT = Format(
    name="transcribe-call-analytics",
    title="Amazon Transcribe Call Analytics",
    content="json",
    example="empathy-score score call-analytics.json -o scored.csv",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
