"""Any scored table as one DuckDB table of turns: what summaries and reports read."""

from empathy_score.scored_turns.opening import ScoredTurns, open_scored
from empathy_score.scored_turns.turns import TURN_COLUMNS

__all__ = ["TURN_COLUMNS", "ScoredTurns", "open_scored"]
