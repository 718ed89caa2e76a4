"""Offline empathy scoring of customer-service utterances, with evidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from empathy_score.classifier import EmpathyClassifier
    from empathy_score.coaching import coach, missed_opportunities
    from empathy_score.conversations import Conversations, read_conversations
    from empathy_score.cue_colors import displacy_options
    from empathy_score.errors import EmpathyScoreError, InputError, ModelError
    from empathy_score.explanation import EmpathyScore
    from empathy_score.features import EmpathyFeatures
    from empathy_score.file_scoring import score_files
    from empathy_score.outcomes import Impact, impact
    from empathy_score.records import Cue, Utterance
    from empathy_score.reports import report
    from empathy_score.scoring import EmpathyScorer
    from empathy_score.sentence_levels import SentenceLevels
    from empathy_score.summaries import compare, summarize

__version__ = "0.1.0"

_HOMES = {
    "Conversations": "conversations",
    "Cue": "records",
    "EmpathyClassifier": "classifier",
    "EmpathyFeatures": "features",
    "EmpathyScore": "explanation",
    "EmpathyScoreError": "errors",
    "EmpathyScorer": "scoring",
    "Impact": "outcomes",
    "InputError": "errors",
    "ModelError": "errors",
    "SentenceLevels": "sentence_levels",
    "Utterance": "records",
    "coach": "coaching",
    "compare": "summaries",
    "impact": "outcomes",
    "missed_opportunities": "coaching",
    "displacy_options": "cue_colors",
    "read_conversations": "conversations",
    "report": "reports",
    "score_files": "file_scoring",
    "summarize": "summaries",
}

__all__ = [
    "Conversations",
    "Cue",
    "EmpathyClassifier",
    "EmpathyFeatures",
    "EmpathyScore",
    "EmpathyScoreError",
    "EmpathyScorer",
    "Impact",
    "InputError",
    "ModelError",
    "SentenceLevels",
    "Utterance",
    "coach",
    "compare",
    "displacy_options",
    "impact",
    "missed_opportunities",
    "read_conversations",
    "report",
    "score_files",
    "summarize",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import a public name when it is first used, so that importing stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'empathy_score' has no attribute {name!r}")
    return getattr(import_module(f"empathy_score.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
