"""Features that say which cues, kinds and rows of the lexicon were found."""

from __future__ import annotations

from collections.abc import Iterator

from empathy_score.features.feature import GUIDELINE, Direction, Feature
from empathy_score.lexicon import CUE_LABELS, SUBTYPES, load_lexicon

_STRATEGIES: dict[str, tuple[str, ...]] = {
    "greeting": ("warm_greeting",),
    "acknowledgement": ("active_listening", "language_of_empathy"),
    "perspective_taking": ("perspective_taking",),
    "apology": ("language_of_empathy",),
    "gratitude": ("gratitude",),
    "reassurance": ("language_of_empathy",),
    "help_offer": ("proactive_service",),
    "personalization": ("warm_greeting", "personalised_solution"),
    "alternatives": ("alternatives",),
    "follow_up": ("follow_up", "proactive_service"),
    "feedback_request": ("feedback",),
    "positivity": ("positivity",),
    "open_question": ("active_listening",),
    "closed_question": ("active_listening",),
    "dismissal": ("calm_under_attack",),
}
_COOL = frozenset(
    {
        "greeting",
        "closed_question",
        "dismissal",
        "apology.refusal",
        "apology.clarification",
        "apology.conditional",
    }
)


def _direction(label: str, subtype: str | None = None) -> Direction:
    return -1 if label in _COOL or f"{label}.{subtype}" in _COOL else 1


def cue_features() -> Iterator[Feature]:
    """Whether each cue, and each of its kinds, is there."""
    for label in CUE_LABELS:
        if label == "interruption":  # is no matter of words
            continue
        yield Feature(
            name=f"has_{label}",
            unit="0 or 1",
            minimum=0,
            maximum=1,
            higher_means=f"the utterance contains the cue {label}",
            reference=GUIDELINE,
            compute=label,
            direction=1 if label == "apology" else _direction(label),
            part=label,
            strategies=_STRATEGIES[label],
        )
    for label, subtypes in SUBTYPES.items():
        for subtype in subtypes:
            yield Feature(
                name=f"has_{label}_{subtype}",
                unit="0 or 1",
                minimum=0,
                maximum=1,
                higher_means=f"the {label} is of the kind {subtype}",
                reference=GUIDELINE,
                compute=f"{label}.{subtype}",
                direction=_direction(label, subtype),
                part=label,
                strategies=_STRATEGIES[label],
            )


def row_features() -> Iterator[Feature]:
    """Whether each row of the lexicon was found."""
    for row in load_lexicon().cues:
        yield Feature(
            name=f"pattern_{row.id}",
            unit="0 or 1",
            minimum=0,
            maximum=1,
            higher_means=f"{row.label} in the words of the row {row.id}",
            reference=GUIDELINE,
            compute=row.id,
            direction=_direction(row.label, row.subtype),
            part=row.label,
        )
