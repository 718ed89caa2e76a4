"""WebVTT captions: Teams, Zoom, Microsoft Stream, WhisperX and others.

Who speaks is found by :mod:`~empathy_score.readers.caption_speakers`.

Syntax: https://www.w3.org/TR/webvtt1/ and, for Teams,
https://learn.microsoft.com/en-us/graph/api/calltranscript-get
"""

from __future__ import annotations

import re

from empathy_score.readers.caption_speakers import turns_of
from empathy_score.readers.formats import Format

_HEADER = re.compile(r"\ufeff?WEBVTT(?:\s|\Z)")


def _recognises(head: str) -> bool:
    return _HEADER.match(head) is not None


FORMAT = Format(
    name="vtt",
    title="WebVTT captions (Teams, Zoom, Stream, WhisperX)",
    content="text",
    example="empathy-score score meeting.vtt -o scored.csv --roles 'Lena Huber=agent'",
    endings=(".vtt",),
    recognises=_recognises,
    read=turns_of,
)
