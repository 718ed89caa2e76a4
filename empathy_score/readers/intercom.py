"""Intercom: conversations with their parts.

Keys: https://github.com/intercom/Intercom-OpenAPI (descriptions/2.15). The first
message is ``source``. Parts of the type ``comment`` are messages; so are ``open`` and
``close`` where they have a body, because a reply that reopens or closes a conversation
is written there. Notes, assignments and all other parts are internal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from empathy_score.readers.fields import (
    Object,
    iso,
    moment_at,
    object_at,
    pieces_of,
    text_at,
    unusable,
)
from empathy_score.readers.formats import Format
from empathy_score.readers.html_text import html_text
from empathy_score.readers.quoted_mail import without_quoted_mail
from empathy_score.readers.turn import Channel, FormatError, Turn, Unusable

_NO_PARTS = (
    "has no 'conversation_parts': lists and searches of conversations leave them out; "
    "retrieve each conversation (GET /conversations/ID) and save those"
)
_SAID = {"comment", "open", "close"}
_DELETED = "This message was deleted"
_AUTOMATIC = {"automated", "operator_initiated", "campaigns_initiated"}
_CHANNELS: Mapping[str, Channel] = {
    "email": "email",
    "phone_call": "voice",
    "phone_switch": "voice",
}


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict):
        return False
    listed = document.get("conversations")
    if isinstance(listed, list):
        return bool(listed) and _is_conversation(listed[0])
    return _is_conversation(document)


def _is_conversation(piece: Any) -> bool:  # noqa: ANN401
    if not isinstance(piece, dict):
        return False
    source = piece.get("source")
    authored = isinstance(source, dict) and "author" in source
    return authored and (
        "conversation_parts" in piece or piece.get("type") == "conversation"
    )


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the messages of one conversation, or of many."""
    if "conversations" not in document:
        yield from _of_conversation(document, name)
        return
    pieces = list(pieces_of(document, "conversations"))
    found = [piece[1] for piece in pieces if isinstance(piece, tuple)]
    if not any("conversation_parts" in one for one in found):
        raise FormatError(_NO_PARTS)
    for piece in pieces:
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, conversation = piece
        try:
            yield from _of_conversation(conversation, f"{name}#{place}")
        except FormatError as error:
            yield unusable(place, str(error), conversation)


def _of_conversation(document: Object, name: str) -> Iterator[Turn | Unusable]:
    if document.get("conversation_parts") is None:
        raise FormatError(_NO_PARTS)
    holder = object_at(document, "source")
    known = {
        "conversation": text_at(document, "id") or name,
        "channel": _CHANNELS.get(text_at(holder, "type") or "", "chat"),
        "meta": _meta(document),
    }
    first = {"created_at": document.get("created_at"), **holder}
    parts = document["conversation_parts"]
    within = parts if isinstance(parts, Mapping) else {"conversation_parts": parts}
    pieces = [("source", first), *pieces_of(within, "conversation_parts")]
    for piece in pieces:
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, message = piece
        try:
            turn = _turn(message, known)
        except FormatError as error:
            yield unusable(place, str(error), message)
            continue
        if turn is not None:
            yield turn


def _meta(document: Object) -> dict[str, Any]:
    rating = object_at(document, "conversation_rating")
    known = {
        "rating": rating.get("rating"),
        "rating_comment": rating.get("remark"),
        "queue": document.get("team_assignee_id"),
    }
    return {key: value for key, value in known.items() if value not in (None, "")}


def _turn(message: Object, known: Mapping[str, Any]) -> Turn | None:
    """Give the source or a part as a turn; None for what is no message."""
    kind = text_at(message, "part_type") if "part_type" in message else "comment"
    if kind not in _SAID or message.get("redacted"):
        return None
    if "body" not in message:
        raise FormatError("has no 'body'")
    text = html_text(text_at(message, "body") or "")
    if known["channel"] == "email":
        text = without_quoted_mail(text)
    if not text or text == _DELETED:
        return None
    if message.get("author") is None:
        raise FormatError("has no 'author'")
    author = object_at(message, "author")
    role = _role(message, author)
    start = moment_at(message, "created_at")
    return Turn(
        text=text,
        role=role,
        speaker=text_at(author, "name") or text_at(author, "id"),
        start=start,
        timestamp=iso(start),
        identifier=text_at(message, "id"),
        agent=text_at(author, "id") if role in {"admin", "team"} else None,
        **known,
    )


def _role(message: Object, author: Object) -> str | None:
    """Say who wrote; what Intercom sent in an agent's name is a bot's."""
    role = text_at(author, "type")
    is_automatic = text_at(message, "delivered_as") in _AUTOMATIC
    if author.get("from_ai_agent") is True or author.get("is_ai_answer") is True:
        return "bot"
    return "bot" if is_automatic and role in {"admin", "team"} else role


FORMAT = Format(
    name="intercom",
    title="Intercom conversations",
    content="json",
    example="empathy-score score conversations.json -o scored.csv",
    endings=(".json", ".jsonl"),
    recognises=_recognises,
    read=_read,
)
