"""Readers: exported files in, one table of utterances out."""

from __future__ import annotations

from empathy_score.readers.formats import Format, formats
from empathy_score.readers.rejects import Reject
from empathy_score.readers.sources import Query
from empathy_score.readers.table import Export, open_export
from empathy_score.readers.turn import FormatError, Turn, Unusable
from empathy_score.readers.turn_batches import conversations

__all__ = [
    "Export",
    "Format",
    "FormatError",
    "Query",
    "Reject",
    "Turn",
    "Unusable",
    "conversations",
    "formats",
    "open_export",
]
