"""The model that scores: a classifier over the features of this version."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from empathy_score.classifier import EmpathyClassifier
from empathy_score.errors import ModelError
from empathy_score.features import feature_names
from empathy_score.model_folder import (
    find_folder,
    read_about,
    read_estimator,
    write_folder,
)

DEFAULT_MODEL = "customer-service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A trained model.

    Parameters
    ----------
    name : str
        Name of its folder.
    version : str
        Version of the model, apart from the code's.
    classifier : EmpathyClassifier
        Fitted.
    about : mapping
        What ``model.json`` says.
    """

    name: str
    version: str
    classifier: EmpathyClassifier
    about: Mapping[str, Any]


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
    if about["features"] != feature_names():
        raise ModelError(
            f"{folder}: was trained on other features than this version computes; "
            "train it again: empathy-score train LABELLED -o " + str(folder)
        )
    classifier = _classifier(folder, about)
    return Model(
        name=folder.name,
        version=about["version"],
        classifier=classifier,
        about=about,
    )


def _classifier(folder: Path, about: Mapping[str, Any]) -> EmpathyClassifier:
    loaded = read_estimator(folder, about)
    if not isinstance(loaded, EmpathyClassifier):
        raise ModelError(
            f"{folder}: holds {type(loaded).__name__}, no EmpathyClassifier"
        )
    if loaded.n_features_in_ != len(feature_names()):
        raise ModelError(
            f"{folder}: takes {loaded.n_features_in_} features, this version computes "
            f"{len(feature_names())}; train it again"
        )
    return loaded


def save_model(
    folder: Path,
    classifier: EmpathyClassifier,
    *,
    about: Mapping[str, Any],
    metrics: Mapping[str, Any],
    card: str,
) -> None:
    """Write a model's folder.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    classifier : EmpathyClassifier
        Fitted.
    about : mapping
        Must hold ``version``; the rest is for the reader.
    metrics : mapping
        What ``metrics.json`` is to hold.
    card : str
        Markdown.
    """
    write_folder(
        folder,
        _lean(classifier),
        about={**about, "features": feature_names()},
        metrics=metrics,
        card=card,
    )


def _lean(classifier: EmpathyClassifier) -> EmpathyClassifier:
    """Keep settings as plain lists, so that only arrays and numbers are stored."""
    if classifier.monotonic_cst is None:
        return classifier
    lean = copy.copy(classifier)
    lean.set_params(monotonic_cst=np.asarray(classifier.monotonic_cst).tolist())
    return lean
