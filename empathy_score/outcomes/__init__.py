"""How empathy goes with an outcome of conversations."""

from empathy_score.outcomes.conversations import ToldConversations, told_conversations
from empathy_score.outcomes.doses import Dose
from empathy_score.outcomes.effects import Effect, Interval
from empathy_score.outcomes.measuring import Impact, impact, impact_of

__all__ = [
    "Dose",
    "Effect",
    "Impact",
    "Interval",
    "ToldConversations",
    "impact",
    "impact_of",
    "told_conversations",
]
