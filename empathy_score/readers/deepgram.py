"""Deepgram: utterances of a recording, or its words where utterances are missing.

A transcript with several channels has one speaker a channel (``channel_0``), or, where
a channel was diarized into several, ``channel_0_speaker_1``. With one channel it has
``speaker_0`` and so on. Words without utterances are gathered into turns by
:func:`~empathy_score.readers.spoken.runs_of`, channel by channel.

Keys: https://developers.deepgram.com/docs/utterances and
https://developers.deepgram.com/docs/multichannel
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from empathy_score.readers.fields import (
    Object,
    list_at,
    object_at,
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
    text_of,
)
from empathy_score.readers.turn import FormatError, Turn, Unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """What all turns of a transcript share."""

    conversation: str
    speakers: Mapping[str, int]
    meta: Mapping[str, Any]


def _recognises(document: Any) -> bool:  # noqa: ANN401
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, dict):
        return False
    return _has(results.get("channels"), "alternatives") or _has(
        results.get("utterances"), "transcript"
    )


def _has(pieces: Any, key: str) -> bool:  # noqa: ANN401
    found = pieces if isinstance(pieces, list) else []
    return any(isinstance(piece, dict) and key in piece for piece in found[:9])


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the utterances, or turns made of words."""
    results = object_at(document, "results")
    request = text_at(object_at(document, "metadata"), "request_id")
    call = _Call(
        conversation=request or name,
        speakers=_speakers(results),
        meta=_language(results),
    )
    if list_at(results, "utterances"):
        yield from _utterances(results, call)
        return
    turns: list[Turn] = []
    for piece in _turns_of_channels(results, call):
        if isinstance(piece, Unusable):
            yield piece
        else:
            turns.append(piece)
    if all(turn.start is not None for turn in turns):
        turns.sort(key=lambda turn: turn.start or 0.0)
    yield from turns


def _utterances(results: Object, call: _Call) -> Iterator[Turn | Unusable]:
    for piece in pieces_of(results, "utterances"):
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, utterance = piece
        try:
            yield _turn(utterance, call)
        except FormatError as error:
            yield unusable(place, str(error), utterance)


def _turn(utterance: Object, call: _Call) -> Turn:
    text = text_at(utterance, "transcript")
    if text is None:
        raise FormatError("has no 'transcript'")
    channel, speaker = text_at(utterance, "channel"), text_at(utterance, "speaker")
    return Turn(
        conversation=call.conversation,
        text=text,
        speaker=_label(call, channel, speaker),
        start=seconds_at(utterance, "start"),
        end=seconds_at(utterance, "end"),
        identifier=text_at(utterance, "id"),
        channel="voice",
        meta=call.meta,
    )


def _turns_of_channels(results: Object, call: _Call) -> Iterator[Turn | Unusable]:
    for number, piece in enumerate(pieces_of(results, "channels")):
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, channel = piece
        try:
            best = _best(channel)
            yield from _turns_of_words(best, str(number), place, call)
        except FormatError as error:
            yield unusable(place, str(error), channel)


def _best(channel: Object) -> Object:
    """Take the first alternative, which is the likeliest."""
    listed = list_at(channel, "alternatives")
    return (
        object_at({"alternatives[0]": listed[0]}, "alternatives[0]") if listed else {}
    )


def _turns_of_words(
    best: Object, channel: str, place: str, call: _Call
) -> Iterator[Turn | Unusable]:
    words: list[Word] = []
    for piece in pieces_of(best, "words"):
        if isinstance(piece, Unusable):
            yield Unusable(reason=f"{place} {piece.reason}", raw=piece.raw)
            continue
        inner, word = piece
        try:
            words.append(_word(word, channel, call))
        except FormatError as error:
            yield unusable(f"{place} {inner}", str(error), word)
    text = text_at(best, "transcript")
    if text and not words:
        words = [Word(text=text, speaker=_label(call, channel, None))]
    for run in runs_of(words):
        yield Turn(
            conversation=call.conversation,
            text=text_of(run),
            speaker=speaker_of(run),
            start=start_of(run),
            end=end_of(run),
            channel="voice",
            meta=call.meta,
        )


def _word(word: Object, channel: str, call: _Call) -> Word:
    text = text_at(word, "punctuated_word") or text_at(word, "word")
    if text is None:
        raise FormatError("has no 'word'")
    return Word(
        text=text,
        speaker=_label(call, channel, text_at(word, "speaker")),
        start=seconds_at(word, "start"),
        end=seconds_at(word, "end"),
    )


def _label(call: _Call, channel: str | None, speaker: str | None) -> str | None:
    said = None if speaker is None else f"speaker_{speaker}"
    if len(call.speakers) < 2 or channel is None:
        return said
    many = said is not None and call.speakers.get(channel, 0) > 1
    return f"channel_{channel}_{said}" if many else f"channel_{channel}"


def _speakers(results: Object) -> dict[str, int]:
    """Count the speakers of each channel."""
    found: dict[str, set[Any]] = {}
    for number, _ in enumerate(list_at(results, "channels")):
        found[str(number)] = set()
    for one in list_at(results, "utterances"):
        if isinstance(one, Mapping) and isinstance(one.get("channel"), int):
            found.setdefault(str(one["channel"]), set()).add(str(one.get("speaker")))
    if not list_at(results, "utterances"):
        for number, piece in enumerate(pieces_of(results, "channels")):
            words = [] if isinstance(piece, Unusable) else _words(piece[1])
            found[str(number)] |= {str(word.get("speaker")) for word in words}
    return {channel: len(speakers) for channel, speakers in found.items()}


def _words(channel: Object) -> list[Object]:
    try:
        pieces = list(pieces_of(_best(channel), "words"))
    except FormatError:
        return []  # said of the channel when its turns are made
    return [piece[1] for piece in pieces if not isinstance(piece, Unusable)]


def _language(results: Object) -> dict[str, Any]:
    for piece in pieces_of(results, "channels"):
        language = (
            None
            if isinstance(piece, Unusable)
            else text_at(piece[1], "detected_language")
        )
        if language:
            return {"language": language}
    return {}


FORMAT = Format(
    name="deepgram",
    title="Deepgram transcript",
    content="json",
    example="empathy-score score call.json -o scored.csv --roles speaker_0=agent",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
