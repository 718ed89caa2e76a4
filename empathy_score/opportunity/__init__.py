"""Opportunities for empathy: what a customer's turn calls for, and what came of it.

A small trained model reads the customer's turn: what it says about trouble, feeling
and good news (the signals of the lexicon), and how it says it. It gives the
probability that the turn calls for empathy, and of what kind. What the agent says until
the customer speaks again decides whether the opportunity was taken.
"""

from empathy_score.opportunity.answers import State, answers, opportunity_states
from empathy_score.opportunity.calls import Opportunities, opportunities_of
from empathy_score.opportunity.model import (
    OPPORTUNITY_MODEL,
    OpportunityModel,
    load_opportunity_model,
    save_opportunity_model,
)
from empathy_score.opportunity.wording import (
    KINDS,
    NO_CALL,
    opportunity_feature_names,
    opportunity_features,
)

__all__ = [
    "KINDS",
    "NO_CALL",
    "OPPORTUNITY_MODEL",
    "Opportunities",
    "OpportunityModel",
    "State",
    "answers",
    "load_opportunity_model",
    "opportunities_of",
    "opportunity_feature_names",
    "opportunity_features",
    "opportunity_states",
    "save_opportunity_model",
]
