"""Twilio Conversational Intelligence: the sentences of a transcript.

Keys: https://www.twilio.com/docs/conversational-intelligence/api/transcript-sentence-subresource
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from empathy_score.readers.fields import (
    Object,
    pieces_of,
    seconds_at,
    text_at,
    unusable,
)
from empathy_score.readers.formats import Format
from empathy_score.readers.turn import FormatError, Turn, Unusable


def _recognises(document: Any) -> bool:  # noqa: ANN401
    sentences = document.get("sentences") if isinstance(document, dict) else None
    first = sentences[0] if isinstance(sentences, list) and sentences else None
    return isinstance(first, dict) and {"media_channel", "transcript"} <= set(first)


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the sentences; times are seconds in strings, speakers are channels."""
    for piece in pieces_of(document, "sentences"):
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, sentence = piece
        try:
            yield _turn(sentence, name)
        except FormatError as error:
            yield unusable(place, str(error), sentence)


def _turn(sentence: Object, name: str) -> Turn:
    text = text_at(sentence, "transcript")
    if text is None:
        raise FormatError("has no 'transcript'")
    return Turn(
        conversation=text_at(sentence, "transcript_sid") or name,
        text=text,
        speaker=text_at(sentence, "media_channel"),
        start=seconds_at(sentence, "start_time"),
        end=seconds_at(sentence, "end_time"),
        identifier=text_at(sentence, "sid"),
        channel="voice",
    )


FORMAT = Format(
    name="twilio",
    title="Twilio Conversational Intelligence sentences",
    content="json",
    example="empathy-score score sentences.json -o scored.csv --roles auto",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
