"""Adapt a model to own labels, and say honestly whether that helped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_score.adaptation import Own, adapted, choose_step, held_out_adapted
from empathy_score.card import CALIBRATION, draw_calibration, model_card
from empathy_score.domain import known_words
from empathy_score.errors import InputError
from empathy_score.features.matrix import matrix_of
from empathy_score.features.transformer import parsed_turns
from empathy_score.held_out import N_SPLITS, rows_of_share
from empathy_score.held_out_measures import compared, limits, measured
from empathy_score.labelled import Labelled, read_labelled
from empathy_score.learning_curve import LEAST_TO_LEARN, SHARES, point
from empathy_score.lexicon import load_matcher, own_rows_of
from empathy_score.model import (
    Model,
    check_own_cues,
    load_model,
    model_matrix,
    own_cues,
    save_model,
)
from empathy_score.model_folder import check_out
from empathy_score.readers import Reject
from empathy_score.records import MECHANISMS

Array = npt.NDArray[np.float64]

FEW_TO_ADAPT = 50


def adapt(
    labelled: Sequence[Path | str],
    out: Path,
    *,
    start_from: str | Path,
    version: str | None = None,
    patterns: str | Path | Sequence[str | Path] = (),
) -> tuple[dict[str, Any], tuple[Reject, ...]]:
    """Adapt a trained model to own labels and write the folder of the new one.

    Parameters
    ----------
    labelled : sequence of Path or str
        Files or folders, see :func:`~empathy_score.labelled.read_labelled`.
    out : Path
        The new model's folder; made if it does not exist.
    start_from : str or Path
        The model to start from, ``"customer-service"`` for instance; its folder stays
        as it is.
    version : str, optional
        Version of the new model; that of the old one with ``+adapted`` if not given.
    patterns : str, Path or sequence of these, optional
        Files of own cues, as :meth:`~empathy_score.EmpathyScorer.load` takes them;
        the new model is then used with the same.

    Returns
    -------
    dict
        The metrics that are also written to ``metrics.json``; ``comparison`` says
        whether the new model is better than the old one on held-out conversations.
    tuple of Reject
        Rows that were set aside.

    Raises
    ------
    InputError
        If there are fewer than 20 labels or 5 conversations, or one level only.
    ModelError
        If the old model was trained with own cues that ``patterns`` lacks.
    LexiconError
        If a file of own cues is not valid; the text names file and line.

    Notes
    -----
    How far to go from the old model (see :mod:`empathy_score.adaptation`) is chosen
    by cross-validation over conversations within each fold, so that the figures are of
    utterances that neither choice nor weights have seen. Which words the sentence model
    knows stays as it is. Mechanisms are adapted where every row is labelled with all
    three.
    """
    check_out(out)
    base, rows = load_model(start_from), own_rows_of(patterns)
    check_own_cues(base, rows)
    data = read_labelled(labelled)
    _check(data)
    turns = parsed_turns(data.entries(), matcher=load_matcher(rows))
    features = matrix_of(turns)
    sentences = base.sentences.transform_plain(turns.plain)
    classifiers = [base.classifier, *base.mechanisms.values()]
    if data.mechanisms is not None and len(base.mechanisms) < len(MECHANISMS):
        data = replace(data, mechanisms=None)
    own = [
        _own(data, model_matrix(features, sentences, target), target)
        for target in range(data.targets().shape[1])
    ]
    chosen = [choose_step(*pair)[0] for pair in zip(classifiers, own, strict=False)]
    nested = [held_out_adapted(*pair) for pair in zip(classifiers, own, strict=False)]
    held_out = [said for said, _ in nested]
    new = [
        adapted(*parts) for parts in zip(classifiers, own, chosen, strict=False)
    ] + classifiers[len(own) :]
    both = [text for text in (*data.texts, *data.reply_to) if text is not None]
    model = Model(
        name=Path(out).name,
        version=version or f"{base.version.split('+')[0]}+adapted",
        sentences=base.sentences,
        classifier=new[0],
        mechanisms=dict(zip(base.mechanisms, new[1:], strict=True)),
        least=limits(held_out[0], data.levels, base.least),
        known=base.known | known_words(both),
        least_known=base.least_known,
        about={
            **{name: base.about[name] for name in ("scale", "licence", "language")},
            "adapted_from": {"name": base.name, "version": base.version},
            **({"own_cues": own_cues(rows)} if rows else {}),
        },
    )
    metrics = {
        **measured(data, turns, held_out, base.least),
        "comparison": compared(base, data, turns, held_out[0]),
        "learning_curve": _curve(base, own[0], held_out[0]),
        "adaptation": _account(base, own[0], [step.name for step in chosen], nested),
        "without_mechanisms": _unadapted(data),
        "least_known": model.least_known,
        "n_own_cues": len(rows),
    }
    save_model(Path(out), model, metrics=metrics, card=model_card(model, metrics))
    draw_calibration(metrics["calibration"], Path(out) / CALIBRATION)
    return metrics, data.rejects


def _check(data: Labelled) -> None:
    """Refuse labels that are too few to say anything about."""
    n_groups = len(set(data.groups))
    if len(data.texts) < LEAST_TO_LEARN or n_groups < N_SPLITS:
        raise InputError(
            f"{len(data.texts)} labels of {n_groups} conversations; to adapt a model "
            f"at least {LEAST_TO_LEARN} of at least {N_SPLITS} are needed, better "
            f"{FEW_TO_ADAPT} or more"
        )
    if len(np.unique(data.levels)) < 2:
        raise InputError(
            f"all {len(data.texts)} labels are level {data.levels[0]}; a model cannot "
            "be adapted to labels that tell nothing apart"
        )


def _own(data: Labelled, X: Array, target: int) -> Own:
    n_labels = len(data.texts)
    weights = np.ones(n_labels) if data.weights is None else data.weights
    return Own(
        X=np.nan_to_num(X),
        levels=data.targets()[:, target],
        groups=np.array(data.groups),
        weights=weights / weights.mean(),
    )


def _account(
    base: Model,
    own: Own,
    chosen: Sequence[str],
    nested: Sequence[tuple[Array, list[str]]],
) -> dict[str, Any]:
    """Give what was tried and chosen, for the card."""
    return {
        "start_from": base.name,
        "start_version": base.version,
        "chosen": dict(zip(("level", *MECHANISMS), chosen, strict=False)),
        "chosen_by_fold": nested[0][1],
        "ranked_probability": choose_step(base.classifier, own)[1],
    }


def _curve(base: Model, own: Own, whole: Array) -> list[dict[str, Any]]:
    """Points of the learning curve: no label, some, all."""
    n_labels = len(own.levels)
    everything = n_labels * (N_SPLITS - 1) // N_SPLITS
    found = [point(own.levels, base.classifier.proba_of(own.X), [0])]
    for share in SHARES:
        rows = np.arange(n_labels)
        size = len(rows_of_share(own.groups, rows, share)) * everything // n_labels
        if size >= LEAST_TO_LEARN // 2:
            said, _ = held_out_adapted(base.classifier, own, share=share)
            found.append(point(own.levels, said, [size]))
    return [*found, point(own.levels, whole, [everything])]


def _unadapted(data: Labelled) -> str | None:
    if data.mechanisms is None:
        return "not every utterance is labelled with all three mechanisms"
    return None
