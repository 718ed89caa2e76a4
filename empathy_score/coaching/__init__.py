"""What to talk about with an agent: strong moments, missed opportunities, habits.

From rules that are rows of data, each sentence with the spans that it rests on.
"""

from empathy_score.coaching.coach import coach, missed_opportunities
from empathy_score.coaching.quoting import short
from empathy_score.coaching.records import Coaching, Evidence, Moment, Pattern
from empathy_score.coaching.rows import load_rules, read_rules

__all__ = [
    "Coaching",
    "Evidence",
    "Moment",
    "Pattern",
    "coach",
    "load_rules",
    "missed_opportunities",
    "read_rules",
    "short",
]
