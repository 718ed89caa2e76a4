"""Zendesk Support: tickets with their comments.

Keys: https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
and .../tickets/tickets/. A ticket file holds no comments; they come with the account's
JSON export (one ticket a line) or from ``/api/v2/tickets/ID/comments``, whose answers
analysts put together with the ticket.

The role is not in a comment: its author is the customer where he is the ticket's
requester, else what ``users`` says of him, else an agent. The ticket's description is
the first comment once more.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from empathy_score.readers.fields import (
    Object,
    iso,
    kind_of,
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

_NO_COMMENTS = (
    "has no 'comments': a ticket file holds none; export tickets with comments "
    "(Zendesk's account JSON export), or fetch /api/v2/tickets/ID/comments for each "
    'ticket and save {"ticket": ..., "comments": [...], "users": [...]}'
)
_BODIES = ("html_body", "plain_body", "body")
_SYSTEM = "-1"  # author of what Zendesk itself wrote
_CHANNELS: Mapping[str, Channel] = {
    "email": "email",
    "web": "email",
    "api": "email",
    "help_center": "email",
    "web_widget": "email",
    "voice": "voice",
    "phone": "voice",
    "chat": "chat",
    "native_messaging": "chat",
    "messaging": "chat",
    "sms": "chat",
    "whatsapp": "chat",
    "facebook": "chat",
    "twitter": "chat",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ticket:
    """What a ticket says of all its comments."""

    identifier: str
    requester: str | None
    channel: str | None
    users: Mapping[str, Object]
    meta: Mapping[str, Any]


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict):
        return False
    tickets = document.get("tickets")
    if isinstance(tickets, list) and tickets:
        return _is_ticket(tickets[0])
    ticket = document.get("ticket")
    if isinstance(ticket, dict):
        return "requester_id" in ticket or _has_comments(document)
    return _is_ticket(document) or ("id" not in document and _has_comments(document))


def _is_ticket(piece: Any) -> bool:  # noqa: ANN401
    """Tell a ticket from a row of a table of messages."""
    if not isinstance(piece, dict) or "requester_id" not in piece:
        return False
    if {"author_id", "body"} & set(piece):
        return False
    return _has_comments(piece) or {"id", "status"} <= set(piece)


def _has_comments(parent: Mapping[str, Any]) -> bool:
    comments = parent.get("comments")
    first = comments[0] if isinstance(comments, list) and comments else None
    if not isinstance(first, dict) or "author_id" not in first:
        return False
    return bool({"html_body", "plain_body", "public", "audit_id"} & set(first))


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the public comments of one ticket, or of many."""
    if "tickets" not in document:
        yield from _of_ticket(document, {}, name)
        return
    users = _users(document)
    pieces = list(pieces_of(document, "tickets"))
    if not any("comments" in piece[1] for piece in pieces if isinstance(piece, tuple)):
        raise FormatError(_NO_COMMENTS)
    for piece in pieces:
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, ticket = piece
        try:
            yield from _of_ticket(ticket, users, f"{name}#{place}")
        except FormatError as error:
            yield unusable(place, str(error), ticket)


def _of_ticket(
    document: Object, users: dict[str, Object], name: str
) -> Iterator[Turn | Unusable]:
    ticket = object_at(document, "ticket") or document
    holder = ticket if "comments" in ticket else document
    if holder.get("comments") is None:
        raise FormatError(_NO_COMMENTS)
    known = _Ticket(
        identifier=text_at(ticket, "id") or text_at(ticket, "ticket_id") or name,
        requester=text_at(ticket, "requester_id"),
        channel=text_at(object_at(ticket, "via"), "channel"),
        users=ChainMap(_users(ticket), _users(document), users),
        meta=_meta(ticket),
    )
    comments = list(pieces_of(holder, "comments"))
    for piece in reversed(comments) if _newest_first(comments) else comments:
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, comment = piece
        try:
            turn = _turn(comment, known)
        except FormatError as error:
            yield unusable(place, str(error), comment)
            continue
        if turn is not None:
            yield turn


def _users(holder: Object) -> dict[str, Object]:
    pieces = [
        piece[1] for piece in pieces_of(holder, "users") if isinstance(piece, tuple)
    ]
    return {str(user.get("id")): user for user in pieces}


def _meta(ticket: Object) -> dict[str, Any]:
    given = ticket.get("satisfaction_rating")
    rating = given if isinstance(given, Mapping) else {"score": given}
    known = {
        "rating": rating.get("score"),
        "rating_comment": rating.get("comment"),
        "queue": ticket.get("group_id"),
        "priority": ticket.get("priority"),
    }
    if known["rating"] in ("offered", "unoffered"):  # asked, or not yet asked
        known["rating"] = None
    return {key: value for key, value in known.items() if value not in (None, "")}


def _newest_first(comments: list[tuple[str, Object] | Unusable]) -> bool:
    """Tell whether comments stand in the order of ``sort_order=desc``."""
    stamps = [
        piece[1].get("created_at") for piece in comments if isinstance(piece, tuple)
    ]
    texts = [stamp for stamp in stamps if isinstance(stamp, str)]
    return len(texts) > 1 and texts[0] > texts[-1]


def _turn(comment: Object, ticket: _Ticket) -> Turn | None:
    """Give a comment as a turn; None where nobody said it to the customer."""
    public = comment.get("public", True)
    if not isinstance(public, bool):
        raise FormatError(f"'public' is {kind_of(public)}, expected true or false")
    if not public:
        return None
    author = text_at(comment, "author_id")
    if author is None:
        raise FormatError("has no 'author_id'")
    is_voice = comment.get("type") == "VoiceComment"
    channel = "voice" if is_voice else _channel(comment, ticket)
    text = _voice_text(comment) if is_voice else _text(comment, channel)
    if not text.strip():
        return None
    start = moment_at(comment, "created_at")
    role = _role(author, ticket)
    return Turn(
        conversation=ticket.identifier,
        text=text,
        role=role,
        speaker=text_at(ticket.users.get(author, {}), "name") or author,
        start=start,
        timestamp=iso(start),
        identifier=text_at(comment, "id"),
        agent=author if role == "agent" else None,
        channel=channel,
        meta=ticket.meta,
    )


def _channel(comment: Object, ticket: _Ticket) -> Channel | None:
    own = text_at(object_at(comment, "via"), "channel")
    return _CHANNELS.get(own or "") or _CHANNELS.get(ticket.channel or "")


def _text(comment: Object, channel: Channel | None) -> str:
    found = {key: text_at(comment, key) for key in _BODIES if key in comment}
    if not found:
        raise FormatError("has no 'body'")
    for key, body in found.items():
        if body and body.strip():
            text = (
                html_text(body) if key == "html_body" else body.replace("&nbsp;", " ")
            )
            return without_quoted_mail(text) if channel == "email" else text
    return ""


def _voice_text(comment: Object) -> str:
    """Give what a voice mail says; the body only says who called whom, and when."""
    return text_at(object_at(comment, "data"), "transcription_text") or ""


def _role(author: str, ticket: _Ticket) -> str | None:
    """Say who wrote a comment.

    A comment of an unknown ticket, by a user who is not in the file, has no role.
    """
    if author == _SYSTEM:
        return "system"
    if ticket.requester is not None and author == ticket.requester:
        return "customer"
    joined = text_at(ticket.users.get(author, {}), "role")
    if joined:
        return "customer" if joined == "end-user" else "agent"
    return None if ticket.requester is None else "agent"


FORMAT = Format(
    name="zendesk",
    title="Zendesk Support tickets with comments",
    content="json",
    example="empathy-score score tickets.json -o scored.csv",
    endings=(".json", ".jsonl"),
    recognises=_recognises,
    read=_read,
)
