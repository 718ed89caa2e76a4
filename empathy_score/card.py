"""The model card: made from what training measured, never typed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from empathy_score.card_sections import figures_note, own_sections, training_section
from empathy_score.features import feature_names
from empathy_score.model import Model, model_columns

CALIBRATION = "calibration.svg"
"""File of the plot in the model's folder."""

_CARD = """# {name}

Scores how much empathy one agent utterance of a customer-service conversation
communicates: level 0 none, 1 weak, 2 strong, with calibrated probabilities, an
interval, and EPITOME's three mechanisms where they were labelled.
Version {version}. Licence {licence}. Language {language}.

This page was made by `empathy-score train`; the figures are in `metrics.json`.

## What it is

An ordinal linear model over {n_features} declared features (cues, wording, the
customer's turn before) and two columns of a sentence model ({n_words} words and word
pairs): the probabilities that the best sentence shows a level over 0, and level 2.
Each mechanism has a model of the same kind. For the level, each declared
feature may move the score in its declared direction only. Judging sentences one by
one keeps long utterances from diluting a warm sentence, and many lukewarm ones from
adding up. Penalty, calibration and intervals come from held-out conversations.

## Training data

{training}

## How good it is

On held-out conversations of the training data ({note}). Intervals in this table are
95 % bootstrap intervals over conversations:

| measure | value | 95 % interval |
|---|---|---|
{rows}

Figures of the shipped model on other data, never trained on, are in
`benchmarks/results`.
{own}
{mechanisms}
### Calibration

How often an utterance has a level over 0, against the probability that was said:

| said | seen | utterances |
|---|---|---|
{calibration}
{plot}
### By slice

`coverage` is the share of utterances whose 90 % interval holds the true score.

| slice | utterances | weighted kappa | accuracy | coverage |
|---|---|---|---|---|
{slices}
{cues}
## What moves the score most

| column | share of the decision for one unit |
|---|---|
{weights}

## Uncertainty

A 90 % interval comes with each score (label-conditional conformal prediction). A text
is out of the domain, and its interval reaches from 0 to 1, where the share of its
words that the training texts hold is under {least_known:.2f}: another language, for
instance.

## Intended use and limits

For coaching and research on English customer-service text, with the evidence in
view. Not for automated decisions about employment, pay, discipline or ranking of
people. The model reads words: it does not hear tone, does not know whether a promise
was kept, and misses warmth and coldness that stand in no pattern and no sentence like
those it has seen. Short feedback loops between score and pay teach people to paste
phrases; repeated phrases are counted for that reason.

### Inferring emotions at work: the EU AI Act

Regulation (EU) 2024/1689, Article 5(1)(f), forbids AI systems that infer emotions of
a natural person at the workplace or in education, but for medical or safety reasons;
it applies since 2 February 2025. There are two readings:

- *Narrow.* Article 3(39) defines emotion recognition as resting on biometric data, and
  the Commission's guidelines of February 2025 read the prohibition in that light. This
  model reads the words of a written turn or transcript, no voice and no face, and
  rates what the words communicate, not what the agent feels. So read, it is outside.
- *Wide.* The wording of Article 5(1)(f) does not itself name biometric data, and a
  score of empathy may be taken for a statement about an employee's inner state. So
  read, its use on employees is forbidden.

On both readings, a system meant to monitor and evaluate the performance of workers is
of high risk under Annex III, point 4(b), with duties for provider and deployer. Who
uses scores about identifiable agents should take advice first, and tell them.
"""


def model_card(model: Model, metrics: Mapping[str, Any]) -> str:
    """Write the card of a model.

    Parameters
    ----------
    model : Model
        Trained.
    metrics : mapping
        As in ``metrics.json``.

    Returns
    -------
    str
        Markdown.
    """
    return _CARD.format(
        name=model.name,
        version=model.version,
        licence=model.about["licence"],
        language=model.about["language"],
        n_features=len(feature_names()),
        n_words=len(model.sentences.words_),
        training=fill(training_section(metrics), 88),
        note=figures_note(metrics),
        own=own_sections(metrics),
        rows="\n".join(_measures(metrics["held_out"])),
        mechanisms="\n".join(_mechanisms(metrics)),
        calibration="\n".join(
            f"| {found['said']:.2f} | {found['seen']:.2f} | {found['n']} |"
            for found in metrics["calibration"]
        ),
        plot=f"\n![Calibration]({CALIBRATION})\n" if _can_draw() else "",
        slices="\n".join(_slices(metrics["slices"])),
        cues="\n".join(_cues(metrics.get("cues", {}))),
        weights="\n".join(_weights(model)),
        least_known=model.least_known,
    )


def draw_calibration(curve: Sequence[Mapping[str, float]], file: Path) -> None:
    """Draw said against seen frequencies, where matplotlib is installed.

    Parameters
    ----------
    curve : sequence of mapping
        From :func:`~empathy_score.evaluation.reliability`.
    file : Path
        An ``.svg`` file; it is not written without matplotlib (the extra ``plots``).
    """
    if not _can_draw():
        return
    import matplotlib
    from matplotlib.figure import Figure

    said = [found["said"] for found in curve]
    seen = [found["seen"] for found in curve]
    area = [20 + 400 * found["n"] / sum(row["n"] for row in curve) for found in curve]
    settings: Any = {"svg.hashsalt": "empathy-score", "svg.fonttype": "none"}
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(4.5, 4.5), layout="constrained")
        axes = figure.add_subplot(aspect="equal", xlim=(0, 1), ylim=(0, 1))
        axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--")
        axes.plot(said, seen, color="#1f5f8b", linewidth=1.5)
        axes.scatter(said, seen, s=area, color="#1f5f8b")
        axes.set_xlabel("said: probability of a level over 0")
        axes.set_ylabel("seen: share with a level over 0")
        axes.set_title("Calibration on held-out conversations", fontsize=10)
        figure.savefig(file, metadata={"Date": None})


def _can_draw() -> bool:
    return importlib.util.find_spec("matplotlib") is not None


def _measures(found: Mapping[str, Mapping[str, float | None]]) -> Iterator[str]:
    for name, measure in found.items():
        value, low, high = (
            "not defined" if measure[key] is None else f"{measure[key]:.3f}"
            for key in ("value", "low", "high")
        )
        yield f"| {name} | {value} | {low} to {high} |"


def _mechanisms(metrics: Mapping[str, Any]) -> Iterator[str]:
    found = metrics["mechanisms"]
    yield "\n### Mechanisms\n"
    if not found:
        learned = "adapted" if "adaptation" in metrics else "learned"
        yield f"Not {learned}: {metrics['without_mechanisms']}.\n"
        return
    yield "Three levels each, on the same held-out conversations:\n"
    yield "| mechanism | weighted kappa | macro-F1 | AUC over 0 |"
    yield "|---|---|---|---|"
    for name, measures in found.items():
        values = [
            measures[key]["value"]
            for key in ("weighted_kappa", "macro_f1", "auc_level_over_0")
        ]
        cells = ["not defined" if x is None else f"{x:.3f}" for x in values]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""


def _slices(found: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[str]:
    for name, values in found.items():
        for value, measures in values.items():
            kappa = measures["weighted_kappa"]
            yield (
                f"| {name}: {value} | {measures['n']} | "
                f"{'' if kappa is None else f'{kappa:.3f}'} | "
                f"{measures['accuracy']:.3f} | {measures['interval_coverage']:.3f} |"
            )


def _cues(found: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    if not found:
        return
    yield "\n## Cues\n"
    yield (
        "Patterns against the labels of the training conversations; patterns were "
        "written with a part of them in view:\n"
    )
    yield "| cue | labelled | precision | recall | F1 |"
    yield "|---|---|---|---|---|"
    for label, measures in found.items():
        yield (
            f"| {label} | {measures['n']} | {measures['precision']:.2f} | "
            f"{measures['recall']:.2f} | {measures['f1']:.2f} |"
        )
    yield ""


def _weights(model: Model, most: int = 20) -> list[str]:
    shares = model.classifier.coef_.sum(axis=0)
    names = model_columns()
    order = np.argsort(-np.abs(shares), kind="stable")[:most]
    return [f"| `{names[place]}` | {shares[place]:+.2f} |" for place in order]
