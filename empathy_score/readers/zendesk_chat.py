"""Zendesk Chat (Zopim): chats with their history, and offline messages.

Keys: https://developer.zendesk.com/api-reference/live-chat/chat-api/chats/ and
https://github.com/singer-io/tap-zendesk-chat (chat_history.json). Items of a history
without ``msg``, ratings, files and who joined are events. Who spoke is in
``sender_type``, in older chats only in ``nick``: ``visitor``, ``agent:ID``, or
``agent:trigger`` for what a trigger sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from empathy_score.readers.fields import (
    Object,
    iso,
    list_at,
    moment_at,
    object_at,
    pieces_of,
    text_at,
    unusable,
)
from empathy_score.readers.formats import Format
from empathy_score.readers.turn import FormatError, Turn, Unusable

_EVENTS = (
    "chat.member",
    "chat.rating",
    "chat.request",
    "chat.comment",
    "chat.file",
    "chat.wait",
    "chat.queue",
)
_BOTS = {"trigger", "agent:trigger", "bot", "answer_bot"}


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict):
        return False
    chats = document.get("chats")
    if isinstance(chats, list):
        return bool(chats) and _is_chat(chats[0])
    return _is_chat(document)


def _is_chat(piece: Any) -> bool:  # noqa: ANN401
    if not isinstance(piece, dict):
        return False
    if piece.get("type") == "offline_msg":
        return "message" in piece
    is_known = piece.get("type") == "chat" or isinstance(piece.get("visitor"), dict)
    return is_known and isinstance(piece.get("history"), list)


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the messages of one chat, or of many."""
    if "chats" not in document:
        yield from _of_chat(document, name)
        return
    for piece in pieces_of(document, "chats"):
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, chat = piece
        try:
            yield from _of_chat(chat, f"{name}#{place}")
        except FormatError as error:
            yield unusable(place, str(error), chat)


def _of_chat(chat: Object, name: str) -> Iterator[Turn | Unusable]:
    conversation = text_at(chat, "id") or name
    if chat.get("type") == "offline_msg":
        yield _offline(chat, conversation)
        return
    if "history" not in chat:
        raise FormatError("has no 'history'")
    meta = _meta(chat)
    for piece in pieces_of(chat, "history"):
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, item = piece
        try:
            turn = _turn(item, conversation, meta)
        except FormatError as error:
            yield unusable(place, str(error), item)
            continue
        if turn is not None:
            yield turn


def _offline(chat: Object, conversation: str) -> Turn:
    text = text_at(chat, "message")
    if text is None:
        raise FormatError("has no 'message'")
    start = moment_at(chat, "timestamp")
    return Turn(
        conversation=conversation,
        text=text,
        role="customer",
        speaker=text_at(object_at(chat, "visitor"), "name"),
        start=start,
        timestamp=iso(start),
        channel="chat",
        meta={**_meta(chat), "offline": True},
    )


def _meta(chat: Object) -> dict[str, Any]:
    """Give rating and queue; ratings also stand in the history as events."""
    events = [item for item in list_at(chat, "history") if isinstance(item, dict)]
    rated = [item["new_rating"] for item in events if item.get("new_rating")]
    known = {
        "rating": chat.get("rating") or (rated[-1] if rated else None),
        "rating_comment": chat.get("comment"),
        "queue": chat.get("department_name"),
    }
    return {key: value for key, value in known.items() if value not in (None, "")}


def _turn(item: Object, conversation: str, meta: Object) -> Turn | None:
    """Give a message as a turn; None for events."""
    text = text_at(item, "msg")
    if not text or not text.strip():
        return None
    if (text_at(item, "type") or "").startswith(_EVENTS):
        return None
    role = _role(item)
    start = moment_at(item, "timestamp")
    return Turn(
        conversation=conversation,
        text=text,
        role=role,
        speaker=text_at(item, "name"),
        start=start,
        timestamp=iso(start),
        identifier=text_at(item, "msg_id"),
        agent=_agent(item) if role == "agent" else None,
        channel="chat",
        meta=meta,
    )


def _role(item: Object) -> str:
    sender = (text_at(item, "sender_type") or "").lower()
    nick = (text_at(item, "nick") or "").lower()
    if not sender and not nick:
        raise FormatError("has neither 'sender_type' nor 'nick'")
    if sender in _BOTS or nick in _BOTS:
        return "bot"
    if sender:
        return sender
    return nick.partition(":")[0]


def _agent(item: Object) -> str | None:
    nick = text_at(item, "nick") or ""
    return text_at(item, "agent_id") or nick.partition(":")[2] or text_at(item, "name")


FORMAT = Format(
    name="zendesk-chat",
    title="Zendesk Chat (Zopim) chats and offline messages",
    content="json",
    example="empathy-score score chats.json -o scored.csv",
    endings=(".json", ".jsonl"),
    recognises=_recognises,
    read=_read,
)
