"""The exceptions this package raises on purpose; each text names the remedy."""

from __future__ import annotations


class EmpathyScoreError(ValueError):
    """Base of every error a caller can put right."""


class InputError(EmpathyScoreError):
    """A conversation file, table or column cannot be used as given."""


class LexiconError(EmpathyScoreError):
    """A pattern file is not valid; the text names file and line."""


class ModelError(EmpathyScoreError):
    """A model folder cannot be read, or does not fit this version."""
