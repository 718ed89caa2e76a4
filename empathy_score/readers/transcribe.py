"""Amazon Transcribe with separated speakers or channels.

Keys: "Example diarization output (batch)" and "Example channel identification
output (batch)" in the developer guide of Amazon Transcribe. Times are seconds in
strings; punctuation has none and follows its word.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
from empathy_score.readers.pieces import placed, required_text
from empathy_score.readers.turn import FormatError, Turn, Unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """A word with the punctuation after it."""

    place: str
    text: str
    start: float
    end: float | None
    speaker: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """What one speaker said without a break, and when."""

    speaker: str | None
    start: float
    end: float | None
    words: tuple[_Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """When one speaker spoke, and the times of his words."""

    speaker: str | None
    start: float
    end: float
    times: frozenset[tuple[float | None, float | None]]


def _recognises(document: Any) -> bool:  # noqa: ANN401
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, dict):
        return False
    parts = {"items", "speaker_labels", "channel_labels"}
    return isinstance(results.get("transcripts"), list) and bool(parts & set(results))


def _read(document: Object, name: str) -> Iterator[Turn | Unusable]:
    """Give a turn for each segment of a speaker, or each run of a channel."""
    results = object_at(document, "results")
    conversation = text_at(document, "jobName") or name
    language = text_at(results, "language_code")
    meta = {"language": language} if language else {}
    if results.get("speaker_labels") is not None:
        found = _of_speakers(results)
    elif results.get("channel_labels") is not None:
        found = _of_channels(object_at(results, "channel_labels"))
    else:
        raise FormatError(
            "has no 'speaker_labels' and no 'channel_labels', so that nobody can be "
            "told apart; transcribe with speaker partitioning or channel identification"
        )
    for one in found:
        yield one if isinstance(one, Unusable) else _turn(one, conversation, meta)


def _turn(one: _Stretch, conversation: str, meta: Mapping[str, Any]) -> Turn:
    return Turn(
        conversation=conversation,
        text=" ".join(word.text for word in one.words),
        speaker=one.speaker,
        start=one.start,
        end=one.end,
        channel="voice",
        meta=meta,
    )


def _of_speakers(results: Object) -> Iterator[_Stretch | Unusable]:
    """Put the words into the segments of the speakers."""
    if results.get("items") is None:
        raise FormatError("'results' has no 'items'")
    segments: list[_Segment] = []
    labels = object_at(results, "speaker_labels")
    for one in placed("speaker_labels.", pieces_of(labels, "segments")):
        segment = one if isinstance(one, Unusable) else _segment(*one)
        if isinstance(segment, Unusable):
            yield segment
        else:
            segments.append(segment)
    at_times = {
        times: number for number, one in enumerate(segments) for times in one.times
    }
    held: dict[int, list[_Word]] = {}
    for word in _words(pieces_of(results, "items")):
        if isinstance(word, Unusable):
            yield word
            continue
        number = at_times.get((word.start, word.end), _covering(segments, word))
        if number is None:
            raw = {"start_time": word.start, "content": word.text}
            yield unusable(word.place, "lies in no segment of a speaker", raw)
        else:
            held.setdefault(number, []).append(word)
    for number, words in sorted(held.items()):
        segment = segments[number]
        yield _Stretch(
            speaker=segment.speaker,
            start=segment.start,
            end=segment.end,
            words=tuple(words),
        )


def _segment(place: str, piece: Object) -> _Segment | Unusable:
    try:
        start, end = seconds_at(piece, "start_time"), seconds_at(piece, "end_time")
        if start is None or end is None:
            missing = "start_time" if start is None else "end_time"
            raise FormatError(f"has no {missing!r}")
        words = [one for one in list_at(piece, "items") if isinstance(one, Mapping)]
        return _Segment(
            speaker=text_at(piece, "speaker_label"),
            start=start,
            end=end,
            times=frozenset(
                (seconds_at(one, "start_time"), seconds_at(one, "end_time"))
                for one in words
            ),
        )
    except FormatError as error:
        return unusable(place, str(error), piece)


def _covering(segments: list[_Segment], word: _Word) -> int | None:
    """Find the segment in which a word begins that no segment lists."""
    for number, one in enumerate(segments):
        same = word.speaker is None or word.speaker == one.speaker
        if same and one.start <= word.start < one.end:
            return number
    return None


def _of_channels(labels: Object) -> Iterator[_Stretch | Unusable]:
    """Put the words of all channels in order; a turn is a run of one channel."""
    said: list[_Word] = []
    for one in pieces_of(labels, "channels"):
        if isinstance(one, Unusable):
            yield one
            continue
        place, channel = one
        try:
            label = text_at(channel, "channel_label")
            items = placed(f"{place}.", pieces_of(channel, "items"))
            words = list(_words(items, label))
        except FormatError as error:
            yield unusable(place, str(error), channel)
            continue
        yield from (word for word in words if isinstance(word, Unusable))
        said += (word for word in words if isinstance(word, _Word))
    said.sort(key=lambda word: word.start)
    for label, run in itertools.groupby(said, key=lambda word: word.speaker):
        run_words = tuple(run)
        yield _Stretch(
            speaker=label,
            start=run_words[0].start,
            end=run_words[-1].end,
            words=run_words,
        )


def _words(
    pieces: Iterable[tuple[str, Object] | Unusable],
    label: str | None = None,
) -> Iterator[_Word | Unusable]:
    """Give the words; each has the punctuation after it joined to it."""
    last: _Word | None = None
    for one in pieces:
        found = one if isinstance(one, Unusable) else _item(*one, label, last)
        if isinstance(found, Unusable):
            yield found
            continue
        if last is not None and last.place != found.place:
            yield last
        last = found
    if last is not None:
        yield last


def _item(
    place: str, item: Object, label: str | None, last: _Word | None
) -> _Word | Unusable:
    """Make a word, or the last word again with the punctuation after it."""
    try:
        text = _content(item)
        start, end = seconds_at(item, "start_time"), seconds_at(item, "end_time")
        speaker = label or text_at(item, "speaker_label")
    except FormatError as error:
        return unusable(place, str(error), item)
    if start is not None:
        return _Word(place=place, text=text, start=start, end=end, speaker=speaker)
    if last is not None and item.get("type") == "punctuation":
        return replace(last, text=last.text + text)
    return unusable(place, "has no 'start_time'", item)


def _content(item: Object) -> str:
    best = next(iter(list_at(item, "alternatives")), None)
    if not isinstance(best, Mapping):
        raise FormatError("has no 'alternatives'")
    return required_text(best, "content")


FORMAT = Format(
    name="transcribe",
    title="Amazon Transcribe with speakers or channels",
    content="json",
    example="empathy-score score call.json -o scored.csv --roles auto",
    endings=(".json",),
    recognises=_recognises,
    read=_read,
)
