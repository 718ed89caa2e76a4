"""Amazon Connect chats: the analysis by Contact Lens, or the transcript itself.

Keys: "Example Contact Lens output files for a chat" in the administrator guide of
Amazon Connect; Item in the API reference of the Participant Service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from empathy_score.readers.contact_lens import contact_of, meta_of, role_at, roles_of
from empathy_score.readers.fields import Object, iso, moment_at, pieces_of, text_at
from empathy_score.readers.formats import Format
from empathy_score.readers.pieces import first_object, required_text, turns_of
from empathy_score.readers.turn import FormatError, Turn, Unusable


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict) or document.get("Channel", "CHAT") != "CHAT":
        return False
    first = first_object(document, "Transcript")
    if first:
        return "AbsoluteTime" in first and bool({"ParticipantId", "Type"} & set(first))
    return "ChatTranscriptVersion" in document


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the messages; joins, leavings, cards and attachments are left out."""
    if document.get("Transcript") is None:
        raise FormatError("has no 'Transcript'")
    turn_of = partial(
        _turn,
        conversation=contact_of(document) or name,
        roles=roles_of(document),
        meta=meta_of(document),
    )
    yield from turns_of(pieces_of(document, "Transcript"), turn_of)


def _turn(
    item: Object,
    conversation: str,
    roles: Mapping[str, str],
    meta: Mapping[str, Any],
) -> Turn | None:
    kind = text_at(item, "ContentType") or "text/plain"
    if item.get("Type", "MESSAGE") != "MESSAGE" or not kind.startswith("text/"):
        return None
    text = required_text(item, "Content")
    moment = moment_at(item, "AbsoluteTime")
    role, shown = role_at(item, roles), text_at(item, "DisplayName")
    shown = None if shown == "[PII]" else shown
    return Turn(
        conversation=conversation,
        text=text,
        role=role,
        speaker=shown or text_at(item, "ParticipantId"),
        start=moment,
        timestamp=iso(moment),
        identifier=text_at(item, "Id"),
        # A participant's identifier lives as long as the chat; the name stays.
        agent=shown if role == "AGENT" else None,
        channel="chat",
        meta=meta,
    )


FORMAT = Format(
    name="contact-lens-chat",
    title="Amazon Connect chats (Contact Lens analysis files, chat transcripts)",
    content="json",
    example="empathy-score score Analysis/Chat/*.json -o scored.csv",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
