"""Features of wording that is no cue of its own: signals, length, marks, capitals."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from empathy_score.features.feature import (
    EPITOME,
    GUIDELINE,
    POLITENESS,
    Direction,
    Feature,
)

HUTTO = "Hutto and Gilbert, ICWSM 2014"
_STRATEGIES: dict[str, tuple[str, ...]] = {
    "feeling_word.bad": ("language_of_empathy",),
    "feeling_word.good": ("language_of_empathy",),
    "trouble_named.event": ("language_of_empathy", "personalised_solution"),
    "trouble_named.life": ("personalised_solution",),
    "commitment.i_will": ("proactive_service",),
    "nonverbal.sound": ("nonverbal_signs",),
    "nonverbal.emoji": ("nonverbal_signs",),
}
_SIGNALS: tuple[tuple[str, str, str, Direction], ...] = (
    ("feeling_word.bad", "a bad feeling is named", EPITOME, 1),
    ("feeling_word.good", "a good feeling is named", EPITOME, 1),
    ("trouble_named.event", "what went wrong is named", EPITOME, 1),
    ("trouble_named.life", "the customer's life is named", EPITOME, 1),
    ("commitment.i_will", "the agent says what they do", POLITENESS, 1),
    ("nonverbal.sound", "a sound or gesture is noted: [laughs]", HUTTO, 0),
    ("nonverbal.emoji", "an emoji or emoticon of any kind", HUTTO, 0),
    ("routine.wait", "the customer is asked to wait", GUIDELINE, -1),
    ("routine.thanks_info", "routine thanks for data or contact", GUIDELINE, -1),
    ("routine.connected", "the chat's state is talked about", GUIDELINE, -1),
    ("routine.welcome", "a routine 'you're welcome'", GUIDELINE, -1),
    ("instruction.step", "the utterance gives steps to follow", GUIDELINE, -1),
    ("instruction.link", "the utterance points to a link", GUIDELINE, -1),
    ("refusal.unfortunately", "something is refused", GUIDELINE, -1),
    ("service_question.how_help", "the routine 'how can I help'", GUIDELINE, -1),
    ("intensifier.very", "more words such as 'so', 'really'", POLITENESS, 1),
    ("second_person.you", "the customer is addressed", POLITENESS, 1),
)


def wording_features() -> Iterator[Feature]:
    """Signals, length, marks and capitals."""
    for mark, meaning, reference, direction in _SIGNALS:
        yield Feature(
            name=f"n_{mark.replace('.', '_')}",
            unit="matches, at most 3",
            minimum=0,
            maximum=3,
            higher_means=meaning,
            reference=reference,
            compute=mark,
            direction=direction,
            strategies=_STRATEGIES.get(mark, ()),
        )
    yield Feature(
        name="log_n_words",
        unit="log2(1 + words)",
        minimum=0,
        maximum=8,
        higher_means="a longer utterance, up to 255 words",
        reference="length baseline",
        compute=lambda turns: np.minimum(np.log2(1 + turns.own.n_words), 8.0),
    )
    yield Feature(
        name="n_exclamations",
        unit="marks, at most 3",
        minimum=0,
        maximum=3,
        higher_means="more exclamation marks",
        reference=HUTTO,
        compute=lambda turns: np.minimum(turns.own.n_exclamations, 3),
        direction=1,
        strategies=("nonverbal_signs",),
    )
    yield Feature(
        name="n_question_marks",
        unit="marks, at most 3",
        minimum=0,
        maximum=3,
        higher_means="more question marks",
        reference=EPITOME,
        compute=lambda turns: np.minimum(turns.own.n_question_marks, 3),
    )
    yield Feature(
        name="n_capital_words",
        unit="words, at most 5",
        minimum=0,
        maximum=5,
        higher_means="more words in capitals",
        reference=HUTTO,
        compute=lambda turns: np.minimum(turns.own.n_capital_words, 5),
        direction=-1,
        strategies=("calm_under_attack", "nonverbal_signs"),
    )
