"""pyannoteAI: the turns of a transcribed diarization job, or the job around them.

Keys: https://docs.pyannote.ai/api-reference/schemas/diarizationschema
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from empathy_score.readers.fields import (
    Object,
    object_at,
    pieces_of,
    seconds_at,
    text_at,
    unusable,
)
from empathy_score.readers.formats import Format
from empathy_score.readers.spoken import stated_role
from empathy_score.readers.turn import FormatError, Turn, Unusable

_TURNS = "turnLevelTranscription"


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict):
        return False
    output = document.get("output")
    return _TURNS in document or (isinstance(output, dict) and _TURNS in output)


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the turns; they may overlap."""
    output = document if _TURNS in document else object_at(document, "output")
    conversation = text_at(document, "jobId") or name
    for piece in pieces_of(output, _TURNS):
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, turn = piece
        try:
            yield _turn(turn, conversation)
        except FormatError as error:
            yield unusable(place, str(error), turn)


def _turn(turn: Object, conversation: str) -> Turn:
    text, speaker = text_at(turn, "text"), text_at(turn, "speaker")
    if text is None:
        raise FormatError("has no 'text'")
    return Turn(
        conversation=conversation,
        text=text,
        role=stated_role(speaker),
        speaker=speaker,
        start=seconds_at(turn, "start"),
        end=seconds_at(turn, "end"),
        channel="voice",
    )


FORMAT = Format(
    name="pyannote",
    title="pyannoteAI transcribed diarization",
    content="json",
    example="empathy-score score job.json -o scored.csv --roles SPEAKER_00=agent",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
