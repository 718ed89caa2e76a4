"""Whisper and WhisperX: segments, with speakers where WhisperX found them.

A segment whose words name several speakers is parted between them. Words that the
aligner left without times take those of their neighbours. Segments never overlap, so
nobody is seen to cut in.

Keys: https://github.com/openai/whisper (``transcribe.py``) and
https://github.com/m-bain/whisperX (``schema.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from empathy_score.readers.fields import (
    Object,
    list_at,
    pieces_of,
    seconds_at,
    text_at,
    unusable,
)
from empathy_score.readers.formats import Format
from empathy_score.readers.spoken import (
    Word,
    end_of,
    runs_of,
    speaker_of,
    start_of,
    stated_role,
    text_of,
)
from empathy_score.readers.turn import FormatError, Turn, Unusable


def _recognises(document: Any) -> bool:  # noqa: ANN401
    segments = document.get("segments") if isinstance(document, dict) else None
    listed = segments if isinstance(segments, list) else []
    return any(_is_segment(piece) for piece in listed[:9])


def _is_segment(piece: Any) -> bool:  # noqa: ANN401
    if not isinstance(piece, dict) or not isinstance(piece.get("text"), str):
        return False
    times = [piece.get("start"), piece.get("end")]
    return all(type(time) in {int, float} for time in times)


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the segments; those that mix speakers in parts."""
    language = text_at(document, "language")
    meta = {"language": language} if language else {}
    for piece in pieces_of(document, "segments"):
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, segment = piece
        try:
            turns = _turns(segment, name, meta)
        except FormatError as error:
            yield unusable(place, str(error), segment)
        else:
            yield from turns


def _turns(segment: Object, name: str, meta: Mapping[str, Any]) -> list[Turn]:
    text = text_at(segment, "text")
    if text is None:
        raise FormatError("has no 'text'")
    whole = Word(
        text=text,
        speaker=text_at(segment, "speaker"),
        start=seconds_at(segment, "start"),
        end=seconds_at(segment, "end"),
    )
    runs = list(runs_of(_words(segment), pause=None))
    if len(runs) < 2:
        speaker = whole.speaker or speaker_of(runs[0] if runs else [])
        return [_turn([whole], speaker, whole.start, whole.end, name, meta)]
    starts = [start_of(run) for run in runs]
    ends = [end_of(run) for run in runs]
    starts[0] = whole.start if starts[0] is None else starts[0]
    ends[-1] = whole.end if ends[-1] is None else ends[-1]
    return [
        _turn(run, speaker_of(run), start, end, name, meta)
        for run, start, end in zip(runs, starts, ends, strict=True)
    ]


def _turn(
    run: list[Word],
    speaker: str | None,
    start: float | None,
    end: float | None,
    name: str,
    meta: Mapping[str, Any],
) -> Turn:
    return Turn(
        conversation=name,
        text=text_of(run),
        role=stated_role(speaker),
        speaker=speaker,
        start=start,
        end=end,
        channel="voice",
        meta=meta,
    )


def _words(segment: Object) -> list[Word]:
    """Give the words; none where one is broken, so that the segment stays whole."""
    try:
        return [
            Word(
                text=text_at(piece, "word") or "",
                speaker=text_at(piece, "speaker"),
                start=seconds_at(piece, "start"),
                end=seconds_at(piece, "end"),
            )
            for piece in list_at(segment, "words")
            if isinstance(piece, Mapping)
        ]
    except FormatError:
        return []


FORMAT = Format(
    name="whisper",
    title="Whisper or WhisperX transcript",
    content="json",
    example="empathy-score score call.json -o scored.csv --roles SPEAKER_00=agent",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
