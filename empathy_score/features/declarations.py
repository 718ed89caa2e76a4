"""The declaration of every feature: name, unit, range, meaning, source, computation.

The order here is the order of columns. Documentation, column names and range tests
are made from these declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from empathy_score.features.turns import WARM, Array, Turns
from empathy_score.lexicon import CUE_LABELS, SUBTYPES, load_lexicon

_GUIDELINE = "annotation guideline of this project, section Cues"
_EPITOME = "Sharma et al., EMNLP 2020 (EPITOME)"
_POLITENESS = "Danescu-Niculescu-Mizil et al., ACL 2013"
_OPPORTUNITY = "Suchman et al., JAMA 1997 (empathic opportunities)"

Direction = Literal[-1, 0, 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature.

    Parameters
    ----------
    name : str
        Column name.
    unit : str
        What is counted.
    minimum, maximum : float
        Range of values; NaN is possible where ``needs_reply_to`` holds.
    higher_means : str
        What a higher value says about the utterance.
    reference : str
        Where the idea comes from.
    compute : callable
        From :class:`~empathy_score.features.turns.Turns` to an array with one value
        for each utterance.
    direction : {-1, 0, 1}, default 0
        The only way in which the feature may move the score: 1 up, -1 down, 0 both.
        An apology never lowers a score, an instruction never raises one.
    needs_reply_to : bool, default False
        Whether the value is NaN without the turn before.
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    higher_means: str
    reference: str
    compute: Callable[[Turns], Array]
    direction: Direction = 0
    needs_reply_to: bool = False


@lru_cache(maxsize=1)
def all_features() -> tuple[Feature, ...]:
    """All features, in the order of columns.

    Returns
    -------
    tuple of Feature

    Examples
    --------
    >>> feature = all_features()[0]
    >>> feature.name, feature.unit, feature.direction
    ('has_greeting', '0 or 1', -1)
    """
    return (
        *_cue_features(),
        *_row_features(),
        *_wording_features(),
        *_specificity_features(),
        *_context_features(),
    )


def feature_names() -> list[str]:
    """Names of all features, in the order of columns.

    Returns
    -------
    list of str

    Examples
    --------
    >>> feature_names()[:2]
    ['has_greeting', 'has_acknowledgement']
    """
    return [feature.name for feature in all_features()]


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


def _has(mark: str) -> Callable[[Turns], Array]:
    return lambda turns: np.minimum(turns.own.count(mark), 1.0)


def _few(mark: str, most: int) -> Callable[[Turns], Array]:
    return lambda turns: np.minimum(turns.own.count(mark), most)


def _with_before(values: Array, turns: Turns) -> Array:
    return np.where(turns.has_before, values, np.nan)


def _cue_features() -> Iterator[Feature]:
    for label in CUE_LABELS:
        if label == "interruption":  # is no matter of words
            continue
        yield Feature(
            name=f"has_{label}",
            unit="0 or 1",
            minimum=0,
            maximum=1,
            higher_means=f"the utterance contains the cue {label}",
            reference=_GUIDELINE,
            compute=_has(label),
            direction=1 if label == "apology" else _direction(label),
        )
    for label, subtypes in SUBTYPES.items():
        for subtype in subtypes:
            yield Feature(
                name=f"has_{label}_{subtype}",
                unit="0 or 1",
                minimum=0,
                maximum=1,
                higher_means=f"the {label} is of the kind {subtype}",
                reference=_GUIDELINE,
                compute=_has(f"{label}.{subtype}"),
                direction=_direction(label, subtype),
            )


def _row_features() -> Iterator[Feature]:
    for row in load_lexicon().cues:
        yield Feature(
            name=f"pattern_{row.id}",
            unit="0 or 1",
            minimum=0,
            maximum=1,
            higher_means=f"{row.label} in the words of the row {row.id}",
            reference=_GUIDELINE,
            compute=_has(row.id),
            direction=_direction(row.label, row.subtype),
        )


_SIGNALS: tuple[tuple[str, str, str, Direction], ...] = (
    ("feeling_word.bad", "a bad feeling is named", _EPITOME, 1),
    ("feeling_word.good", "a good feeling is named", _EPITOME, 1),
    ("trouble_named.event", "what went wrong is named", _EPITOME, 1),
    ("trouble_named.life", "the customer's life is named", _EPITOME, 1),
    ("commitment.i_will", "the agent says what they do", _POLITENESS, 1),
    ("routine.wait", "the customer is asked to wait", _GUIDELINE, -1),
    ("routine.thanks_info", "routine thanks for data or contact", _GUIDELINE, -1),
    ("routine.connected", "the chat's state is talked about", _GUIDELINE, -1),
    ("routine.welcome", "a routine 'you're welcome'", _GUIDELINE, -1),
    ("instruction.step", "the utterance gives steps to follow", _GUIDELINE, -1),
    ("instruction.link", "the utterance points to a link", _GUIDELINE, -1),
    ("refusal.unfortunately", "something is refused", _GUIDELINE, -1),
    ("service_question.how_help", "the routine 'how can I help'", _GUIDELINE, -1),
    ("intensifier.very", "more words such as 'so', 'really'", _POLITENESS, 1),
    ("second_person.you", "the customer is addressed", _POLITENESS, 1),
)


def _wording_features() -> Iterator[Feature]:
    for mark, meaning, reference, direction in _SIGNALS:
        yield Feature(
            name=f"n_{mark.replace('.', '_')}",
            unit="matches, at most 3",
            minimum=0,
            maximum=3,
            higher_means=meaning,
            reference=reference,
            compute=_few(mark, 3),
            direction=direction,
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
        reference="Hutto and Gilbert, ICWSM 2014",
        compute=lambda turns: np.minimum(turns.own.n_exclamations, 3),
        direction=1,
    )
    yield Feature(
        name="n_question_marks",
        unit="marks, at most 3",
        minimum=0,
        maximum=3,
        higher_means="more question marks",
        reference=_EPITOME,
        compute=lambda turns: np.minimum(turns.own.n_question_marks, 3),
    )
    yield Feature(
        name="n_capital_words",
        unit="words, at most 5",
        minimum=0,
        maximum=5,
        higher_means="more words in capitals",
        reference="Hutto and Gilbert, ICWSM 2014",
        compute=lambda turns: np.minimum(turns.own.n_capital_words, 5),
        direction=-1,
    )


def _specificity_features() -> Iterator[Feature]:
    yield Feature(
        name="n_denied_cues",
        unit="cues, at most 2",
        minimum=0,
        maximum=2,
        higher_means="warm words that the utterance denies",
        reference=_GUIDELINE,
        compute=lambda turns: np.minimum(turns.own.n_denied, 2),
        direction=-1,
    )
    yield Feature(
        name="n_warm_kinds",
        unit="kinds of cue, at most 4",
        minimum=0,
        maximum=4,
        higher_means="more different kinds of warm cues",
        reference=_GUIDELINE,
        compute=_warm_kinds,
        direction=1,
    )
    yield Feature(
        name="n_naming_cues",
        unit="cues, at most 3",
        minimum=0,
        maximum=3,
        higher_means="warm cues that name a feeling or trouble",
        reference=_EPITOME,
        compute=lambda turns: np.minimum(turns.own.n_naming, 3),
        direction=1,
    )
    yield Feature(
        name="warm_ratio",
        unit="share of words",
        minimum=0,
        maximum=1,
        higher_means="more of the utterance is inside warm cues",
        reference=_EPITOME,
        compute=lambda turns: np.minimum(
            turns.own.n_cue_words / np.maximum(turns.own.n_words, 1), 1.0
        ),
        direction=1,
    )


def _warm_kinds(turns: Turns) -> Array:
    seen = [np.minimum(turns.own.count(label), 1) for label in WARM]
    kinds: Array = np.minimum(np.sum(seen, axis=0), 4)
    return kinds


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


def _customer(mood: str) -> Callable[[Turns], Array]:
    return lambda turns: _with_before(np.minimum(turns.before.count(mood), 1), turns)


def _shared_words(turns: Turns) -> Array:
    return _overlap(turns.own.words, turns)


def _shared_words_in_cues(turns: Turns) -> Array:
    return _overlap(turns.own.cue_words, turns)


def _overlap(words: tuple[frozenset[int], ...], turns: Turns) -> Array:
    pairs = zip(words, turns.before.words, strict=True)
    shared = np.array([len(own & before) for own, before in pairs], dtype=np.float64)
    return _with_before(np.minimum(shared, 5), turns)


def _answers(
    moods: tuple[str, ...], answers: tuple[str, ...]
) -> Callable[[Turns], Array]:
    def value(turns: Turns) -> Array:
        called = np.sum([turns.before.count(mood) for mood in moods], axis=0) > 0
        given = np.sum([turns.own.count(label) for label in answers], axis=0) > 0
        return _with_before((called & given).astype(np.float64), turns)

    return value


def _context_features() -> Iterator[Feature]:
    for mood, meaning, direction in _MOODS:
        yield Feature(
            name=f"customer_{mood}",
            unit="0 or 1",
            minimum=0,
            maximum=1,
            higher_means=f"the turn before shows {meaning}",
            reference=_OPPORTUNITY,
            compute=_customer(mood),
            direction=direction,
            needs_reply_to=True,
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
            reference=_EPITOME,
            compute=compute,
            direction=1,
            needs_reply_to=True,
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
            reference=_OPPORTUNITY,
            compute=compute,
            direction=1,
            needs_reply_to=True,
        )
