"""Twilio Conversational Intelligence: the sentences of a transcript.

Keys: https://www.twilio.com/docs/conversational-intelligence/api/transcript-sentence-subresource
Sentences name only the channel of the recording; the transcript they are of stands
in the address of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from empathy_score.readers.fields import (
    Object,
    object_at,
    pieces_of,
    seconds_at,
    text_at,
)
from empathy_score.readers.formats import Format
from empathy_score.readers.pieces import first_object, required_text, turns_of
from empathy_score.readers.turn import Turn, Unusable

_TRANSCRIPT = re.compile(r"/Transcripts/(GT[0-9a-fA-F]{32})/")


def _recognises(document: Any) -> bool:  # noqa: ANN401
    first = first_object(document, "sentences")
    return {"media_channel", "transcript"} <= set(first)


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the sentences; times are seconds in strings, speakers are channels."""
    address = text_at(object_at(document, "meta"), "url") or ""
    found = _TRANSCRIPT.search(address)
    turn_of = partial(_turn, conversation=found[1] if found else name)
    yield from turns_of(pieces_of(document, "sentences"), turn_of)


def _turn(sentence: Object, conversation: str) -> Turn:
    return Turn(
        conversation=text_at(sentence, "transcript_sid") or conversation,
        text=required_text(sentence, "transcript"),
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
