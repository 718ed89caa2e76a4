"""AssemblyAI: the utterances of a transcript, or its words where it has no speakers.

Times are whole milliseconds; a start that is null stays unknown.

Keys: https://www.assemblyai.com/docs/api-reference/transcripts/get and the ``types``
module of the PyPI package ``assemblyai``.
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

_OWN = {"audio_url", "audio_duration", "acoustic_model", "speech_model"}
_MILLISECONDS = 1000.0


def _recognises(document: Any) -> bool:  # noqa: ANN401
    if not isinstance(document, dict):
        return False
    utterances, words = document.get("utterances"), document.get("words")
    if isinstance(utterances, list) and utterances:
        own = not _OWN.isdisjoint(document)
        return any(_is_utterance(piece, own) for piece in utterances[:9])
    return not _OWN.isdisjoint(document) and isinstance(words, list)


def _is_utterance(piece: Any, own: bool) -> bool:  # noqa: ANN401
    """Other vendors' utterances have seconds with fractions."""
    if not isinstance(piece, dict) or not {"text", "speaker"} <= set(piece):
        return False
    times = [piece.get("start"), piece.get("end")]
    whole = all(type(time) in {int, type(None)} for time in times) and any(times)
    return own or whole


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give the utterances; without speaker labels, words parted by pauses."""
    conversation = text_at(document, "id") or name
    language = text_at(document, "language_code")
    meta = {"language": language} if language else {}
    labelled = bool(list_at(document, "utterances"))
    words: list[Word] = []
    for piece in pieces_of(document, "utterances" if labelled else "words"):
        if isinstance(piece, Unusable):
            yield piece
            continue
        place, said = piece
        try:
            word = _word(said)
        except FormatError as error:
            yield unusable(place, str(error), said)
            continue
        if labelled:
            yield _turn([word], conversation, meta)
        else:
            words.append(word)
    for run in runs_of(words):
        yield _turn(run, conversation, meta)


def _turn(run: list[Word], conversation: str, meta: Mapping[str, Any]) -> Turn:
    speaker = speaker_of(run)
    return Turn(
        conversation=conversation,
        text=text_of(run),
        role=stated_role(speaker),
        speaker=speaker,
        start=start_of(run),
        end=end_of(run),
        channel="voice",
        meta=meta,
    )


def _word(piece: Object) -> Word:
    """Take an utterance or a word."""
    text, channel = text_at(piece, "text"), text_at(piece, "channel")
    if text is None:
        raise FormatError("has no 'text'")
    speaker = text_at(piece, "speaker")
    if speaker is None and channel is not None:
        speaker = f"channel_{channel}"
    return Word(
        text=text,
        speaker=speaker,
        start=seconds_at(piece, "start", _MILLISECONDS),
        end=seconds_at(piece, "end", _MILLISECONDS),
    )


FORMAT = Format(
    name="assemblyai",
    title="AssemblyAI transcript",
    content="json",
    example="empathy-score score call.json -o scored.csv --roles A=agent",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
