"""The model that scores: classifiers over features and sentences of this version."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_score.classifier import (
    EmpathyClassifier,
    level_probabilities,
    median_levels,
)
from empathy_score.conformal import score_intervals, score_of
from empathy_score.domain import known_shares
from empathy_score.errors import ModelError
from empathy_score.features import feature_names
from empathy_score.features.matrix import matrix_of
from empathy_score.features.turns import Turns
from empathy_score.lexicon import Pattern
from empathy_score.model_folder import (
    find_folder,
    read_about,
    read_estimator,
    write_folder,
)
from empathy_score.sentence_levels import Judged, SentenceLevels

Array = npt.NDArray[np.float64]

DEFAULT_MODEL = "customer-service"

_PARTS = frozenset({"sentences", "level", "mechanisms", "least", "known"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A trained model.

    Parameters
    ----------
    name : str
        Name of its folder.
    version : str
        Version of the model, apart from the code's.
    sentences : SentenceLevels
        Fitted; judges single sentences.
    classifier : EmpathyClassifier
        Fitted; gives the level from the columns of :func:`model_matrix`.
    mechanisms : mapping of str to EmpathyClassifier
        The same for each of the mechanisms; empty where none were labelled.
    least : ndarray of shape (3,)
        From :func:`~empathy_score.conformal.least_probabilities`.
    known : frozenset of str
        Words of the training texts.
    least_known : float
        A text with a smaller share of known words is out of the domain.
    about : mapping
        What ``model.json`` says.
    """

    name: str
    version: str
    sentences: SentenceLevels
    classifier: EmpathyClassifier
    mechanisms: Mapping[str, EmpathyClassifier]
    least: Array
    known: frozenset[str]
    least_known: float
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """What a model says of some utterances.

    Parameters
    ----------
    X : ndarray of shape (n_utterances, n_columns)
        What the level rests on; columns as in :func:`model_columns`, 0 where a
        feature is not known.
    probabilities : ndarray of shape (n_utterances, 3)
        Calibrated p(level 0), p(1), p(2).
    levels : ndarray of shape (n_utterances,)
        The median level.
    scores : ndarray of shape (n_utterances,)
        (p1 + 2·p2) / 2.
    intervals : ndarray of shape (n_utterances, 2)
        90 % intervals of the scores; from 0 to 1 out of the domain.
    mechanisms : mapping of str to ndarray of shape (n_utterances,)
        Each in [0, 1]; empty where the model has none.
    out_of_domain : ndarray of bool, shape (n_utterances,)
        Not English, or far from what the model knows.
    judged : Judged
        The utterances' sentences.
    """

    X: Array
    probabilities: Array
    levels: npt.NDArray[np.int64]
    scores: Array
    intervals: Array
    mechanisms: Mapping[str, Array]
    out_of_domain: npt.NDArray[np.bool_]
    judged: Judged


def model_matrix(features: Array, sentences: Array, target: int = 0) -> Array:
    """Put the features and a target's own sentence columns side by side.

    Parameters
    ----------
    features : ndarray of shape (n_utterances, n_features)
        From :func:`~empathy_score.features.matrix.matrix_of`.
    sentences : ndarray of shape (n_utterances, n_outputs)
        From :class:`~empathy_score.sentence_levels.SentenceLevels`.
    target : int, default 0
        0 for the level; 1, 2, 3 for the mechanisms.

    Returns
    -------
    ndarray of shape (n_utterances, n_features + 2)
        Columns as in :func:`model_columns`.
    """
    own = sentences[:, 2 * target : 2 * target + 2]
    return np.concatenate([features, own], axis=1)


def model_columns() -> list[str]:
    """Names of the columns of :func:`model_matrix`.

    Returns
    -------
    list of str

    Examples
    --------
    >>> model_columns()[-2:]
    ['best_sentence_over_0', 'best_sentence_2']
    """
    return [*feature_names(), "best_sentence_over_0", "best_sentence_2"]


def predict(model: Model, turns: Turns) -> Predictions:
    """Score utterances.

    Parameters
    ----------
    model : Model
        From :func:`load_model`.
    turns : Turns
        The utterances and the turns before them.

    Returns
    -------
    Predictions

    Examples
    --------
    >>> from empathy_score.features.transformer import parsed_turns
    >>> found = predict(load_model(), parsed_turns(["I'm so sorry.", "Size?"]))
    >>> found.levels.tolist(), found.out_of_domain.tolist()
    ([1, 0], [False, False])
    """
    judged = model.sentences.judge(turns.plain)
    sentences = judged.best()
    X = np.empty((len(turns.plain), model.classifier.n_features_in_))
    features = matrix_of(turns, out=X[:, :-2])
    features[np.isnan(features)] = 0.0
    classifiers = (model.classifier, *model.mechanisms.values())
    log_odds = np.empty((len(classifiers), len(X), 2))
    for target in reversed(range(len(classifiers))):  # what stays is the level's
        X[:, -2:] = sentences[:, 2 * target : 2 * target + 2]
        log_odds[target] = classifiers[target].log_odds_of(X)
    probabilities, *of_mechanisms = level_probabilities(log_odds)
    far = known_shares(turns.plain, model.known) < model.least_known
    intervals = score_intervals(probabilities, model.least)
    intervals[far] = (0.0, 1.0)
    return Predictions(
        X=X,
        probabilities=probabilities,
        levels=median_levels(probabilities),
        scores=score_of(probabilities),
        intervals=intervals,
        mechanisms={
            name: score_of(found)
            for name, found in zip(model.mechanisms, of_mechanisms, strict=True)
        },
        out_of_domain=far,
        judged=judged,
    )


def contributions_of(model: Model, X: Array) -> list[dict[str, float]]:
    """Say what each score rests on.

    Parameters
    ----------
    model : Model
        From :func:`load_model`.
    X : ndarray of shape (n_utterances, n_columns)
        From :attr:`Predictions.X`.

    Returns
    -------
    list of dict of str to float
        For each utterance the share of each column in the decision value, largest
        first, columns without a share left out but ``"intercept"``.
    """
    names = _share_names()
    found = []
    for row in model.classifier.contributions_of(X):
        columns = row[:-1].nonzero()[0].tolist()
        shares = [(names[column], row.item(column)) for column in (*columns, -1)]
        found.append(dict(sorted(shares, key=lambda share: -abs(share[1]))))
    return found


@cache
def _share_names() -> tuple[str, ...]:
    return (*model_columns(), "intercept")


def find_model(model: str | Path | None = None) -> Path:
    """Find a model's folder.

    Parameters
    ----------
    model : str or Path, optional
        A folder, or the name of one under ``models/`` (here, or shipped with the
        package); None is the shipped default.

    Returns
    -------
    Path

    Raises
    ------
    ModelError
        If there is none; the text names the places looked at.

    Examples
    --------
    >>> find_model().name
    'customer-service'
    """
    return find_folder(
        model,
        default=DEFAULT_MODEL,
        command="empathy-score train LABELLED -o models/NAME",
    )


def load_model(model: str | Path | None = None) -> Model:
    """Load a model; nothing in its folder is run.

    Parameters
    ----------
    model : str or Path, optional
        As in :func:`find_model`.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If a file is missing, changed, of another format version, holds a type that
        is not trusted, or was trained on other features.

    Examples
    --------
    >>> load_model().classifier.classes_.tolist()
    [0, 1, 2]
    """
    folder = find_model(model)
    about = read_about(folder)
    if "threshold" in about or isinstance(about["features"], str):
        raise ModelError(
            f"{folder}: is no model that scores; name one made by empathy-score train"
        )
    if about["features"] != model_columns():
        raise ModelError(
            f"{folder}: was trained on other features than this version computes; "
            "train it again: empathy-score train LABELLED -o " + str(folder)
        )
    parts = _parts(folder, about)
    return Model(
        name=folder.name,
        version=about["version"],
        sentences=parts["sentences"],
        classifier=parts["level"],
        mechanisms=parts["mechanisms"],
        least=parts["least"],
        known=frozenset(parts["known"].split("\n")),
        least_known=float(about["least_known"]),
        about=about,
    )


def _parts(folder: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """Read the trained parts and check that they are what they should be."""
    parts = read_estimator(folder, about)
    if not isinstance(parts, dict) or set(parts) != _PARTS:
        found = sorted(parts) if isinstance(parts, dict) else type(parts).__name__
        raise ModelError(f"{folder}: holds {found}, not {sorted(_PARTS)}")
    classifiers = [parts["level"], *parts["mechanisms"].values()]
    for loaded in classifiers:
        if not isinstance(loaded, EmpathyClassifier):
            raise ModelError(
                f"{folder}: holds {type(loaded).__name__}, no EmpathyClassifier"
            )
        if loaded.n_features_in_ != len(about["features"]):
            raise ModelError(
                f"{folder}: takes {loaded.n_features_in_} features, but names "
                f"{len(about['features'])}; train it again"
            )
    if not isinstance(parts["sentences"], SentenceLevels):
        raise ModelError(
            f"{folder}: holds {type(parts['sentences']).__name__}, no SentenceLevels"
        )
    return parts


def check_own_cues(model: Model, own: Sequence[Pattern]) -> None:
    """Refuse to use a model without the own cues that it was trained with.

    Parameters
    ----------
    model : Model
        From :func:`load_model`.
    own : sequence of Pattern
        The own cues that are looked for; more than the model's do no harm.

    Raises
    ------
    ModelError
        If one is missing or has another pattern: its texts would be counted
        otherwise than in training.

    Examples
    --------
    >>> check_own_cues(load_model(), ())
    """
    found = dict(own_cues(own))
    wanted = model.about.get("own_cues", ())
    missing = [name for name, expression in wanted if found.get(name) != expression]
    if missing:
        shown = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
        raise ModelError(
            f"{model.name}: was trained with own cues that are not given, or not the "
            f"same: {shown}; name their file (--patterns FILE, patterns=FILE)"
        )


def own_cues(own: Iterable[Pattern]) -> list[list[str]]:
    """Give own cues as ``model.json`` keeps them: names and expressions.

    Parameters
    ----------
    own : iterable of Pattern
        From :func:`~empathy_score.lexicon.read_own_rows`.

    Returns
    -------
    list of [str, str]
    """
    return [[row.id, row.expression] for row in own]


def save_model(
    folder: Path,
    model: Model,
    *,
    metrics: Mapping[str, Any],
    card: str,
) -> None:
    """Write a model's folder.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    model : Model
        Trained; its ``about`` is for the reader.
    metrics : mapping
        What ``metrics.json`` is to hold.
    card : str
        Markdown.
    """
    parts = {
        "sentences": model.sentences,
        "level": _lean(model.classifier),
        "mechanisms": {
            name: _lean(classifier) for name, classifier in model.mechanisms.items()
        },
        "least": model.least,
        "known": "\n".join(sorted(model.known)),
    }
    about = {
        **model.about,
        "version": model.version,
        "features": model_columns(),
        "mechanisms": list(model.mechanisms),
        "least_known": model.least_known,
    }
    write_folder(folder, parts, about=about, metrics=metrics, card=card)


def _lean(classifier: EmpathyClassifier) -> EmpathyClassifier:
    """Keep settings as plain lists, so that only arrays and numbers are stored."""
    if classifier.monotonic_cst is None:
        return classifier
    lean = copy.copy(classifier)
    lean.set_params(monotonic_cst=np.asarray(classifier.monotonic_cst).tolist())
    return lean
