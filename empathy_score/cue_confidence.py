"""How surely a sentence reflects a feeling or affirms a person: what words leave open.

A pattern says yes or no. Where people reflect and encourage in their own words, a
small linear model over words and word pairs gives each sentence a probability, and
the sentence with the highest one is the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_score.errors import InputError, ModelError
from empathy_score.logistic import Logistic, probabilities, read_weights
from empathy_score.model_folder import find_folder, read_about, read_estimator
from empathy_score.sentences import sentences_of
from empathy_score.vocabulary import Vocabulary, word_matrix

Array = npt.NDArray[np.float64]

CONFIDENCE_LABELS = ("reflection", "affirmation")
"""What has a confidence: naming the other's feeling; encouraging and assuring."""

SENTENCE_KINDS = (
    "reflection",
    "validation",
    "affirmation",
    "question",
    "restatement",
    "self_disclosure",
    "suggestion",
    "information",
    "other",
)
"""What a sentence may be. Validation speaks of the situation ("that is so hard")."""

SHARES: Mapping[str, Mapping[str, float]] = {
    "reflection": {"reflection": 1.0, "validation": 1.0},
    "affirmation": {"affirmation": 1.0, "validation": 0.5},
}
"""How far each kind of sentence counts for a label: validating does both."""

CONFIDENCE_MODEL = "cue-confidence"
"""Name of the shipped model's folder under ``models/``."""

_TRAIN = "empathy-score train-confidence LABELLED -o models/NAME"
_LONGEST = 25  # words that make a sentence count as long as it can
_LEAST = 1e-6  # probability
_PARTS = {"words", "rarity", "kinds", "slope", "shift"}
_SHAPE = (len(CONFIDENCE_LABELS),)


@dataclass(frozen=True, slots=True, kw_only=True)
class CueConfidence:
    """A model of sentences; load one with :func:`load_cue_confidence`.

    Parameters
    ----------
    name : str
        Name of its folder.
    words : tuple of str
        The words and word pairs it knows.
    rarity : ndarray of shape (n_words,)
        Inverse document frequency of each, as scikit-learn counts it.
    kinds : Logistic
        Fitted, with kinds that weigh alike; its classes are of
        :data:`SENTENCE_KINDS`.
    slope, shift : ndarray of shape (2,)
        From the log-odds of a label to log-odds that come true as often as they say
        (Platt scaling); learned on held-out conversations.
    about : mapping
        What ``model.json`` says.
    """

    name: str
    words: tuple[str, ...]
    rarity: Array
    kinds: Logistic
    slope: Array
    shift: Array
    about: Mapping[str, Any]
    vocabulary: Vocabulary = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the words ready to be found."""
        object.__setattr__(self, "vocabulary", Vocabulary(self.words, self.rarity))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidences:
    """Confidences of a batch of texts; columns as in :data:`CONFIDENCE_LABELS`.

    Parameters
    ----------
    best : ndarray of shape (n_texts, 2)
        Probability of the best sentence, in [0, 1]: is there such a sentence?
    share : ndarray of shape (n_texts, 2)
        Mean over the sentences, weighted by their length, in [0, 1]: is that what
        the turn does?
    start, end : ndarray of shape (n_texts, 2)
        Character offsets of the best sentence in the original text; both 0 where
        the text has no word.
    """

    best: Array
    share: Array
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]


def cue_confidences(texts: Sequence[str], model: CueConfidence) -> Confidences:
    """Say of each text how surely it reflects a feeling or affirms, and where.

    Parameters
    ----------
    texts : sequence of str
        Utterances.
    model : CueConfidence
        From :func:`load_cue_confidence`.

    Returns
    -------
    Confidences
        One row a text.

    Raises
    ------
    InputError
        If ``texts`` is one string, or holds what is none.

    Examples
    --------
    >>> found = cue_confidences(["Hi. You must feel so lost."], load_cue_confidence())
    >>> found.start[0, 0].item(), found.end[0, 0].item(), bool(found.best[0, 0] > 0.5)
    (4, 26, True)
    """
    _check(texts)
    owners: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    pieces: list[str] = []
    for place, text in enumerate(texts):
        for start, end, piece in sentences_of(text):
            owners.append(place)
            starts.append(start)
            ends.append(end)
            pieces.append(piece)
    shape = (len(texts), len(CONFIDENCE_LABELS))
    best, share = np.zeros(shape), np.zeros(shape)
    start_of, end_of = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    if not pieces:
        return Confidences(best=best, share=share, start=start_of, end=end_of)
    values = calibrated(sentence_values(pieces, model), model.slope, model.shift)
    owner = np.array(owners)
    length = np.array([min(_LONGEST, piece.count(" ") + 1) + 1 for piece in pieces])
    weight = np.bincount(owner, length, minlength=len(texts))
    for column in range(len(CONFIDENCE_LABELS)):
        value = values[:, column]
        total = np.bincount(owner, value * length, minlength=len(texts))
        share[:, column] = total / np.maximum(weight, 1)
        order = np.lexsort((-np.arange(len(value)), value))  # first of equals last
        chosen = np.full(len(texts), -1)
        chosen[owner[order]] = order
        has = chosen >= 0
        best[has, column] = value[chosen[has]]
        start_of[has, column] = np.array(starts)[chosen[has]]
        end_of[has, column] = np.array(ends)[chosen[has]]
    return Confidences(best=best, share=share, start=start_of, end=end_of)


def word_weights(
    text: str, label: str, model: CueConfidence
) -> list[tuple[str, float]]:
    """Say which words of a text speak for a label, and how strongly.

    Parameters
    ----------
    text : str
        An utterance; best a single sentence.
    label : str
        One of :data:`CONFIDENCE_LABELS`.
    model : CueConfidence
        From :func:`load_cue_confidence`.

    Returns
    -------
    list of (str, float)
        Words and word pairs with their share in the log-odds of the label's own
        kind against the mean of the other kinds, strongest first.

    Raises
    ------
    InputError
        If the label is none of these.

    Examples
    --------
    >>> found = word_weights("You must be tired.", "reflection", load_cue_confidence())
    >>> found[0][1] > 0
    True
    """
    if label not in CONFIDENCE_LABELS:
        raise InputError(
            f"label is {label!r}; allowed are {', '.join(CONFIDENCE_LABELS)}"
        )
    linear = model.kinds
    joined = " ".join(piece for _, _, piece in sentences_of(text))
    row = word_matrix([joined], model.vocabulary)
    own = linear.classes_.tolist().index(label)
    others = np.delete(linear.coef_, own, axis=0).mean(axis=0)
    weights = linear.coef_[own] - others
    shares = [
        (model.words[column], float(value * weights[column]))
        for column, value in zip(row.indices, row.data, strict=True)
    ]
    return sorted(shares, key=lambda pair: (-abs(pair[1]), pair[0]))


def _check(texts: Sequence[str]) -> None:
    if isinstance(texts, str):
        raise InputError("texts is one text; pass a list of texts: [text]")
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(
                f"text {place} is {type(text).__name__} {str(text)[:40]!r}; "
                "expected a text"
            )


def calibrated(values: Array, slope: Array, shift: Array) -> Array:
    """Turn what a model says into what comes true as often.

    Parameters
    ----------
    values : ndarray of shape (n_sentences, 2)
        From :func:`sentence_values`.
    slope, shift : ndarray of shape (2,)
        As in :class:`CueConfidence`.

    Returns
    -------
    ndarray of shape (n_sentences, 2), each in [0, 1]

    Examples
    --------
    >>> calibrated(np.array([[0.5, 0.5]]), np.ones(2), np.array([0.0, -50.0])).round(3)
    array([[0.5, 0. ]])
    """
    log_odds = log_odds_of(values) * slope + shift
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def log_odds_of(values: Array) -> Array:
    """Give the log-odds of probabilities, those of 0 and 1 bounded."""
    inside = np.clip(values, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(inside / (1 - inside)))


def sentence_values(pieces: list[str], model: CueConfidence) -> Array:
    """Judge sentences, as if all kinds were equally frequent.

    Parameters
    ----------
    pieces : list of str
        Sentences in plain form.
    model : CueConfidence
        Its ``slope`` and ``shift`` are not used.

    Returns
    -------
    ndarray of shape (n_sentences, 2), each in [0, 1]
    """
    matrix = word_matrix(pieces, model.vocabulary)
    chances = probabilities(model.kinds, matrix)
    kinds = model.kinds.classes_.tolist()
    shares = np.zeros((len(kinds), len(CONFIDENCE_LABELS)))
    for column, label in enumerate(CONFIDENCE_LABELS):
        for kind, share in SHARES[label].items():
            if kind in kinds:
                shares[kinds.index(kind), column] = share
    return np.asarray(np.clip(chances @ shares, 0.0, 1.0))


def load_cue_confidence(model: Path | str | None = None) -> CueConfidence:
    """Load a model of sentences; nothing in its folder is run.

    Parameters
    ----------
    model : Path or str, optional
        A folder, or the name of one under ``models/``; None is the shipped model.

    Returns
    -------
    CueConfidence

    Raises
    ------
    ModelError
        If a file is missing or changed, is of another format version, or holds a
        type that is not trusted.

    Examples
    --------
    >>> load_cue_confidence().name
    'cue-confidence'
    """
    folder = find_folder(
        model,
        default=CONFIDENCE_MODEL,
        command=_TRAIN,
    )
    about = read_about(folder)
    loaded = read_estimator(folder, about)
    if not isinstance(loaded, dict) or set(loaded) != _PARTS:
        raise ModelError(
            f"{folder}: must hold {', '.join(sorted(_PARTS))}; train it again: {_TRAIN}"
        )
    if any(np.shape(loaded[name]) != _SHAPE for name in ("slope", "shift")):
        raise ModelError(
            f"{folder}: needs a slope and a shift for each of "
            f"{', '.join(CONFIDENCE_LABELS)}; train it again: {_TRAIN}"
        )
    return CueConfidence(
        name=folder.resolve().name,
        words=tuple(loaded["words"].split("\n")),
        rarity=loaded["rarity"],
        kinds=read_weights(loaded["kinds"], folder),
        slope=loaded["slope"],
        shift=loaded["shift"],
        about=about,
    )
