"""Train the model of interruptions, and say how good it is on meetings held out."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    precision_recall_fscore_support,
)
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from empathy_score.errors import InputError
from empathy_score.logistic import weights_of
from empathy_score.model_folder import check_out
from empathy_score.records import Utterance
from empathy_score.turn_taking.card import interruption_card
from empathy_score.turn_taking.features import Columns, turn_features
from empathy_score.turn_taking.model import (
    InterruptionModel,
    feature_array,
    save_interruption_model,
)
from empathy_score.turn_taking.timeline import Bools, Floats, Ints, Timeline, timeline
from empathy_score.turn_taking.trees import nodes_of, trees_of
from empathy_score.turn_taking.words import (
    Endings,
    ending_classes,
    ending_space,
    endings,
)

N_SPLITS = 5
MODEL_VERSION = "0.1.0"
N_TREES = 150
N_DRAWS = 200

_NEEDED = ("speaker", "start", "end", "text", "interrupted")
_GIVEN_UP, _CUT_OFF = 1, 2
_OF_WORDS = ("count", "cut_off", "fillers", "listening")
_UNFINISHED = (
    "determiner",
    "preposition",
    "coordinator",
    "subordinator",
    "subject",
    "subject_contraction",
    "copula_contraction",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Labelled turns of meetings or calls, in order of time.

    Parameters
    ----------
    line : Timeline
    rows : ndarray of int, shape (n_rows,)
        The turns with both times.
    ending : Endings
        Of these.
    outcome : ndarray of int, shape (n_rows,)
        0 finished, 1 given up by the speaker, 2 cut off.
    groups : ndarray of int, shape (n_rows,)
        Meeting of each.
    """

    line: Timeline
    rows: Ints
    ending: Endings
    outcome: Ints
    groups: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Answers for turns of meetings that the model had not seen.

    ``p`` and ``cut_off`` have one entry per turn; the threshold behind ``cut_off``
    was chosen on the other meetings.
    """

    p: Floats
    cut_off: Bools


def read_turns(path: Path | str) -> Turns:
    """Read a table of labelled turns.

    Parameters
    ----------
    path : Path or str
        CSV with ``group`` (or ``conversation``), ``speaker``, ``start``, ``end``
        (seconds), ``text``, ``interrupted`` (0 or 1), and if known ``abandoned``.

    Returns
    -------
    Turns

    Raises
    ------
    InputError
        If a column is missing or a value cannot be read; the text names the line.
    """
    utterances, speakers, outcome = [], [], []
    for utterance, speaker, what in _rows(Path(path)):
        utterances.append(utterance)
        speakers.append(speaker)
        outcome.append(what)
    line = timeline(utterances, speakers)
    rows = np.flatnonzero(~np.isnan(line.end))
    texts = [utterances[place].text for place in line.order[rows]]
    return Turns(
        line=line,
        rows=rows,
        ending=endings(texts),
        outcome=np.array(outcome, dtype=np.int64)[line.order[rows]],
        groups=line.conversation[rows],
    )


def _rows(path: Path) -> Iterator[tuple[Utterance, str, int]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames or ()
            group = "group" if "group" in names else "conversation"
            for name in (group, *_NEEDED):
                if name not in names:
                    raise InputError(
                        f"{path}: no column {name!r}; found: {', '.join(names)}"
                    )
            for row in reader:
                where = f"{path}:{reader.line_num}"
                yield _row(row, group, where)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not readable: {error}") from error


def _row(
    row: dict[str, str | None], group: str, where: str
) -> tuple[Utterance, str, int]:
    utterance = Utterance(
        row=0,
        conversation=row[group] or "",
        role="unknown",
        text=row["text"] or "",
        start=_seconds(row, "start", where),
        end=_seconds(row, "end", where),
    )
    cut_off, given_up = (
        _mark(row, name, where) for name in ("interrupted", "abandoned")
    )
    outcome = _CUT_OFF if cut_off else _GIVEN_UP if given_up else 0
    return utterance, row["speaker"] or "", outcome


def _seconds(row: dict[str, str | None], name: str, where: str) -> float:
    value = row[name]
    try:
        seconds = float(value or "")
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise InputError(f"{where}: {name} is {value!r}; allowed are seconds")
    return seconds


def _mark(row: dict[str, str | None], name: str, where: str) -> bool:
    value = row.get(name, "0")
    if value not in ("0", "1"):
        raise InputError(f"{where}: {name} is {value!r}; allowed are 0 and 1")
    return value == "1"


def train_interruption(
    path: Path | str, out: Path, *, version: str = MODEL_VERSION
) -> dict[str, Any]:
    """Train a model and write its folder.

    Parameters
    ----------
    path : Path or str
        See :func:`read_turns`.
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
        If the table cannot be read, or there is too little to learn from.
    """
    check_out(out)
    turns = read_turns(path)
    _check(path, turns)
    held = held_out(turns)
    metrics = {
        "held_out": _figures(turns, held),
        "baselines": _baselines(turns),
        "n_turns": len(turns.rows),
        "n_interrupted": int((turns.outcome == _CUT_OFF).sum()),
        "n_meetings": len(set(turns.groups.tolist())),
        "n_splits": N_SPLITS,
    }
    ending, turn, features = _fit(turns, np.arange(len(turns.rows)))
    about = {"version": version, "licence": "Apache-2.0", "language": "en"}
    threshold = _best_threshold(turns.outcome == _CUT_OFF, held.p)
    model = InterruptionModel(
        ending=weights_of(ending),
        turn=trees_of(nodes_of(turn)),
        features=features,
        threshold=threshold,
        about=about,
    )
    card = interruption_card(Path(out).name, about, metrics, threshold)
    save_interruption_model(Path(out), model, metrics=metrics, card=card)
    return metrics


def _check(path: Path | str, turns: Turns) -> None:
    cut_off = turns.outcome == _CUT_OFF
    meetings = len(set(turns.groups[cut_off].tolist()))
    if meetings < N_SPLITS:
        raise InputError(
            f"{path}: interrupted turns stand in {meetings} groups; "
            f"at least {N_SPLITS} are needed to hold some out"
        )


def held_out(turns: Turns, *, timing_only: bool = False) -> HeldOut:
    """Predict each meeting by a model that was trained on others.

    Parameters
    ----------
    turns : Turns
    timing_only : bool
        Leave out everything that looks at words.

    Returns
    -------
    HeldOut
    """
    p = np.zeros(len(turns.rows))
    fold = np.zeros(len(turns.rows), dtype=np.int64)
    split = GroupKFold(N_SPLITS).split(p, turns.outcome, turns.groups)
    for number, (known, unseen) in enumerate(split):
        ending, turn, features = _fit(turns, known, timing_only=timing_only)
        answers = ending.predict_proba(ending_space(turns.ending.codes))[:, 1:]
        table = turn_features(turns.line, turns.rows, turns.ending, answers)
        p[unseen] = turn.predict_proba(feature_array(table, features)[unseen])[:, 1]
        fold[unseen] = number
    truth = turns.outcome == _CUT_OFF
    decided = np.zeros(len(p), dtype=bool)
    for number in range(N_SPLITS):
        others = fold != number
        threshold = _best_threshold(truth[others], p[others])
        decided[~others] = p[~others] >= threshold
    return HeldOut(p=p, cut_off=decided)


def _fit(
    turns: Turns, known: Ints, *, timing_only: bool = False
) -> tuple[LogisticRegression, HistGradientBoostingClassifier, tuple[str, ...]]:
    """Fit both classifiers on some turns; the second sees held-out answers."""
    space = ending_space(turns.ending.codes)
    outcome, groups = turns.outcome[known], turns.groups[known]
    n_outcomes = len(set(outcome.tolist()))
    answers = np.zeros((len(turns.rows), n_outcomes - 1))
    inner = GroupKFold(min(N_SPLITS, len(set(groups.tolist())))).split(
        known, outcome, groups
    )
    for a, b in inner:
        first = _ending_classifier().fit(space[known[a]], outcome[a])
        answers[known[b]] = first.predict_proba(space[known[b]])[:, 1:]
    ending = _ending_classifier().fit(space[known], outcome)
    ending.coef_ = ending.coef_.astype(np.float32)
    table = turn_features(turns.line, turns.rows, turns.ending, answers)
    features = _feature_names(table, timing_only=timing_only)
    turn = HistGradientBoostingClassifier(
        max_iter=N_TREES,
        learning_rate=0.06,
        max_leaf_nodes=16,
        min_samples_leaf=30,
        l2_regularization=5.0,
        max_features=0.3,
        early_stopping=False,
        random_state=0,
    )
    with threadpool_limits(1, user_api="openmp"):  # threads that wait cost more
        turn.fit(feature_array(table, features)[known], outcome == _CUT_OFF)
    return ending, turn, features


def _ending_classifier() -> LogisticRegression:
    return LogisticRegression(C=0.2, max_iter=150, tol=1e-3)


def _feature_names(table: Columns, *, timing_only: bool) -> tuple[str, ...]:
    names = [name for name in table if "code_" not in name]
    if timing_only:
        names = [
            name
            for name in names
            if not name.startswith(("word", "floor"))
            and not name.endswith(_OF_WORDS)
            and "unfinished" not in name
        ]
    return tuple(names)


def _best_threshold(truth: Bools, p: Floats) -> float:
    precision, recall, thresholds = precision_recall_curve(truth, p)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return float(thresholds[int(np.argmax(f1[:-1]))])


def _figures(turns: Turns, held: HeldOut) -> dict[str, Any]:
    truth = turns.outcome == _CUT_OFF
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth, held.cut_off, average="binary", zero_division=0.0
    )
    figures = {
        "average_precision": float(average_precision_score(truth, held.p)),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
    }
    return {**figures, "intervals": _intervals(turns.groups, truth, held)}


def _intervals(groups: Ints, truth: Bools, held: HeldOut) -> dict[str, list[float]]:
    """Draw meetings with replacement: 2.5 % and 97.5 % of the figures."""
    of_meeting = [np.flatnonzero(groups == one) for one in np.unique(groups)]
    random = np.random.default_rng(0)
    found: dict[str, list[float]] = {"average_precision": [], "f1": []}
    for _ in range(N_DRAWS):
        drawn = random.integers(0, len(of_meeting), len(of_meeting))
        at = np.concatenate([of_meeting[one] for one in drawn])
        found["average_precision"].append(
            float(average_precision_score(truth[at], held.p[at]))
        )
        hits = 2 * int((truth[at] & held.cut_off[at]).sum())
        either = int(truth[at].sum()) + int(held.cut_off[at].sum())
        found["f1"].append(hits / max(either, 1))
    return {
        name: [float(edge) for edge in np.quantile(draws, (0.025, 0.975))]
        for name, draws in found.items()
    }


def _baselines(turns: Turns) -> dict[str, dict[str, float]]:
    """Measure timing alone, and an unfinished last word alone, on the same folds."""
    truth = turns.outcome == _CUT_OFF
    timing = held_out(turns, timing_only=True)
    word = ending_classes(turns.ending.codes[:, -1], _UNFINISHED)
    word |= turns.ending.cut_off
    return {
        name: {
            "average_precision": float(average_precision_score(truth, score)),
            "f1": float(
                precision_recall_fscore_support(
                    truth, decided, average="binary", zero_division=0.0
                )[2]
            ),
        }
        for name, score, decided in (
            ("timing alone", timing.p, timing.cut_off),
            ("unfinished last word alone", word.astype(float), word),
        )
    }


def measure_rows(metrics: dict[str, Any]) -> Sequence[tuple[str, float, float]]:
    """Give name, average precision and F1 of the model and of its baselines."""
    named = {"model": metrics["held_out"], **metrics["baselines"]}
    return [
        (name, found["average_precision"], found["f1"]) for name, found in named.items()
    ]
