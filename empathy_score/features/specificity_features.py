"""How far an utterance is meant for this customer: naming, their words, repetition."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from empathy_score.features.feature import EPITOME, GUIDELINE, Feature, with_before
from empathy_score.features.turns import WARM, Array, Turns


def specificity_features() -> Iterator[Feature]:
    """Warm kinds, naming, the customer's own words, repetition."""
    yield Feature(
        name="n_denied_cues",
        unit="cues, at most 2",
        minimum=0,
        maximum=2,
        higher_means="warm words that the utterance denies",
        reference=GUIDELINE,
        compute=lambda turns: np.minimum(turns.own.n_denied, 2),
        direction=-1,
    )
    yield Feature(
        name="n_warm_kinds",
        unit="kinds of cue, at most 4",
        minimum=0,
        maximum=4,
        higher_means="more different kinds of warm cues",
        reference=GUIDELINE,
        compute=_warm_kinds,
        direction=1,
    )
    yield Feature(
        name="n_naming_cues",
        unit="cues, at most 3",
        minimum=0,
        maximum=3,
        higher_means="warm cues that name a feeling or trouble",
        reference=EPITOME,
        compute=lambda turns: np.minimum(turns.own.n_naming, 3),
        direction=1,
        strategies=("language_of_empathy", "personalised_solution"),
    )
    yield Feature(
        name="warm_ratio",
        unit="share of words",
        minimum=0,
        maximum=1,
        higher_means="more of the utterance is inside warm cues",
        reference=EPITOME,
        compute=lambda turns: np.minimum(
            turns.own.n_cue_words / np.maximum(turns.own.n_words, 1), 1.0
        ),
        direction=1,
    )
    shared: tuple[tuple[str, str, Callable[[Turns], Array]], ...] = (
        ("shared_words", "the customer's own words are taken up", _shared_words),
        (
            "shared_words_in_cues",
            "warm cues take up the customer's own words",
            _shared_words_in_cues,
        ),
    )
    for name, meaning, compute in shared:
        yield Feature(
            name=name,
            unit="content words, at most 5",
            minimum=0,
            maximum=5,
            higher_means=meaning,
            reference=EPITOME,
            compute=compute,
            direction=1,
            needs="reply_to",
            strategies=("active_listening", "personalised_solution"),
        )
    yield Feature(
        name="repeated_phrases",
        unit="cues, at most 3",
        minimum=0,
        maximum=3,
        higher_means="warm cues in words that the same side used before",
        reference=GUIDELINE,
        compute=lambda turns: turns.n_repeated,
        direction=-1,
        needs="conversation",
        strategies=("personalised_solution",),
    )


def _warm_kinds(turns: Turns) -> Array:
    kinds: Array = np.minimum(turns.own.has(WARM).sum(axis=1), 4)
    return kinds


def _shared_words(turns: Turns) -> Array:
    return _overlap(turns.own.words, turns)


def _shared_words_in_cues(turns: Turns) -> Array:
    return _overlap(turns.own.cue_words, turns)


def _overlap(words: tuple[frozenset[int], ...], turns: Turns) -> Array:
    pairs = zip(words, turns.before.words, strict=True)
    shared = np.array([len(own & before) for own, before in pairs], dtype=np.float64)
    return with_before(np.minimum(shared, 5), turns)
