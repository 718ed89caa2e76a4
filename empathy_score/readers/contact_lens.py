"""Amazon Connect Contact Lens, calls: the analysis of a contact, or its segments.

Keys: "Example Contact Lens output files" in the administrator guide of Amazon
Connect, and ListRealtimeContactAnalysisSegments in its API reference.
A participant is ``AGENT`` or ``CUSTOMER`` in some files and an identifier in
others; ``Participants`` says which is whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
)
from empathy_score.readers.formats import Format
from empathy_score.readers.pieces import first_object, required_text, turns_of
from empathy_score.readers.turn import FormatError, Turn, Unusable

_ROLES = ("AGENT", "CUSTOMER", "SYSTEM", "CUSTOM_BOT", "SUPERVISOR")


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict) or "JobName" in document:
        return False
    if isinstance(document.get("Segments"), list):
        return _has_segments(document)
    if document.get("Channel", "VOICE") != "VOICE":
        return False
    first = first_object(document, "Transcript")
    if first:
        # Chats have AbsoluteTime, Transcribe Call Analytics no ParticipantId.
        return {"ParticipantId", "Content"} <= set(
            first
        ) and "AbsoluteTime" not in first
    return {"Channel", "ContentMetadata", "Participants"} <= set(document)


def _has_segments(document: Object) -> bool:
    for segment in document["Segments"][:50]:
        said = segment.get("Transcript") if isinstance(segment, dict) else None
        if isinstance(said, dict):
            return {"ParticipantId", "Content"} <= set(said)
    return False


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the turns of a call; times are milliseconds since it began."""
    turn_of = partial(
        _turn,
        conversation=contact_of(document) or name,
        roles=roles_of(document),
        meta=meta_of(document),
    )
    if "Segments" in document:
        yield from turns_of(_segments(document), turn_of)
        return
    if document.get("Transcript") is None:
        raise FormatError("has no 'Transcript'")
    yield from turns_of(pieces_of(document, "Transcript"), turn_of)


def _segments(document: Object) -> Iterator[tuple[str, Object] | Unusable]:
    """Give what was said; other segments hold categories, issues and events."""
    for one in pieces_of(document, "Segments"):
        if isinstance(one, Unusable) or isinstance(one[1].get("Transcript"), Mapping):
            yield (
                one
                if isinstance(one, Unusable)
                else (
                    f"{one[0]}.Transcript",
                    one[1]["Transcript"],
                )
            )


def _turn(
    piece: Object,
    conversation: str,
    roles: Mapping[str, str],
    meta: Mapping[str, Any],
) -> Turn:
    text = required_text(piece, "Content")
    role = role_at(piece, roles)
    who = text_at(piece, "DisplayName") or text_at(piece, "ParticipantId")
    moment = moment_at(object_at(piece, "Time"), "AbsoluteTime")
    start = seconds_at(piece, "BeginOffsetMillis", 1000)
    return Turn(
        conversation=conversation,
        text=text,
        role=role,
        speaker=who,
        start=moment if start is None else start,
        end=seconds_at(piece, "EndOffsetMillis", 1000),
        timestamp=iso(moment),
        identifier=text_at(piece, "Id"),
        agent=who if role == "AGENT" and who != role else None,
        channel="voice" if moment is None else "chat",
        meta=meta,
    )


def contact_of(document: Object) -> str | None:
    """Take the identifier of the contact, where the file has it.

    Examples
    --------
    >>> contact_of({"CustomerMetadata": {"ContactId": "c-1"}})
    'c-1'
    """
    named = text_at(document, "ContactId")
    return named or text_at(object_at(document, "CustomerMetadata"), "ContactId")


def roles_of(document: Object) -> dict[str, str]:
    """Map the identifiers of participants to their roles.

    Examples
    --------
    >>> agent = {"ParticipantId": "p1", "ParticipantRole": "AGENT"}
    >>> roles_of({"Participants": [agent]})
    {'p1': 'AGENT'}
    """
    roles: dict[str, str] = {}
    for one in list_at(document, "Participants"):
        who = one.get("ParticipantId") if isinstance(one, Mapping) else None
        role = one.get("ParticipantRole") if isinstance(one, Mapping) else None
        if isinstance(who, str) and isinstance(role, str):
            roles[who] = role
    return roles


def role_at(piece: Object, roles: Mapping[str, str]) -> str | None:
    """Say who spoke: what the piece says, else what the participants say.

    Examples
    --------
    >>> role_at({"ParticipantId": "p1"}, {"p1": "AGENT"})
    'AGENT'
    >>> role_at({"ParticipantId": "CUSTOMER"}, {"p1": "AGENT"})
    'CUSTOMER'
    """
    who = text_at(piece, "ParticipantId")
    said = text_at(piece, "ParticipantRole") or roles.get(who or "")
    return said or (who if who in _ROLES else None)


def meta_of(document: Object) -> dict[str, Any]:
    """Take the language, and whether personal data were taken out.

    Examples
    --------
    >>> meta_of({"LanguageCode": "en-US", "ContentMetadata": {"Output": "Redacted"}})
    {'language': 'en-US', 'redacted': True}
    """
    meta: dict[str, Any] = {}
    if language := text_at(document, "LanguageCode"):
        meta["language"] = language
    if text_at(object_at(document, "ContentMetadata"), "Output") == "Redacted":
        meta["redacted"] = True
    return meta


FORMAT = Format(
    name="contact-lens",
    title="Amazon Connect Contact Lens, calls (analysis files, real-time segments)",
    content="json",
    example="empathy-score score Analysis/Voice/*.json -o scored.csv",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
