"""What is doubtful about labels: too few of them, leaks, contradictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from empathy_score.domain import words_of
from empathy_score.labelled import LEVELS, Labelled

FEW_OF_A_LEVEL = 30
FEW_GROUPS = 20
LEAK_WORDS = 5
"""Shorter texts, "Thanks for waiting.", are said again and again by chance."""


def label_warnings(data: Labelled) -> tuple[str, ...]:
    """Say what makes the figures of a model from these labels doubtful.

    Parameters
    ----------
    data : Labelled
        Labelled utterances.

    Returns
    -------
    tuple of str
        One line each, with file and line of an example where there is one: levels
        with few labels, few conversations, no conversations named, the same text in
        several conversations, the same text and context with different levels.
    """
    found = [*_few(data), *_ungrouped(data)]
    leaks = leaked(data)
    if leaks.any():
        found.append(_leak(data, leaks))
    return (*found, *_contradictions(data))


def leaked(data: Labelled) -> npt.NDArray[np.bool_]:
    """Find the texts that another conversation holds as well, word for word.

    Parameters
    ----------
    data : Labelled
        Labelled utterances.

    Returns
    -------
    ndarray of bool, shape (n_utterances,)
        Case, marks, numbers and masks are not compared, and texts of fewer than
        :data:`LEAK_WORDS` words are not counted.
    """
    groups: dict[tuple[str, ...], set[str]] = {}
    keys = [tuple(words_of(text)) for text in data.texts]
    for key, group in zip(keys, data.groups, strict=True):
        groups.setdefault(key, set()).add(group)
    return np.array(
        [len(key) >= LEAK_WORDS and len(groups[key]) > 1 for key in keys], dtype=bool
    )


def _few(data: Labelled) -> list[str]:
    found = []
    for level in LEVELS:
        count = int((data.levels == level).sum())
        if count < FEW_OF_A_LEVEL:
            found.append(
                f"level {level} has {count} labels; under {FEW_OF_A_LEVEL} its "
                "probability and its share of the figures are uncertain"
            )
    n_groups = len(set(data.groups))
    if n_groups < FEW_GROUPS:
        found.append(
            f"the labels come from {n_groups} conversations; under {FEW_GROUPS} the "
            "intervals of the figures are too narrow"
        )
    return found


def _ungrouped(data: Labelled) -> list[str]:
    if data.grouped:
        return []
    return [
        "no column names the conversation or group, so each row is its own; turns of "
        "one conversation in both parts of a split make figures too good"
    ]


def _leak(data: Labelled, leaks: npt.NDArray[np.bool_]) -> str:
    rows = np.flatnonzero(leaks).tolist()
    key = words_of(data.texts[rows[0]])
    same = [row for row in rows if words_of(data.texts[row]) == key]
    other = next(r for r in same if data.groups[r] != data.groups[rows[0]])
    return (
        f"{len(rows)} of {len(data.texts)} texts stand in several conversations "
        f"({_at(data, rows[0])} and {_at(data, other)}, for instance): splits by "
        "conversation do not keep them apart, and the figures are too good where they "
        "are templates; see those without them in the card"
    )


def _contradictions(data: Labelled) -> list[str]:
    first: dict[tuple[str, str | None], int] = {}
    rows: list[tuple[int, int]] = []
    for row, key in enumerate(zip(data.texts, data.reply_to, strict=True)):
        before = first.setdefault(key, row)
        if data.levels[before] != data.levels[row]:
            rows.append((before, row))
    return [_contradiction(data, rows)] if rows else []


def _contradiction(data: Labelled, rows: Sequence[tuple[int, int]]) -> str:
    one, other = rows[0]
    return (
        f"{len(rows)} rows have another level than the same text after the same turn "
        f"had before ({_at(data, one)}: {data.levels[one]}, {_at(data, other)}: "
        f"{data.levels[other]})"
    )


def _at(data: Labelled, row: int) -> str:
    file, line = data.places[row]
    return f"{file}:{line}"
