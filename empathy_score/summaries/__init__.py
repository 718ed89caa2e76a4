"""Empathy by conversation, agent, team, channel or week, with intervals."""

from empathy_score.summaries.comparing import compare
from empathy_score.summaries.shrinkage import Shrunk, shrink
from empathy_score.summaries.summarizing import (
    GROUPINGS,
    SUMMARY_COLUMNS,
    summarize,
    summary_columns,
)

__all__ = [
    "GROUPINGS",
    "SUMMARY_COLUMNS",
    "Shrunk",
    "compare",
    "shrink",
    "summarize",
    "summary_columns",
]
