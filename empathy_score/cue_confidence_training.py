"""Train the model behind :mod:`empathy_score.cue_confidence`, and say how good it is.

Sentences come from labelled conversations. Where a turn's sentences have kinds, these
are taken; elsewhere the cues say what a sentence is, with a smaller weight.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from empathy_score.cue_confidence import (
    CONFIDENCE_LABELS,
    SENTENCE_KINDS,
    SHARES,
    CueConfidence,
    calibrated,
    log_odds_of,
    sentence_values,
)
from empathy_score.errors import InputError
from empathy_score.labelled import labelled_files
from empathy_score.logistic import stored_weights, weights_of
from empathy_score.model_folder import check_out, write_folder
from empathy_score.sentences import sentences_of
from empathy_score.vocabulary import learn_vocabulary, word_matrix

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

N_SPLITS = 5
CUE_WEIGHT = 0.1
"""Weight of a sentence whose kind was derived from cues."""

_CARD = """# {name}

Says of each sentence how surely it reflects a feeling (naming it, or validating the
situation) or affirms a person (encouraging, assuring, praising effort). Version
{version}. Licence {licence}. Language {language}.

This page was made by the training function; the figures are in `metrics.json`.

## What it is

A multinomial logistic regression over words and word pairs ({n_words} of them,
TF-IDF). Kinds of sentences: {kinds}. `reflection` is the probability of reflection
or validation, `affirmation` that of affirmation plus half of validation. Kinds weigh
alike in training; the sums are then brought to probabilities that come true as often
as they say (Platt scaling on held-out conversations).

## Training data

{n_sentences} sentences of {n_conversations} conversations written for this project
({counts}). {n_kinds} of them have a kind of their own; for the others it was derived
from the turn's cues, at weight {weight}. No corpus text was used.

## How good it is

On held-out conversations ({n_splits} folds), sentences with a kind of their own; the
gap is the mean distance of what is said and what comes true over ten equal parts:

| label | AUC | reliability gap |
|---|---|---|
{rows}

The writers were language models working under a brief; on other people's words it
does less well. Figures on other data are in `benchmarks/results`.

## Limits

It reads words of one sentence: no tone, no turn before it, no irony. Sentences of
reflection and affirmation overlap in real talk, and annotators differ there as well.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A labelled sentence: its plain text, kind, weight and conversation."""

    text: str
    kind: str
    weight: float
    conversation: str


def train_cue_confidence(
    labelled: Sequence[Path | str], out: Path, *, version: str = "0.1.0"
) -> dict[str, Any]:
    """Train the model of sentences and write its folder.

    Parameters
    ----------
    labelled : sequence of Path or str
        ``.jsonl`` files or folders of them, as ``data/conversations``.
    out : Path
        The model's folder; made if it does not exist.
    version : str
        Version of the model.

    Returns
    -------
    dict
        The metrics that are also written to ``metrics.json``.

    Raises
    ------
    InputError
        If ``out`` is a file, a line is not as it should be, or there are too few
        sentences or conversations to learn from.
    """
    check_out(out)
    data = [
        sentence
        for file in labelled_files(labelled)
        for sentence in read_sentences(file)
    ]
    _enough(data, labelled)
    held_out = _held_out(data)
    slope, shift = _calibration(data, held_out)
    model = replace(_fitted(data), slope=slope, shift=shift)
    metrics = {
        "held_out": _measures(data, _calibrated_held_out(data, held_out)),
        "n_sentences": len(data),
        "n_sentences_with_kind": sum(row.weight == 1.0 for row in data),
        "n_conversations": len({row.conversation for row in data}),
        "kinds": dict(sorted(Counter(row.kind for row in data).items())),
        "n_splits": N_SPLITS,
    }
    _save(Path(out), model, version, metrics)
    return metrics


def read_sentences(file: Path) -> Iterator[Sentence]:
    """Read the agent's sentences of labelled conversations.

    Parameters
    ----------
    file : Path
        JSON lines: ``role``, ``text``, ``cues`` and, where known, ``sentences``
        (``kind``, ``start``, ``end``).

    Yields
    ------
    Sentence

    Raises
    ------
    InputError
        If a kind is unknown; the text names file and line.
    """
    if not file.is_file():
        raise InputError(f"{file}: there is no such file")
    if file.suffix != ".jsonl":
        raise InputError(f"{file}: is no .jsonl file; sentences are read from those")
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        where = f"{file}:{number}"
        row = _row(line, where)
        if row["role"] != "agent":
            continue
        for plain, kind, weight in _pieces(row, where):
            yield Sentence(
                text=plain,
                kind=kind,
                weight=weight,
                conversation=row["conversation_id"],
            )


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{where}: not a JSON object: {error}") from error
    if not isinstance(row, dict):
        raise InputError(f"{where}: not a JSON object: {line[:60]!r}")
    for key in ("conversation_id", "role", "text"):
        if not isinstance(row.get(key), str):
            raise InputError(
                f"{where}: needs {key!r} with a text, found {row.get(key)!r}"
            )
    return row


def _pieces(row: Mapping[str, Any], where: str) -> Iterator[tuple[str, str, float]]:
    """Text, kind and weight of a turn's sentences."""
    text = row["text"]
    for sentence in row.get("sentences") or ():
        kind = sentence["kind"]
        if kind not in SENTENCE_KINDS:
            raise InputError(
                f"{where}: kind is {kind!r}; allowed are {', '.join(SENTENCE_KINDS)}"
            )
        for _, _, plain in sentences_of(text[sentence["start"] : sentence["end"]]):
            yield plain, kind, 1.0
    if row.get("sentences"):
        return
    for start, end, plain in sentences_of(text):
        derived = _kind_of_cues(_within(row.get("cues") or (), start, end))
        if derived is not None:
            yield plain, derived, CUE_WEIGHT


def _within(cues: Sequence[Mapping[str, Any]], start: int, end: int) -> set[str]:
    return {cue["label"] for cue in cues if cue["start"] < end and cue["end"] > start}


def _kind_of_cues(labels: set[str]) -> str | None:
    """Return what the cues of a sentence make it; None where they do not tell."""
    if labels & {"acknowledgement", "perspective_taking"}:
        return "validation"
    if "reassurance" in labels:
        return "affirmation"
    if "positivity" in labels:  # praise or good-bye
        return None
    return "question" if labels & {"open_question", "closed_question"} else "other"


def _enough(data: Sequence[Sentence], labelled: Sequence[Path | str]) -> None:
    conversations = {row.conversation for row in data}
    if len(conversations) < N_SPLITS:
        raise InputError(
            f"{labelled[0]}: has sentences of {len(conversations)} conversations; at "
            f"least {N_SPLITS} are needed, because splits keep conversations together"
        )
    counts = Counter(row.kind for row in data if row.weight == 1.0)
    for label in CONFIDENCE_LABELS:
        if counts[label] < N_SPLITS:
            raise InputError(
                f"{labelled[0]}: kind {label} has {counts[label]} sentences; at least "
                f"{N_SPLITS} are needed"
            )


def _fitted(data: Sequence[Sentence]) -> CueConfidence:
    """Learn the words, their rarity and the weights."""
    vocabulary = learn_vocabulary([row.text for row in data])
    # Balanced: two thirds of the sentences are plain work, and would hide rare kinds.
    kinds = LogisticRegression(
        C=2.0, max_iter=1000, tol=1e-3, class_weight="balanced"
    ).fit(
        word_matrix([row.text for row in data], vocabulary),
        [row.kind for row in data],
        sample_weight=[row.weight for row in data],
    )
    return CueConfidence(
        name="",
        words=tuple(vocabulary.words),
        rarity=vocabulary.rarity,
        kinds=weights_of(kinds),
        slope=np.ones(len(CONFIDENCE_LABELS)),
        shift=np.zeros(len(CONFIDENCE_LABELS)),
        about={},
    )


def _held_out(data: Sequence[Sentence]) -> Array:
    """Judge each sentence by a model that has not seen its conversation."""
    values = np.zeros((len(data), len(CONFIDENCE_LABELS)))
    for fit, test in _folds(data):
        model = _fitted([data[place] for place in fit])
        values[test] = sentence_values([data[place].text for place in test], model)
    return values


def _folds(data: Sequence[Sentence]) -> Iterator[tuple[Places, Places]]:
    groups = [row.conversation for row in data]
    yield from GroupKFold(N_SPLITS).split(groups, groups=groups)


def _truth(data: Sequence[Sentence]) -> Array:
    """How far each sentence is of a label: 0, 0.5 or 1, shape (n_sentences, 2)."""
    return np.array(
        [
            [SHARES[label].get(row.kind, 0.0) for label in CONFIDENCE_LABELS]
            for row in data
        ]
    )


def _calibration(data: Sequence[Sentence], values: Array) -> tuple[Array, Array]:
    """Learn slope and shift of the log-odds, from sentences with a kind of their own.

    A sentence that counts half for a label counts half as one and half as none.
    """
    own = np.array([row.weight == 1.0 for row in data])
    slope, shift = np.ones(len(CONFIDENCE_LABELS)), np.zeros(len(CONFIDENCE_LABELS))
    for column, share in enumerate(_truth(data)[own].T):
        log_odds = log_odds_of(values[own, column])[:, None]
        line = LogisticRegression().fit(
            np.concatenate([log_odds, log_odds]),
            np.repeat([1, 0], len(share)),
            sample_weight=np.concatenate([share, 1 - share]),
        )
        slope[column], shift[column] = line.coef_[0, 0], line.intercept_[0]
    return slope, shift


def _calibrated_held_out(data: Sequence[Sentence], values: Array) -> Array:
    """Calibrate each fold by what the other folds teach."""
    found = np.zeros_like(values)
    for fit, test in _folds(data):
        known = [data[place] for place in fit]
        found[test] = calibrated(values[test], *_calibration(known, values[fit]))
    return found


def _measures(data: Sequence[Sentence], held_out: Array) -> dict[str, dict[str, float]]:
    own = np.array([row.weight == 1.0 for row in data])
    share, value = _truth(data)[own], held_out[own]
    return {
        label: {
            "auc": round(
                float(roc_auc_score(share[:, column] == 1, value[:, column])), 4
            ),
            "reliability_gap": round(_gap(share[:, column], value[:, column]), 4),
        }
        for column, label in enumerate(CONFIDENCE_LABELS)
    }


def _gap(true: Array, value: Array, n_bins: int = 10) -> float:
    """Mean distance of said and seen frequency over equally filled bins."""
    order = np.argsort(value, kind="stable")
    parts = np.array_split(order, n_bins)
    gaps = [abs(true[part].mean() - value[part].mean()) for part in parts]
    return float(np.mean(gaps))


def _save(
    folder: Path, model: CueConfidence, version: str, metrics: Mapping[str, Any]
) -> None:
    about = {
        "version": version,
        "licence": "Apache-2.0",
        "language": "en",
        "labels": list(CONFIDENCE_LABELS),
        "features": "words and word pairs",
    }
    counts = ", ".join(f"{kind} {n}" for kind, n in metrics["kinds"].items())
    card = _CARD.format(
        name=folder.name,
        version=version,
        licence=about["licence"],
        language=about["language"],
        n_words=len(model.words),
        kinds=", ".join(kind.replace("_", " ") for kind in SENTENCE_KINDS),
        n_sentences=metrics["n_sentences"],
        n_conversations=metrics["n_conversations"],
        counts=counts,
        n_kinds=metrics["n_sentences_with_kind"],
        weight=CUE_WEIGHT,
        n_splits=metrics["n_splits"],
        rows="\n".join(
            f"| {label} | {found['auc']:.3f} | {found['reliability_gap']:.3f} |"
            for label, found in metrics["held_out"].items()
        ),
    )
    parts = {
        "words": "\n".join(model.words),
        "rarity": model.rarity,
        "kinds": stored_weights(model.kinds),
        "slope": model.slope,
        "shift": model.shift,
    }
    write_folder(folder, parts, about=about, metrics=metrics, card=card)
