"""SubRip captions, read like WebVTT; times have a comma or a point.

Who speaks is found by :mod:`~empathy_score.readers.caption_speakers`.

Syntax: https://www.matroska.org/technical/subtitles.html#srt-subtitles
"""

from __future__ import annotations

import re

from empathy_score.readers.caption_speakers import turns_of
from empathy_score.readers.formats import Format

_TIME = r"\d{1,3}:\d{2}:\d{2}[,.]\d{1,3}"
_FIRST = re.compile(
    rf"[\ufeff\s]*(?:\d+[ \t]*(?:\r\n|\r|\n)\s*)?{_TIME}\s*-->\s*{_TIME}"
)


def _recognises(head: str) -> bool:
    return _FIRST.match(head) is not None


FORMAT = Format(
    name="srt",
    title="SubRip captions",
    content="text",
    example="empathy-score score call.srt -o scored.csv --roles SPEAKER_00=agent",
    endings=(".srt",),
    recognises=_recognises,
    read=turns_of,
)
