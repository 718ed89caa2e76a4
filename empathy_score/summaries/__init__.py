"""Empathy by conversation, agent, team, channel or week, with intervals."""

from empathy_score.summaries.comparing import compare, pairs_of
from empathy_score.summaries.groups import GROUPINGS, group_columns
from empathy_score.summaries.shrinkage import Shrunk, shrink
from empathy_score.summaries.summarizing import (
    SUMMARY_COLUMNS,
    summarize,
    summary_of,
)
from empathy_score.summaries.tables import write_columns

__all__ = [
    "GROUPINGS",
    "SUMMARY_COLUMNS",
    "Shrunk",
    "compare",
    "group_columns",
    "pairs_of",
    "shrink",
    "summarize",
    "summary_of",
    "write_columns",
]
