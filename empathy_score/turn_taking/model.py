"""The model of interruptions on disk and at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from empathy_score.errors import ModelError
from empathy_score.logistic import (
    Logistic,
    probabilities,
    read_weights,
    stored_weights,
)
from empathy_score.model_folder import (
    find_folder,
    read_about,
    read_estimator,
    write_folder,
)
from empathy_score.turn_taking.features import turn_features
from empathy_score.turn_taking.timeline import Floats, Ints, Timeline
from empathy_score.turn_taking.trees import Trees, chances, read_nodes, trees_of
from empathy_score.turn_taking.words import Endings, ending_space

DEFAULT_MODEL = "interruption"
_TRAIN = "empathy-score train-interruption TURNS.csv -o FOLDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptionModel:
    """Two classifiers: how a turn ends, and what happens around it.

    Parameters
    ----------
    ending : Logistic
        Last words to "finished", "given up", "cut off".
    turn : Trees
        Times and the first one's answers to p(cut off).
    features : tuple of str
        What ``turn`` takes, in order.
    threshold : float
        From this p on a turn counts as cut off.
    about : mapping
        What ``model.json`` says.
    """

    ending: Logistic
    turn: Trees
    features: tuple[str, ...]
    threshold: float
    about: Mapping[str, Any]


def load_interruption_model(model: str | Path | None = None) -> InterruptionModel:
    """Load a model; nothing in its folder is run.

    Parameters
    ----------
    model : str or Path, optional
        A folder, or the name of one under ``models/``; None is the shipped model.

    Returns
    -------
    InterruptionModel

    Raises
    ------
    ModelError
        If a file is missing, changed, of another format version, or holds a type
        that is not trusted.

    Examples
    --------
    >>> 0 < load_interruption_model().threshold < 1
    True
    """
    folder = find_folder(model, default=DEFAULT_MODEL, command=_TRAIN)
    about = read_about(folder)
    if "threshold" not in about:
        raise ModelError(
            f"{folder}: is no model of interruptions; train one with: {_TRAIN}"
        )
    parts = read_estimator(folder, about)
    if not isinstance(parts, dict) or set(parts) != {"ending", "turn"}:
        raise ModelError(f"{folder}: holds no model of interruptions")
    nodes = read_nodes(parts["turn"], len(about["features"]), folder)
    return InterruptionModel(
        ending=read_weights(parts["ending"], folder),
        turn=trees_of(nodes),
        features=tuple(about["features"]),
        threshold=float(about["threshold"]),
        about=about,
    )


@lru_cache(maxsize=1)
def shipped_model() -> InterruptionModel:
    """Load the shipped model once."""
    return load_interruption_model()


def save_interruption_model(
    folder: Path,
    model: InterruptionModel,
    *,
    metrics: Mapping[str, Any],
    card: str,
) -> None:
    """Write a model's folder.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    model : InterruptionModel
    metrics : mapping
        What ``metrics.json`` is to hold.
    card : str
        Markdown.
    """
    write_folder(
        folder,
        {"ending": stored_weights(model.ending), "turn": asdict(model.turn.nodes)},
        about={
            **model.about,
            "features": list(model.features),
            "threshold": model.threshold,
        },
        metrics=metrics,
        card=card,
    )


def p_interrupted(
    model: InterruptionModel, line: Timeline, rows: Ints, ending: Endings
) -> Floats:
    """Give the probability of being cut off, for all turns at once.

    Parameters
    ----------
    model : InterruptionModel
    line : Timeline
    rows : ndarray of int, shape (n_rows,)
        Turns with both times, as places in the timeline.
    ending : Endings
        Of these turns.

    Returns
    -------
    ndarray of shape (n_rows,)
    """
    if not len(rows):
        return np.zeros(0)
    unfinished = probabilities(model.ending, ending_space(ending.codes))[:, 1:]
    table = turn_features(line, rows, ending, unfinished)
    if missing := set(model.features) - set(table):
        raise ModelError(
            f"the model of interruptions wants {sorted(missing)[0]!r}, which this "
            f"version does not compute; train it again: {_TRAIN}"
        )
    return chances(model.turn, feature_array(table, model.features))


def feature_array(table: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """Put columns side by side, in the model's order."""
    return np.stack([table[name] for name in names], axis=1).astype(np.float32)
