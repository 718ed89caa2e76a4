"""Features of the turn before: the customer's mood, and whether it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from empathy_score.features.feature import (
    OPPORTUNITY,
    Direction,
    Feature,
    with_before,
)
from empathy_score.features.turns import Array, Turns

_MOODS: tuple[tuple[str, str, Direction], ...] = (
    ("frustration", "trouble that goes on", 0),
    ("anger", "anger", 0),
    ("disappointment", "disappointment", 0),
    ("anxiety", "worry or urgency", 0),
    ("distress", "loss or hardship", 0),
    ("good_news", "good news", 0),
    ("thanks_closing", "thanks or a farewell", 0),
)
_BAD_MOODS = ("frustration", "anger", "disappointment", "anxiety", "distress")
_UNDERSTANDING = ("acknowledgement", "perspective_taking", "apology", "reassurance")


def _answers(
    moods: tuple[str, ...], answers: tuple[str, ...]
) -> Callable[[Turns], Array]:
    def value(turns: Turns) -> Array:
        called = np.asarray(turns.before.has(moods).any(axis=1))
        given = np.asarray(turns.own.has(answers).any(axis=1))
        return with_before((called & given).astype(np.float64), turns)

    return value


def context_features() -> Iterator[Feature]:
    """Show the mood before, and whether it is answered."""
    for mood, meaning, direction in _MOODS:
        yield Feature(
            name=f"customer_{mood}",
            unit="0 or 1",
            minimum=0,
            maximum=1,
            higher_means=f"the turn before shows {meaning}",
            reference=OPPORTUNITY,
            compute=mood,
            direction=direction,
            needs="reply_to",
        )
    answered: tuple[tuple[str, str, Callable[[Turns], Array]], ...] = (
        (
            "answers_trouble",
            "trouble before is met by an understanding cue",
            _answers(_BAD_MOODS, _UNDERSTANDING),
        ),
        (
            "answers_good_news",
            "good news before is met by a warm cue",
            _answers(("good_news",), ("positivity",)),
        ),
    )
    for name, meaning, compute in answered:
        yield Feature(
            name=name,
            unit="0 or 1",
            minimum=0,
            maximum=1,
            higher_means=meaning,
            reference=OPPORTUNITY,
            compute=compute,
            direction=1,
            needs="reply_to",
            strategies=("active_listening", "language_of_empathy"),
        )
    yield Feature(
        name="dismisses_trouble",
        unit="0 or 1",
        minimum=0,
        maximum=1,
        higher_means="trouble before is met by blame, policy or impatience",
        reference=OPPORTUNITY,
        compute=_answers(_BAD_MOODS, ("dismissal",)),
        direction=-1,
        needs="reply_to",
        strategies=("calm_under_attack",),
    )
