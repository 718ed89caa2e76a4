"""The columns that scoring adds, and whose turns it scores.

Apart from scoring, because the process that only hands out work needs no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast, get_args

from empathy_score.errors import InputError
from empathy_score.lexicon import CUE_LABELS
from empathy_score.records import Role

SCORE_COLUMNS: Mapping[str, str] = {
    "score": "DOUBLE",
    "score_low": "DOUBLE",
    "score_high": "DOUBLE",
    "level": "BIGINT",
    "p_none": "DOUBLE",
    "p_weak": "DOUBLE",
    "p_strong": "DOUBLE",
    "emotional_reaction": "DOUBLE",
    "interpretation": "DOUBLE",
    "exploration": "DOUBLE",
    "opportunity": "BOOLEAN",
    "missed_opportunity": "BOOLEAN",
    "interrupted": "BOOLEAN",
    "p_interrupted": "DOUBLE",
    "interrupts": "BOOLEAN",
    "response_seconds": "DOUBLE",
    "out_of_domain": "BOOLEAN",
    "cues": (
        'STRUCT("label" VARCHAR, "subtype" VARCHAR, "start" BIGINT, "end" BIGINT, '
        '"text" VARCHAR, "pattern" VARCHAR, "negated" BOOLEAN)[]'
    ),
    **{f"cue_{label}": "BIGINT" for label in CUE_LABELS},
}
"""The columns that scoring adds, in their order, with their SQL types."""


def roles_to_score(
    score_roles: Sequence[str] | None, *, has_roles: bool
) -> frozenset[Role]:
    """Whose turns are scored: the agent's, or all where nobody's role is known.

    Parameters
    ----------
    score_roles : sequence of role, optional
        What the user asked for.
    has_roles : bool
        Whether the input names roles.

    Returns
    -------
    frozenset of role

    Raises
    ------
    InputError
        If one of them is no role.
    """
    if score_roles is None:
        return frozenset({"agent"}) if has_roles else frozenset(get_args(Role))
    for role in score_roles:
        if role not in get_args(Role):
            raise InputError(
                f"score_roles: {role!r} is no role; "
                f"allowed are {', '.join(get_args(Role))}"
            )
    return frozenset(cast("Sequence[Role]", score_roles))
