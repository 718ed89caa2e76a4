"""Train the model of opportunities from labelled customer turns."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    brier_score_loss,
    log_loss,
    precision_recall_fscore_support,
    roc_auc_score,
)
from sklearn.model_selection import GroupKFold, cross_val_predict

from empathy_score.errors import InputError
from empathy_score.evaluation import calibration_error
from empathy_score.features.transformer import make_cue_pipeline
from empathy_score.features.turns import counts_of
from empathy_score.labelled import labelled_files
from empathy_score.model_folder import check_out
from empathy_score.opportunity import (
    KINDS,
    NO_CALL,
    opportunity_feature_names,
    opportunity_features,
    save_opportunity_model,
)
from empathy_score.readers import Reject, conversations, open_export
from empathy_score.readers.sql import as_text, column_types, quoted

STRENGTHS = (0.1, 0.3, 1.0)
N_SPLITS = 5
MODEL_VERSION = "0.1.0"

Array = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]

_CARD = """# {name}

Says whether one customer turn of a customer-service conversation calls for empathy, and
of what kind: {kinds}.
Version {version}. Licence Apache-2.0. Language en.

This page was made by training; the figures are in `metrics.json`.

## What it is

A multinomial logistic regression over {n_features} features of the turn: which rows of
the lexicon's signals occur, thanks and greetings, questions, marks, length. A turn
calls for empathy from a probability of {threshold:.2f} on; strength of the penalty and
threshold were chosen on held-out conversations.

## Training data

{n_turns} customer turns in {n_conversations} conversations written for this project:
{counts}.

## How good it is

On held-out conversations of the training data ({n_splits} folds by conversation; the
threshold was chosen on the same folds, so the figures lean to the good side):

| measure | value |
|---|---|
{rows}

`always_f1` is the F1 of calling every turn an opportunity, `words_auc` the area under
the curve of the number of words alone: long turns are often about trouble.
`kind_accuracy` is over the turns that do call for empathy.

## Intended use and limits

For coaching and research on English customer-service text. The kinds are told apart
less well than the call itself. Trouble that is told in plain facts, and irony, are what
it misses most; a long neutral turn may be taken for trouble. Figures on real chats are
in `benchmarks/results`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledTurns:
    """Customer turns with what they call for.

    Parameters
    ----------
    texts, labels, groups : tuple of str
        The turns, one of the kinds or "none" for each, the conversation of each.
    rejects : tuple of Reject
        Rows that were set aside.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    rejects: tuple[Reject, ...]


def read_labelled_turns(
    paths: Sequence[Path | str], *, column: str = "opportunity"
) -> LabelledTurns:
    """Read labelled customer turns from tables of conversations.

    Parameters
    ----------
    paths : sequence of Path or str
        Files or folders.
    column : str, default "opportunity"
        The column of labels; rows without one are left out.

    Returns
    -------
    LabelledTurns

    Raises
    ------
    InputError
        If there is no such column, or a value is no kind of opportunity.
    """
    with tempfile.TemporaryDirectory(prefix="empathy-score-") as folder:
        export = open_export(
            labelled_files(paths), columns={}, roles=None, folder=Path(folder)
        )
        try:
            if column not in export.names:
                raise InputError(
                    f"{paths[0]}: no column {column!r}; found: "
                    f"{', '.join(export.names)}"
                )
            kinds = column_types(export.connection, "input")
            labels = _labels(
                export.connection.execute(
                    "SELECT __row, __file, __line, "
                    f"{as_text(quoted(column), kinds[column])} FROM input"
                ).fetchall()
            )
            turns = [
                turn
                for batch in conversations(export)
                for turn in batch
                if turn.row in labels
            ]
        finally:
            export.connection.close()
    return LabelledTurns(
        texts=tuple(turn.text for turn in turns),
        labels=tuple(labels[turn.row] for turn in turns),
        groups=tuple(turn.conversation for turn in turns),
        rejects=export.rejects,
    )


def _labels(rows: Sequence[tuple[Any, ...]]) -> dict[int, str]:
    allowed = (*KINDS, NO_CALL)
    labels = {}
    for row, file, line, value in rows:
        if value is None or not value.strip():
            continue
        if value.strip() not in allowed:
            raise InputError(
                f"{file}:{line}: opportunity is {value!r}; allowed are "
                f"{', '.join(allowed)} and empty"
            )
        labels[int(row)] = value.strip()
    return labels


def train_opportunity(
    labelled: Sequence[Path | str], out: Path, *, version: str = MODEL_VERSION
) -> tuple[dict[str, Any], tuple[Reject, ...]]:
    """Train a model of opportunities and write its folder.

    Parameters
    ----------
    labelled : sequence of Path or str
        Files or folders, see :func:`read_labelled_turns`.
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
        If ``out`` is a file, or there are too few turns or conversations.
    """
    check_out(out)
    data = read_labelled_turns(labelled)
    _check(data)
    counts = counts_of(make_cue_pipeline().pipe(data.texts, batch_size=1000))
    X = opportunity_features(counts)
    labels, groups = np.array(data.labels), np.array(data.groups)
    held_out = {
        strength: cross_val_predict(
            _classifier(strength),
            X,
            labels,
            groups=groups,
            cv=GroupKFold(N_SPLITS),
            method="predict_proba",
        )
        for strength in STRENGTHS
    }
    strength = min(STRENGTHS, key=lambda tried: log_loss(labels, held_out[tried]))
    threshold = _best_threshold(labels, held_out[strength])
    names = sorted(set(data.labels))
    metrics = {
        "held_out": _measures(labels, held_out[strength], threshold, counts.n_words),
        "n_turns": len(labels),
        "n_conversations": len(set(data.groups)),
        "labels": {name: int((labels == name).sum()) for name in names},
        "strength": strength,
        "threshold": threshold,
        "n_splits": N_SPLITS,
    }
    about = {
        "version": version,
        "threshold": threshold,
        "licence": "Apache-2.0",
        "language": "en",
    }
    save_opportunity_model(
        Path(out),
        _classifier(strength).fit(X, labels),
        about=about,
        metrics=metrics,
        card=_card(Path(out).name, version, metrics),
    )
    return metrics, data.rejects


def _classifier(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=5000)


def _check(data: LabelledTurns) -> None:
    for label in sorted({NO_CALL, *data.labels}):
        pairs = zip(data.groups, data.labels, strict=True)
        n_groups = len({group for group, found in pairs if found == label})
        if n_groups < N_SPLITS:
            raise InputError(
                f"{label} stands in {n_groups} conversations; at least {N_SPLITS} are "
                "needed, because splits keep conversations together"
            )
    if set(data.labels) == {NO_CALL}:
        raise InputError(f"every opportunity is {NO_CALL!r}; nothing to learn")


def _called(labels: Names, probabilities: Array) -> tuple[npt.NDArray[np.bool_], Array]:
    """Which turns do call, and how likely they were said to."""
    nothing = sorted(set(labels.tolist())).index(NO_CALL)
    return labels != NO_CALL, 1 - probabilities[:, nothing]


def _best_threshold(labels: Names, probabilities: Array) -> float:
    called, probability = _called(labels, probabilities)
    steps = np.arange(20, 81, 2) / 100
    f1 = [_figures(called, probability >= step)[2] for step in steps]
    smooth = np.convolve(f1, np.full(5, 0.2), mode="valid")  # the peak is flat, noisy
    return float(steps[2:-2][smooth.argmax()])


def _figures(
    outcome: npt.NDArray[np.bool_], predicted: npt.NDArray[np.bool_]
) -> tuple[float, float, float]:
    precision, recall, f1, _ = precision_recall_fscore_support(
        outcome, predicted, average="binary", zero_division=0.0
    )
    return float(precision), float(recall), float(f1)


def _measures(
    labels: Names, probabilities: Array, threshold: float, n_words: Array
) -> dict[str, float]:
    called, probability = _called(labels, probabilities)
    precision, recall, f1 = _figures(called, probability >= threshold)
    names = np.array(sorted(set(labels.tolist())))
    of_kinds = np.where(names == NO_CALL, -1.0, probabilities)
    likeliest = names[of_kinds.argmax(axis=1)]
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "always_f1": _figures(called, np.ones_like(called))[2],
        "auc": float(roc_auc_score(called, probability)),
        "words_auc": float(roc_auc_score(called, n_words)),
        "brier": float(brier_score_loss(called, probability)),
        "ece": calibration_error(called, probability),
        "kind_accuracy": float(np.mean((likeliest == labels)[called])),
    }


def _card(name: str, version: str, metrics: dict[str, Any]) -> str:
    counts = metrics["labels"].items()
    rows = metrics["held_out"].items()
    return _CARD.format(
        name=name,
        kinds=", ".join(KINDS),
        version=version,
        n_features=len(opportunity_feature_names()),
        threshold=metrics["threshold"],
        n_turns=metrics["n_turns"],
        n_conversations=metrics["n_conversations"],
        counts=", ".join(f"{label} {number}" for label, number in counts),
        n_splits=metrics["n_splits"],
        rows="\n".join(f"| {measure} | {value:.3f} |" for measure, value in rows),
    )
