"""The card of a model of speakers' roles: from what training measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from empathy_score.speaker_roles import SpeakerRoleModel
from empathy_score.speaker_words import PIECE_WORDS

_MOST = 15  # words shown for each side

_HEAD = (
    "turns",
    "from",
    "conversations",
    "accuracy",
    "decided",
    "accuracy of these",
    "log loss",
    "calibration error",
    "agent speaks first",
)

_CARD = """# {name}

Says from wording who is the agent and who the customer in a conversation whose export
has only labels of speakers (`spk_0`, `Speaker A`, channel 1), with a confidence.
Version {version}. Licence Apache-2.0. Language en.

This page was made by `empathy-score train-roles`; the figures are in `metrics.json`.

## What it is

A logistic regression over {n_words} words and word pairs (TF-IDF) gives each piece of
at most {piece} words the log-odds that an agent says it. Capitals, punctuation, numbers
and placeholders are taken out before, so that a transcript without marks reads like a
chat. What a speaker says in a row is joined and then cut, so that it does not matter
how a recogniser cut it. A speaker's evidence is the mean over all pieces, weighted by
their words, with {prior:g} full piece(s) of no evidence added. Of two speakers one is
the agent and the other the customer: the confidence is a logistic function of the
difference, at most {most:.4f}: more cannot be measured on so many conversations. One
speaker alone, or more than two, are judged each alone. Under a confidence of
{threshold:g} the role stays unknown. Who speaks first plays no part: the agent does in
a call centre, the customer in a chat.

## Training data

{n_turns:,} turns in {n_conversations:,} conversations written for this project, of
{n_groups} industries. No corpus text was used.

## How good it is

On held-out industries ({n_splits} folds; penalty, prior and calibration were
chosen on the same folds, so the figures lean to the good side), conversations cut to
their first turns or to turns from the middle:

{head}
|---|---|---|---|---|---|---|---|---|
{rows}

One speaker judged alone, over the same pieces: accuracy {single_accuracy:.3f};
{single_coverage:.1%} decided, {single_decided:.3f} of these rightly.

`decided` is the share with a confidence of at least {threshold:g}; the last column is
the share in which the agent speaks first: the accuracy of that rule.

## What it goes by

Strongest for the agent: {agent_words}.

Strongest for the customer: {customer_words}.

## Intended use and limits

For English customer service. It assumes that an agent and a customer speak: of two
friends it makes an agent and a customer whenever their wording differs enough. What it
gets wrong, in other people's conversations read for that: pieces from the middle in
which one side only says "ok" or "yes"; customers who ask, thank and apologise in an
agent's words; helpers who tell of themselves; a transfer between two agents. One
recorded side alone is much less sure than two. Look at `role_confidence`, and name the
roles (`--roles spk_0=agent`) where you know them. Figures on other people's
conversations are in `benchmarks/results/roles.md`.
"""


def role_card(model: SpeakerRoleModel, metrics: Mapping[str, Any], version: str) -> str:
    """Write the card of a model of speakers' roles.

    Parameters
    ----------
    model : SpeakerRoleModel
        Trained.
    metrics : mapping
        As in ``metrics.json``.
    version : str
        Version of the model.

    Returns
    -------
    str
        Markdown.
    """
    order = np.argsort(model.linear.coef_[0], kind="stable")
    single = metrics["single"]
    return _CARD.format(
        name=model.name,
        version=version,
        n_words=f"{len(model.words):,}",
        piece=PIECE_WORDS,
        prior=model.calibration.prior_pieces,
        most=model.calibration.most,
        threshold=metrics["threshold"],
        n_turns=metrics["n_turns"],
        n_conversations=metrics["n_conversations"],
        n_groups=metrics["n_groups"],
        n_splits=metrics["n_splits"],
        head=f"| {' | '.join(_HEAD)} |",
        rows="\n".join(_row(found) for found in metrics["held_out"]),
        single_accuracy=single["accuracy"],
        single_coverage=single["coverage"],
        single_decided=single["accuracy_decided"],
        agent_words=_listed(model, order[::-1]),
        customer_words=_listed(model, order),
    )


def _row(found: Mapping[str, Any]) -> str:
    names = ("accuracy", "coverage", "accuracy_decided", "log_loss", "ece")
    values = [found[name] for name in (*names, "first_speaker")]
    cells = ["none" if value is None else f"{value:.3f}" for value in values]
    where = "beginning to end" if found["turns"] == "all" else f"the {found['from']}"
    return f"| {found['turns']} | {where} | {found['n']} | {' | '.join(cells)} |"


def _listed(model: SpeakerRoleModel, order: np.ndarray[Any, Any]) -> str:
    return ", ".join(f"*{model.words[place]}*" for place in order[:_MOST])
