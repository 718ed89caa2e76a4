"""The fifteen strategies that customer-service writing teaches, and what measures them.

One table is made from the declarations of features; a strategy that text cannot show
says why.
"""

from __future__ import annotations

from dataclasses import dataclass

from empathy_score.features.declarations import all_features


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One strategy.

    Parameters
    ----------
    name : str
        As in :attr:`Feature.strategies`.
    title : str
        As it is taught.
    columns : tuple of str, default ()
        Columns of a scored table that measure it beside the features.
    limit : str, default ""
        What cannot be seen, and why.
    """

    name: str
    title: str
    columns: tuple[str, ...] = ()
    limit: str = ""


STRATEGIES = (
    Strategy(
        name="warm_greeting",
        title="A warm greeting, with the customer's name",
        columns=("cue_greeting", "cue_personalization"),
    ),
    Strategy(
        name="active_listening",
        title="Active listening: restating, asking back, not interrupting",
        columns=(
            "cue_acknowledgement",
            "cue_open_question",
            "cue_closed_question",
            "interrupts",
        ),
        limit="Interruptions and backchannels need times that can overlap, or marks.",
    ),
    Strategy(
        name="language_of_empathy",
        title="The language of empathy",
        columns=("cue_acknowledgement", "cue_apology", "cue_reassurance"),
    ),
    Strategy(
        name="perspective_taking",
        title="Taking the customer's perspective",
        columns=("cue_perspective_taking",),
    ),
    Strategy(
        name="calm_under_attack",
        title="Staying calm under attack",
        columns=("cue_dismissal",),
        limit="Words only: a raised voice is not heard.",
    ),
    Strategy(
        name="personalised_solution",
        title="A solution made for this customer",
        columns=("cue_personalization",),
        limit="Whether the solution fits is not judged, only whether words take it up.",
    ),
    Strategy(
        name="proactive_service",
        title="Proactive service",
        columns=("cue_help_offer", "cue_follow_up"),
        limit="Service before the first contact leaves no utterance.",
    ),
    Strategy(name="gratitude", title="Gratitude", columns=("cue_gratitude",)),
    Strategy(name="positivity", title="Positivity", columns=("cue_positivity",)),
    Strategy(
        name="timely_response",
        title="A timely response",
        columns=("response_seconds",),
        limit="Needs times; no feature of the score rests on it.",
    ),
    Strategy(
        name="team_consistency",
        title="Consistency across the team",
        limit="One utterance cannot show it: compare the scores of agents.",
    ),
    Strategy(
        name="nonverbal_signs",
        title="Nonverbal signs: marks such as [laughs], emoji, '!!'",
        limit="Only what a text notes: voice, face and gesture are not in it.",
    ),
    Strategy(
        name="alternatives",
        title="Offering alternatives",
        columns=("cue_alternatives",),
    ),
    Strategy(name="follow_up", title="Following up", columns=("cue_follow_up",)),
    Strategy(
        name="feedback",
        title="Asking for feedback",
        columns=("cue_feedback_request",),
    ),
)
"""All fifteen, in the order in which they are taught."""


def features_of(strategy: str) -> tuple[str, ...]:
    """Names of the features that measure a strategy.

    Parameters
    ----------
    strategy : str
        Name of one of :data:`STRATEGIES`.

    Returns
    -------
    tuple of str
        In the order of columns; empty where text cannot show it.

    Examples
    --------
    >>> features_of("perspective_taking")
    ('has_perspective_taking',)
    """
    return tuple(
        feature.name for feature in all_features() if strategy in feature.strategies
    )
