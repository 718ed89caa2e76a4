"""Readers: exported files in, one table of utterances out."""

from __future__ import annotations

from empathy_score.readers.rejects import Reject
from empathy_score.readers.table import Export, conversations, open_export

__all__ = ["Export", "Reject", "conversations", "open_export"]
