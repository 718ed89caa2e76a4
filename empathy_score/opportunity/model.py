"""Models of opportunities on disk: a folder that loads without running any code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.linear_model import LogisticRegression

from empathy_score.errors import ModelError
from empathy_score.logistic import Logistic, read_weights, stored_weights
from empathy_score.model_folder import (
    find_folder,
    read_about,
    read_estimator,
    write_folder,
)
from empathy_score.opportunity.wording import opportunity_feature_names

OPPORTUNITY_MODEL = "opportunity"
"""Name of the shipped model's folder under ``models/``."""

_TRAIN = "empathy-score train-opportunity LABELLED -o models/NAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityModel:
    """A trained model of opportunities.

    Parameters
    ----------
    name, version : str
        Its folder and its version.
    classifier : Logistic
        Its classes are the kinds of opportunity and "none".
    threshold : float
        A turn calls for empathy from this probability on.
    about : mapping
        What ``model.json`` says.
    """

    name: str
    version: str
    classifier: Logistic
    threshold: float
    about: Mapping[str, Any]


def load_opportunity_model(model: str | Path | None = None) -> OpportunityModel:
    """Load a model of opportunities; nothing in its folder is run.

    Parameters
    ----------
    model : str or Path, optional
        A folder, or the name of one under ``models/``; None is the shipped model.

    Returns
    -------
    OpportunityModel

    Raises
    ------
    ModelError
        If a file is missing, changed, of another format version, holds a type that
        is not trusted, or was trained on other features.

    Examples
    --------
    >>> 0 < load_opportunity_model().threshold < 1
    True
    """
    folder = find_folder(
        model,
        default=OPPORTUNITY_MODEL,
        command=_TRAIN,
    )
    about = read_about(folder)
    if "threshold" not in about:
        raise ModelError(
            f"{folder}: is no model of opportunities; train one with: {_TRAIN}"
        )
    if tuple(about["features"]) != opportunity_feature_names():
        raise ModelError(
            f"{folder}: was trained on other features than this version computes; "
            f"train it again: {_TRAIN}"
        )
    return OpportunityModel(
        name=folder.name,
        version=about["version"],
        classifier=read_weights(read_estimator(folder, about), folder),
        threshold=float(about["threshold"]),
        about=about,
    )


def save_opportunity_model(
    folder: Path,
    classifier: LogisticRegression,
    *,
    about: Mapping[str, Any],
    metrics: Mapping[str, Any],
    card: str,
) -> None:
    """Write the folder of a model of opportunities.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    classifier : LogisticRegression
        Fitted.
    about : mapping
        Must hold ``version`` and ``threshold``; the rest is for the reader.
    metrics : mapping
        What ``metrics.json`` is to hold.
    card : str
        Markdown.
    """
    write_folder(
        folder,
        stored_weights(classifier),
        about={**about, "features": list(opportunity_feature_names())},
        metrics=metrics,
        card=card,
    )
