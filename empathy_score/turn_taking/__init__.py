"""Turn-taking: who cut off whom, who listened, who waited how long."""

from empathy_score.turn_taking.model import (
    InterruptionModel,
    load_interruption_model,
)
from empathy_score.turn_taking.records import ConversationTurns, TurnTaking
from empathy_score.turn_taking.summary import conversation_turns
from empathy_score.turn_taking.taking import turn_columns, turn_taking

__all__ = [
    "ConversationTurns",
    "InterruptionModel",
    "TurnTaking",
    "conversation_turns",
    "load_interruption_model",
    "turn_columns",
    "turn_taking",
]
