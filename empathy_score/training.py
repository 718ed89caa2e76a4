"""Train a model from labelled utterances, and say how good it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score
from sklearn.model_selection import GroupKFold

from empathy_score.card import CALIBRATION, draw_calibration, model_card
from empathy_score.classifier import median_levels
from empathy_score.conformal import least_probabilities
from empathy_score.domain import known_shares, known_words
from empathy_score.errors import InputError
from empathy_score.evaluation import (
    Measure,
    interval_measures,
    measures,
)
from empathy_score.features.matrix import matrix_of
from empathy_score.features.transformer import parsed_turns
from empathy_score.held_out import (
    N_SPLITS,
    Fold,
    classifier_for,
    folds_of,
    held_out_probabilities,
    judged_by,
    material_of,
)
from empathy_score.held_out_measures import compared, measured
from empathy_score.labelled import LEVELS, Labelled, read_labelled
from empathy_score.learning_curve import learning_curve
from empathy_score.lexicon import load_matcher, own_rows_of
from empathy_score.model import (
    DEFAULT_MODEL,
    Model,
    check_own_cues,
    load_model,
    model_matrix,
    own_cues,
    predict,
    save_model,
)
from empathy_score.model_folder import check_out
from empathy_score.readers import Reject
from empathy_score.records import MECHANISMS
from empathy_score.sentence_levels import SentenceLevels

ALPHAS = (100.0, 300.0, 1000.0)
MODEL_VERSION = "0.2.0"
UNKNOWN_SHARE = 0.005
"""Share of held-out training texts that may count as out of the domain."""

Array = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]


def train(
    labelled: Sequence[Path | str],
    out: Path,
    *,
    contrast: Sequence[Path | str] = (),
    version: str = MODEL_VERSION,
    compare_with: str | Path | None = DEFAULT_MODEL,
    patterns: str | Path | Sequence[str | Path] = (),
) -> tuple[dict[str, Any], tuple[Reject, ...]]:
    """Train a model and write its folder.

    Parameters
    ----------
    labelled : sequence of Path or str
        Files or folders, see :func:`~empathy_score.labelled.read_labelled`.
    out : Path
        The model's folder; made if it does not exist.
    contrast : sequence of Path or str, default ()
        More of the same, of which only the sentence model learns: pairs written for
        contrast, say, whose levels are not as frequent as in real work.
    version : str
        Version of the model.
    compare_with : str, Path or None, default "customer-service"
        A model that judges the same held-out conversations; None for no comparison.
    patterns : str, Path or sequence of these, optional
        Files of own cues, as :meth:`~empathy_score.EmpathyScorer.load` takes them;
        the model is then used with the same.

    Returns
    -------
    dict
        The metrics that are also written to ``metrics.json``. The three mechanisms
        are learned together or not at all: ``without_mechanisms`` says why not.
    tuple of Reject
        Rows that were set aside.

    Raises
    ------
    InputError
        If a level is missing among the labels, or there are too few conversations.
    LexiconError
        If a file of own cues is not valid; the text names file and line.
    """
    check_out(out)
    own = own_rows_of(patterns)
    other = None if compare_with is None else load_model(compare_with)
    if other is not None:
        check_own_cues(other, own)
    data = read_labelled(labelled)
    _check(data)
    rare = _rare_mechanism(data)
    if rare:
        data = replace(data, mechanisms=None)
    more = read_labelled(contrast) if contrast else None
    material = [material_of(data)]
    if more is not None:
        material.append(material_of(more, like=data))
    turns = parsed_turns(data.entries(), matcher=load_matcher(own))
    features, folds = matrix_of(turns), list(folds_of(material))
    alpha = _best_alpha(folds, features, data)
    held_out = held_out_probabilities(
        folds, features, data.targets(), data.groups, alpha, data.weights
    )
    sentences = SentenceLevels()
    model = Model(
        name=Path(out).name,
        version=version,
        sentences=sentences,
        **_fitted(data, features, judged_by(sentences, material), alpha),
        least=least_probabilities(held_out[0], data.levels),
        known=known_words(_both_sides(data, range(len(data.texts)))),
        least_known=_least_known(data),
        about={
            "scale": "level 0 none, 1 weak, 2 strong",
            "licence": "Apache-2.0",
            "language": "en",
            **({"own_cues": own_cues(own)} if own else {}),
        },
    )
    metrics = {
        **measured(data, turns, held_out),
        "learning_curve": learning_curve(
            material, features, alpha, held_out[0], data.weights
        ),
        "n_contrast": 0 if more is None else len(more.texts),
        "alpha": alpha,
        "least_known": model.least_known,
        "without_mechanisms": rare,
        "n_own_cues": len(own),
    }
    if other is not None:
        metrics["comparison"] = compared(other, data, turns, held_out[0])
    save_model(Path(out), model, metrics=metrics, card=model_card(model, metrics))
    draw_calibration(metrics["calibration"], Path(out) / CALIBRATION)
    return metrics, (*data.rejects, *(() if more is None else more.rejects))


def evaluate(
    model: Model,
    labelled: Sequence[Path | str],
    *,
    patterns: str | Path | Sequence[str | Path] = (),
) -> tuple[dict[str, Measure], Labelled]:
    """Compare a model with labels that it has not seen.

    Parameters
    ----------
    model : Model
        From :func:`~empathy_score.model.load_model`.
    labelled : sequence of Path or str
        Files or folders.
    patterns : str, Path or sequence of these, optional
        Files of own cues, as :meth:`~empathy_score.EmpathyScorer.load` takes them.

    Returns
    -------
    dict of str to Measure
        See :func:`~empathy_score.evaluation.measures`; also the coverage of the
        intervals.
    Labelled
        What was compared.

    Raises
    ------
    ModelError
        If the model was trained with own cues that ``patterns`` lacks.
    LexiconError
        If a file of own cues is not valid; the text names file and line.
    """
    own = own_rows_of(patterns)
    check_own_cues(model, own)
    data = read_labelled(labelled)
    found = predict(model, parsed_turns(data.entries(), matcher=load_matcher(own)))
    return (
        {
            **measures(data.levels, found.probabilities, found.levels, data.groups),
            **interval_measures(data.levels, found.intervals, data.groups),
        },
        data,
    )


def _check(data: Labelled) -> None:
    """Refuse labels that are too few to train, to split and to calibrate."""
    for level in LEVELS:
        n_level = int((data.levels == level).sum())
        if n_level < N_SPLITS:
            raise InputError(
                f"level {level} has {n_level} utterances; at least {N_SPLITS} are "
                "needed to train and to calibrate (fewer can adapt a model: "
                "--start-from customer-service)"
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


def _rare_mechanism(data: Labelled) -> str | None:
    """Say which mechanism is labelled too rarely to be learned; None if all can be."""
    if data.mechanisms is None:
        return "not every utterance is labelled with all three mechanisms"
    for name, levels in zip(MECHANISMS, data.mechanisms.T, strict=True):
        for level in LEVELS:
            n_level = int((levels == level).sum())
            if n_level < N_SPLITS:
                return (
                    f"{name} has level {level} in {n_level} utterances; at least "
                    f"{N_SPLITS} are needed"
                )
    return None


def _best_alpha(folds: Sequence[Fold], features: Array, data: Labelled) -> float:
    """Penalty with the best agreement on held-out conversations."""

    def agreement(alpha: float) -> float:
        levels = data.levels
        found = held_out_probabilities(
            folds, features, levels[:, None], data.groups, alpha, data.weights
        )[0]
        predicted = median_levels(found)
        return float(cohen_kappa_score(levels, predicted, weights="quadratic"))

    return max(ALPHAS, key=agreement)


def _fitted(
    data: Labelled, features: Array, judged: Array, alpha: float
) -> dict[str, Any]:
    """Train the classifiers on everything."""
    classifiers = [
        classifier_for(alpha, target).fit(
            model_matrix(features, judged, target),
            levels,
            np.array(data.groups),
            data.weights,
        )
        for target, levels in enumerate(data.targets().T)
    ]
    return {
        "classifier": classifiers[0],
        "mechanisms": dict(zip(MECHANISMS, classifiers[1:], strict=False)),
    }


def _both_sides(data: Labelled, rows: Iterable[int]) -> list[str]:
    """Texts of some rows, and the turns before them."""
    both = [(data.texts[row], data.reply_to[row]) for row in rows]
    return [text for pair in both for text in pair if text is not None]


def _least_known(data: Labelled) -> float:
    """Share of known words that nearly all unseen training texts reach.

    No more than 0.6, since names of products are unknown in plain English as well.
    """
    shares = np.ones(len(data.texts))
    for fit, test in GroupKFold(N_SPLITS).split(data.texts, groups=data.groups):
        unseen = [data.texts[row] for row in test]
        shares[test] = known_shares(unseen, known_words(_both_sides(data, fit)))
    return min(0.6, round(float(np.quantile(shares, UNKNOWN_SHARE)), 4))
