"""Train a model from labelled utterances, and say how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score
from sklearn.model_selection import GroupKFold

from empathy_score.card import model_card
from empathy_score.classifier import EmpathyClassifier
from empathy_score.errors import InputError
from empathy_score.evaluation import Measure, measures
from empathy_score.features import EmpathyFeatures, all_features
from empathy_score.labelled import LEVELS, Labelled, read_labelled
from empathy_score.model import Model, save_model
from empathy_score.model_folder import check_out
from empathy_score.readers import Reject

ALPHAS = (100.0, 300.0, 1000.0)
N_SPLITS = 5
MODEL_VERSION = "0.1.0"

Array = npt.NDArray[np.float64]


def train(
    labelled: Sequence[Path | str], out: Path, *, version: str = MODEL_VERSION
) -> tuple[dict[str, Any], tuple[Reject, ...]]:
    """Train a model and write its folder.

    Parameters
    ----------
    labelled : sequence of Path or str
        Files or folders, see :func:`~empathy_score.labelled.read_labelled`.
    out : Path
        The model's folder; made if it does not exist.
    version : str
        Version of the model.

    Returns
    -------
    dict
        The metrics that are also written to ``metrics.json``.
    tuple of Reject
        Rows that were set aside.

    Raises
    ------
    InputError
        If a level is missing among the labels, or there are too few conversations.
    """
    check_out(out)
    data = read_labelled(labelled)
    _check(data)
    X = EmpathyFeatures().transform(data.entries())
    groups = np.array(data.groups)
    alpha = _best_alpha(X, data.levels, groups)
    probabilities, predicted = _held_out(X, data.levels, groups, alpha)
    classifier = _classifier(alpha).fit(X, data.levels, groups)
    metrics = {
        "held_out": measures(data.levels, probabilities, predicted, data.groups),
        "n_utterances": len(data.texts),
        "n_conversations": len(set(data.groups)),
        "levels": {str(level): int((data.levels == level).sum()) for level in LEVELS},
        "alpha": alpha,
        "n_splits": N_SPLITS,
    }
    about = {
        "version": version,
        "scale": "level 0 none, 1 weak, 2 strong",
        "licence": "Apache-2.0",
        "language": "en",
    }
    card = model_card(Path(out).name, about, metrics, classifier)
    save_model(Path(out), classifier, about=about, metrics=metrics, card=card)
    return metrics, data.rejects


def evaluate(
    model: Model, labelled: Sequence[Path | str]
) -> tuple[dict[str, Measure], Labelled]:
    """Compare a model with labels that it has not seen.

    Parameters
    ----------
    model : Model
        From :func:`~empathy_score.model.load_model`.
    labelled : sequence of Path or str
        Files or folders.

    Returns
    -------
    dict of str to Measure
        See :func:`~empathy_score.evaluation.measures`.
    Labelled
        What was compared.
    """
    data = read_labelled(labelled)
    X = EmpathyFeatures().transform(data.entries())
    return (
        measures(
            data.levels,
            model.classifier.predict_proba(X),
            model.classifier.predict(X),
            data.groups,
        ),
        data,
    )


def _check(data: Labelled) -> None:
    """Refuse labels that are too few to train, to split and to calibrate."""
    for level in LEVELS:
        n_level = int((data.levels == level).sum())
        if n_level < N_SPLITS:
            raise InputError(
                f"level {level} has {n_level} utterances; at least {N_SPLITS} are "
                "needed to train and to calibrate"
            )
    n_groups = len(set(data.groups))
    if n_groups < N_SPLITS:
        raise InputError(
            f"the labels come from {n_groups} conversations; at least {N_SPLITS} are "
            "needed, because splits keep conversations together"
        )
    for level in LEVELS:
        pairs = zip(data.groups, data.levels, strict=True)
        if len({group for group, found in pairs if found == level}) < 2:
            raise InputError(
                f"level {level} stands in one conversation only; splits keep "
                "conversations together, so it needs at least two"
            )


def _classifier(alpha: float) -> EmpathyClassifier:
    directions = [feature.direction for feature in all_features()]
    return EmpathyClassifier(alpha=alpha, monotonic_cst=directions)


def _held_out(
    X: Array,
    levels: npt.NDArray[np.int64],
    groups: npt.NDArray[np.str_],
    alpha: float,
) -> tuple[Array, npt.NDArray[np.int64]]:
    probabilities = np.zeros((len(X), len(LEVELS)))
    predicted = np.empty(len(X), dtype=np.int64)
    for fit, test in GroupKFold(N_SPLITS).split(X, levels, groups):
        model = _classifier(alpha).fit(X[fit], levels[fit], groups[fit])
        columns = np.searchsorted(LEVELS, model.classes_)
        probabilities[np.ix_(test, columns)] = model.predict_proba(X[test])
        predicted[test] = model.predict(X[test])
    return probabilities, predicted


def _best_alpha(
    X: Array,
    levels: npt.NDArray[np.int64],
    groups: npt.NDArray[np.str_],
) -> float:
    """Penalty with the best agreement on held-out conversations."""

    def agreement(alpha: float) -> float:
        predicted = _held_out(X, levels, groups, alpha)[1]
        return float(cohen_kappa_score(levels, predicted, weights="quadratic"))

    return max(ALPHAS, key=agreement)
