"""Who speaks in captions: voice tags, labels in brackets, names before a colon.

The style is found for the file as a whole, the surest first:

- ``<v Lena>``: voice tags, as Teams writes them. A caption without one is nobody's.
- ``[SPEAKER_00]: Hello``: a label in brackets before a colon, as WhisperX writes them.
- ``(Lena)`` alone on the line above the text, where more than half of the captions
  begin so: now and then it is a sound, such as ``(laughs)``.
- ``Lena: Hello``, as Zoom writes them: at least half of the captions begin so, or the
  first one does and two prefixes recur. Then prefixes that recur and words for roles
  are speakers. One that occurs once is a speaker where it is a full name
  (``Maria Lopez``), or a single capitalised word and every caption has a prefix; else,
  and with words such as "note", it is text (``Note: that is new``). Where none recurs,
  all have to be names.

In the last three a caption without a label continues the speaker before it.

Captions are cut for the screen, not where somebody stops. Captions of one named speaker
that follow each other within :data:`~empathy_score.readers.spoken.PAUSE` are therefore
one turn: a sentence stays whole when it is scored, and nobody seems to be cut off where
a line was full. Where two speak in one caption, only the first one's start and the last
one's end are known.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from empathy_score.readers.captions import Caption, captions_of
from empathy_score.readers.spoken import PAUSE, stated_role
from empathy_score.readers.turn import FormatError, Turn, Unusable

_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s+([^\s<>][^<>]*)?)?>")
_TAG = re.compile(
    r"</?(?:c|i|b|u|v|s|em|ruby|rt|lang|font|span)(?:[.\s][^>]*)?>|<[\d:.]+>|\{\\[^}]*\}"
)
_BULLET = re.compile(r"^(?:[-\u2013]|>>+)(?:\s+|$)")
_BRACKETED = re.compile(r"\[([^\[\]]{1,60})\]:\s*")
_ALONE = re.compile(r"\(([^()]{1,60})\)\s*$")
_NAMED = re.compile(r"([+@]?\w[^:.!?;]{0,58}(?:\.\s?[^:.!?;]{1,40})?):\s+(?=\S)")
_WORDS = 6  # the longest name
_NO_NAMES = frozenset(
    ("answer", "attention", "example", "note", "question", "reminder", "tip", "warning")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """How a file names who speaks."""

    label: re.Pattern[str]
    speakers: frozenset[str] | None = None
    continues: bool = True


def turns_of(text: str, name: str) -> Iterator[Turn | Unusable]:
    r"""Read the turns of a caption file.

    Parameters
    ----------
    text : str
        A WebVTT or SubRip file.
    name : str
        Name of the conversation.

    Yields
    ------
    Turn or Unusable

    Raises
    ------
    FormatError
        The file has no caption.

    Examples
    --------
    >>> text = "WEBVTT\n\n00:00.000 --> 00:01.500\n<v Lena>Hello!</v>\n"
    >>> [(turn.speaker, turn.text, turn.end) for turn in turns_of(text, "call")]
    [('Lena', 'Hello!', 1.5)]
    """
    found = list(captions_of(text))
    captions = [one for one in found if isinstance(one, Caption)]
    if not captions:
        raise FormatError("has no caption with a time")
    yield from (one for one in found if isinstance(one, Unusable))
    style = _style_of([[*map(_plain, one.lines)] for one in captions], captions)
    yield from _joined(_turns(captions, style, name))


def _style_of(
    lines: Sequence[Sequence[str]], captions: Sequence[Caption]
) -> _Style | None:
    """Find how the file names speakers; None where it does not."""
    if any(_VOICE.search(line) for one in captions for line in one.lines):
        return _Style(label=_VOICE, continues=False)
    starts = [one[0] for one in lines if one]
    if any(_BRACKETED.match(line) for line in starts):
        return _Style(label=_BRACKETED)
    alone = [
        found[1] for one in lines if len(one) > 1 and (found := _ALONE.match(one[0]))
    ]
    if 2 * len(alone) > len(starts):
        named = frozenset(name for name in alone if _may_speak(name, Counter(alone)))
        return _Style(label=_ALONE, speakers=named)
    names = _names(starts, [line for one in lines for line in one])
    return _Style(label=_NAMED, speakers=names) if names else None


def _names(starts: Sequence[str], lines: Sequence[str]) -> frozenset[str]:
    """Find the prefixes that name speakers; none where the file names nobody."""
    counts = Counter(name for line in lines if (name := _prefix(line)))
    prefixes = [_prefix(line) for line in starts]
    given = [prefix for prefix in prefixes if prefix is not None]
    recurring = [name for name, times in counts.items() if times > 1]
    many = 2 * len(given) >= len(starts)
    changing = prefixes[:1] != [None] and len(recurring) > 1
    evident = recurring or all(_may_speak(name, counts) for name in given)
    if len(given) < 2 or not evident or not (many or changing):
        return frozenset()
    always = len(given) == len(starts)
    return frozenset(
        name
        for name in counts
        if _may_speak(name, counts)
        and (always or " " in name or _is_sure(name, counts))
    )


def _is_sure(name: str, counts: Mapping[str, int]) -> bool:
    return counts[name] > 1 or stated_role(name) is not None


def _may_speak(name: str, counts: Mapping[str, int]) -> bool:
    """Tell whether a label recurs, is a word for a role, or looks like a name."""
    words = name.split()
    capital = all(word[0].isupper() for word in words)
    return _is_sure(name, counts) or (capital and words[0].lower() not in _NO_NAMES)


def _prefix(line: str) -> str | None:
    found = _NAMED.match(line)
    return found[1] if found and len(found[1].split()) <= _WORDS else None


def _turns(
    captions: Iterable[Caption], style: _Style | None, name: str
) -> Iterator[Turn]:
    speaker: str | None = None
    for caption in captions:
        parts: list[tuple[str | None, str]] = []
        if style is None or not style.continues:
            speaker = None
        for label, words in _parts(caption.lines, style):
            speaker = label or speaker
            if words and parts and parts[-1][0] == speaker:
                parts[-1] = speaker, f"{parts[-1][1]} {words}"
            elif words:
                parts.append((speaker, words))
        for number, (who, words) in enumerate(parts):
            yield Turn(
                conversation=name,
                text=words,
                role=stated_role(who),
                speaker=who,
                start=caption.start if number == 0 else None,
                end=caption.end if number == len(parts) - 1 else None,
                identifier=caption.identifier,
                channel="voice",
            )


def _parts(
    lines: Sequence[str], style: _Style | None
) -> Iterator[tuple[str | None, str]]:
    """Part the lines of a caption at its labels: a label, or None, and what follows."""
    if style is not None and style.label is _VOICE:
        before, *voices = _VOICE.split(" ".join(lines))
        yield None, _plain(before)
        for label, words in zip(voices[::2], voices[1::2], strict=True):
            yield _named(label), _plain(words)
        return
    for number, line in enumerate(map(_plain, lines), 1):
        found = None if style is None else style.label.match(line)
        if style is not None and style.label is _ALONE and number == len(lines):
            found = None  # nothing is said below it
        if found and _is_speaker(found[1], style):
            yield _named(found[1]), line[found.end() :]
        else:
            yield None, line


def _is_speaker(label: str, style: _Style | None) -> bool:
    return style is None or style.speakers is None or label in style.speakers


def _named(label: str | None) -> str | None:
    return html.unescape(label or "").strip() or None


def _plain(line: str) -> str:
    """Take the tags, entities and bullets out of a line."""
    bare = html.unescape(_TAG.sub("", line)).replace("\u00a0", " ").strip()
    return " ".join(_BULLET.sub("", bare).split())


def _joined(turns: Iterable[Turn]) -> Iterator[Turn]:
    """Join what one speaker says without a pause."""
    open_turn: Turn | None = None
    for turn in turns:
        if open_turn is not None and _goes_on(open_turn, turn):
            text = f"{open_turn.text} {turn.text}"
            open_turn = replace(open_turn, text=text, end=turn.end)
            continue
        if open_turn is not None:
            yield open_turn
        open_turn = turn
    if open_turn is not None:
        yield open_turn


def _goes_on(before: Turn, turn: Turn) -> bool:
    if turn.speaker is None or turn.speaker != before.speaker:
        return False
    if before.end is None or turn.start is None:
        return False
    return round(turn.start - before.end, 3) < PAUSE
