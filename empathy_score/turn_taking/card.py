"""The card of a model of interruptions: made from what training measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CARD = """# {name}

Gives the probability that the other side cut a turn off, from when people speak and
from how a turn ends. Version {version}. Licence {licence}. Language {language}.

This page was made by `empathy-score train-interruption`; the figures are in
`metrics.json`.

## What it is

Two scikit-learn classifiers. A logistic regression reads the kinds of a turn's last
four words: closed classes of English grammar listed in
`empathy_score/turn_taking/words.json`, any other word by its ending alone. A
gradient-boosted tree model joins its answer with times: gaps, overlaps, who speaks on,
who else speaks. No word of the training data is kept that is not in those lists. From
p = {threshold:.3f} on a turn counts as interrupted.

## Training data

{n_turns:,} turns in {n_meetings} groups, {n_interrupted:,} of them interrupted. The
shipped model was trained on the ICSI Meeting Recorder Dialog Act Corpus (Shriberg,
Dhillon, Bhagat, Ang and Carvey, "The ICSI Meeting Recorder Dialog Act (MRDA) Corpus",
SIGdial 2004), in the form of GitHub NathanDuran/MRDA-Corpus, whose code is GPL-3.0. The
ICSI corpus itself is distributed by the University of Edinburgh, to our knowledge under
CC BY 4.0 (not confirmed by us). Only weights over times and kinds of last words ship;
no text of the corpus does.

## How good it is

On groups held out ({n_splits} folds by group; the threshold was chosen on the other
folds):

| | average precision | F1 |
|---|---|---|
{rows}

95 % interval over groups: average precision {ap_low:.3f} to {ap_high:.3f}, F1
{f1_low:.3f} to {f1_high:.3f}. Precision {precision:.3f}, recall {recall:.3f}.

## Intended use and limits

For recordings whose transcript has start and end times of both sides and whose turns
may overlap. It learned from meetings of several people with hand-corrected times; on
two-party calls and automatic transcripts it was not measured. It confuses turns that
were cut off with turns that the speaker gave up, and a bare "so" or "and" that holds
the floor with one that was cut off. It does not tell a rude interruption from a helpful
one. Not for automated decisions about employment.
"""


def interruption_card(
    name: str, about: Mapping[str, Any], metrics: Mapping[str, Any], threshold: float
) -> str:
    """Write the card.

    Parameters
    ----------
    name : str
        The model's name.
    about : mapping
        ``version``, ``licence``, ``language``.
    metrics : mapping
        As in ``metrics.json``.
    threshold : float
        From which p on a turn counts as interrupted.

    Returns
    -------
    str
        Markdown.
    """
    held = metrics["held_out"]
    named = {"this model": held, **metrics["baselines"]}
    return _CARD.format(
        name=name,
        version=about["version"],
        licence=about["licence"],
        language=about["language"],
        threshold=threshold,
        n_turns=metrics["n_turns"],
        n_meetings=metrics["n_meetings"],
        n_interrupted=metrics["n_interrupted"],
        n_splits=metrics["n_splits"],
        rows="\n".join(
            f"| {who} | {found['average_precision']:.3f} | {found['f1']:.3f} |"
            for who, found in named.items()
        ),
        ap_low=held["intervals"]["average_precision"][0],
        ap_high=held["intervals"]["average_precision"][1],
        f1_low=held["intervals"]["f1"][0],
        f1_high=held["intervals"]["f1"][1],
        precision=held["precision"],
        recall=held["recall"],
    )
