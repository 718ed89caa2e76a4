"""The model card: made from what training measured, never typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from empathy_score.classifier import EmpathyClassifier
from empathy_score.features import feature_names

_CARD = """# {name}

Scores how much empathy one agent utterance of a customer-service conversation
communicates: level 0 none, 1 weak, 2 strong, with calibrated probabilities.
Version {version}. Licence {licence}. Language {language}.

This page was made by `empathy-score train`; the figures are in `metrics.json`.

## What it is

An ordinal linear model over {n_features} declared features (cues, wording, the
customer's turn before). Each feature may move the score in its declared direction
only. The penalty was chosen, and the probabilities were calibrated, on held-out
conversations.

## Training data

{n_utterances} agent utterances in {n_conversations} conversations; level 0:
{n_none}, level 1: {n_weak}, level 2: {n_strong}.

## How good it is

On held-out conversations of the training data ({n_splits} folds by conversation; the
penalty was chosen on the same folds, so the figures lean to the good side):

| measure | value | 95 % interval |
|---|---|---|
{rows}

## What moves the score most

| feature | share of the decision for one unit |
|---|---|
{weights}

## Intended use and limits

For coaching and research on English customer-service text. Not for automated
decisions about employment. The model reads words: it does not hear tone, does not
know whether a promise was kept, and misses warmth and coldness that stand in no
pattern. Figures on other data are in `benchmarks/results`.
"""


def model_card(
    name: str,
    about: Mapping[str, Any],
    metrics: Mapping[str, Any],
    classifier: EmpathyClassifier,
) -> str:
    """Write the card of a model.

    Parameters
    ----------
    name : str
        The model's name.
    about : mapping
        ``version``, ``licence``, ``language``.
    metrics : mapping
        As in ``metrics.json``.
    classifier : EmpathyClassifier
        Fitted.

    Returns
    -------
    str
        Markdown.
    """
    return _CARD.format(
        name=name,
        version=about["version"],
        licence=about["licence"],
        language=about["language"],
        n_features=len(feature_names()),
        n_utterances=metrics["n_utterances"],
        n_conversations=metrics["n_conversations"],
        n_none=metrics["levels"]["0"],
        n_weak=metrics["levels"]["1"],
        n_strong=metrics["levels"]["2"],
        n_splits=metrics["n_splits"],
        rows="\n".join(
            f"| {measure} | {found['value']:.3f} | "
            f"{found['low']:.3f} to {found['high']:.3f} |"
            for measure, found in metrics["held_out"].items()
        ),
        weights="\n".join(_weights(classifier)),
    )


def _weights(classifier: EmpathyClassifier, most: int = 20) -> list[str]:
    shares = classifier.coef_.sum(axis=0)
    names = feature_names()
    order = np.argsort(-np.abs(shares), kind="stable")[:most]
    return [f"| `{names[place]}` | {shares[place]:+.2f} |" for place in order]
