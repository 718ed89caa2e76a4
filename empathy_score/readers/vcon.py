"""vCon, the IETF's container of conversations: its text dialogs, as Webex writes them.

The first party listed with a dialog said it, unless ``originator`` names another. A
party of type ``bot`` is a bot; other roles are the party's own word. Dialogs with a
duration are speech. Recordings, transfers and failed calls hold no text.

Keys: https://datatracker.ietf.org/doc/draft-ietf-vcon-vcon-core/ and
https://developer.webex.com/webex-contact-center/docs/guide-for-contact-center-transcripts
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from empathy_score.columns import role_of
from empathy_score.readers.fields import (
    Object,
    iso,
    kind_of,
    list_at,
    moment_at,
    pieces_of,
    seconds_at,
    text_at,
    unusable,
)
from empathy_score.readers.formats import Format
from empathy_score.readers.turn import FormatError, Turn, Unusable


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict) or not isinstance(document.get("dialog"), list):
        return False
    return "vcon" in document or isinstance(document.get("parties"), list)


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the text dialogs in order of their start, which need not be the file's."""
    conversation = text_at(document, "uuid") or name
    parties = list_at(document, "parties")
    turns: list[Turn] = []
    n_texts = 0
    for piece in pieces_of(document, "dialog"):
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, dialog = piece
        if dialog.get("type") != "text":
            continue
        n_texts += 1
        try:
            turns.append(_turn(dialog, parties, conversation))
        except FormatError as error:
            yield unusable(place, str(error), dialog)
    if not n_texts:
        raise FormatError("has no dialog of type 'text'; transcribe its recordings")
    yield from _in_order(turns)


def _in_order(turns: list[Turn]) -> list[Turn]:
    """Sort by start; speech counts from the beginning of the conversation."""
    starts = [turn.start for turn in turns if turn.start is not None]
    if len(starts) < len(turns):
        return turns
    ordered = sorted(turns, key=lambda turn: turn.start or 0.0)
    if not any(turn.channel == "voice" for turn in turns):
        return ordered
    return [_since(turn, min(starts)) for turn in ordered]


def _since(turn: Turn, origin: float) -> Turn:
    start = None if turn.start is None else round(turn.start - origin, 3)
    end = None if turn.end is None else round(turn.end - origin, 3)
    return replace(turn, start=start, end=end)


def _turn(dialog: Object, parties: list[Any], conversation: str) -> Turn:
    party = _party(dialog, parties)
    bot = text_at(party, "type") == "bot"
    role = "bot" if bot else text_at(party, "role")
    label = (text_at(party, key) for key in ("name", "uuid", "tel", "mailto"))
    speaker = next((one for one in label if one), None)
    start = moment_at(dialog, "start")
    duration = seconds_at(dialog, "duration")
    known = start is not None and duration is not None
    return Turn(
        conversation=conversation,
        text=_text(dialog),
        role=role,
        speaker=speaker,
        start=start,
        end=round((start or 0.0) + (duration or 0.0), 3) if known else None,
        timestamp=iso(start),
        identifier=text_at(dialog, "message_id"),
        agent=speaker if role_of(role) == "agent" else None,
        channel=None if duration is None else "voice",
    )


def _party(dialog: Object, parties: list[Any]) -> Object:
    """Look up who said it."""
    listed = dialog.get("parties")
    first = listed[0] if isinstance(listed, list) and listed else listed
    number = dialog.get("originator", first)
    if number is None or number == []:
        return {}
    if type(number) is not int or not 0 <= number < len(parties):
        raise FormatError(f"'parties' names {number!r}, but there are {len(parties)}")
    party = parties[number]
    if not isinstance(party, Mapping):
        raise FormatError(f"parties[{number}] is {kind_of(party)}, expected an object")
    return party


def _text(dialog: Object) -> str:
    body = dialog.get("body")
    if isinstance(body, Mapping):
        body = body.get("text")
    if dialog.get("encoding") == "base64url":
        raise FormatError("'body' is base64url, expected plain text")
    if not isinstance(body, str):
        raise FormatError(f"'body' is {kind_of(body)}, expected a text")
    return body


FORMAT = Format(
    name="vcon",
    title="IETF vCon (Webex Contact Center transcripts)",
    content="json",
    example="empathy-score score realtimeVoiceTranscript.json -o scored.csv",
    endings=(".json", ".vcon"),
    recognises=_recognises,
    read=_read,
)
