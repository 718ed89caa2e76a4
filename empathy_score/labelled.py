"""Labelled utterances: what training and evaluation read."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from empathy_score.errors import InputError
from empathy_score.features.turns import WARM
from empathy_score.label_columns import (
    levels_by_row,
    names_groups,
    places_of,
    stated_by_row,
    texts_by_row,
    weights_of,
)
from empathy_score.readers import Export, Reject, conversations, open_export
from empathy_score.records import MECHANISMS
from empathy_score.sentence_levels import Evidence
from empathy_score.turn_order import replies

LEVELS = (0, 1, 2)
_WARM = frozenset(WARM)
_SHOWS: tuple[tuple[frozenset[str], ...], ...] = (
    (_WARM, frozenset({"personalization", "follow_up"})),
    (_WARM - {"perspective_taking"},),
    (frozenset({"acknowledgement", "perspective_taking", "personalization"}),),
    (frozenset({"open_question", "closed_question"}),),
)
"""Which cues show the level, and each mechanism; a later set where the one before
has none: a promise to write is no warmth of its own beside an apology."""

LabelledCue = tuple[int, int, str]
"""Start, end and label of a cue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Utterances with levels.

    Parameters
    ----------
    texts : tuple of str
        The utterances that have a level.
    reply_to : tuple of str or None
        The turn before each.
    levels : ndarray of shape (n_utterances,)
        0 none, 1 weak, 2 strong.
    groups : tuple of str
        The conversation of each.
    mechanisms : ndarray of shape (n_utterances, 3) or None
        Levels of :data:`~empathy_score.records.MECHANISMS`; None where the table
        does not hold all three.
    cues : tuple of tuple of (start, end, label), or None
        Labelled cues of each; None where the table holds none.
    slices : dict of str to tuple
        Values of the columns ``channel``, ``industry`` and ``picked``, where they are
        there.
    rejects : tuple of Reject
        Rows that were set aside.
    places : tuple of (str, int)
        File and line of each.
    weights : ndarray of shape (n_utterances,) or None
        How much each counts in training, over 0; None where the table does not say.
    grouped : bool
        False where the table names no conversations and no groups: each row then
        stands for itself.
    """

    texts: tuple[str, ...]
    reply_to: tuple[str | None, ...]
    levels: npt.NDArray[np.int64]
    groups: tuple[str, ...]
    mechanisms: npt.NDArray[np.int64] | None
    cues: tuple[tuple[LabelledCue, ...], ...] | None
    slices: Mapping[str, tuple[str | None, ...]]
    rejects: tuple[Reject, ...]
    places: tuple[tuple[str, int], ...]
    weights: npt.NDArray[np.float64] | None
    grouped: bool

    def targets(self) -> npt.NDArray[np.int64]:
        """Give the level and, where known, the mechanisms.

        Returns
        -------
        ndarray of shape (n_utterances, 1) or (n_utterances, 4)
        """
        if self.mechanisms is None:
            return self.levels[:, None]
        return np.hstack([self.levels[:, None], self.mechanisms])

    def evidence(self) -> list[list[Evidence]] | None:
        """Give the spans that show the targets, from the labelled cues.

        Returns
        -------
        list of list of (start, end, levels), or None
            None where no cues are labelled. A level that no cue shows is shown by
            the whole utterance.
        """
        if self.cues is None:
            return None
        targets = self.targets()
        return [
            _evidence(text, cues, tuple(shown))
            for text, cues, shown in zip(
                self.texts, self.cues, targets.tolist(), strict=True
            )
        ]

    def entries(self) -> list[tuple[str, str | None, str]]:
        """Give what :class:`~empathy_score.features.EmpathyFeatures` takes.

        Returns
        -------
        list of (str, str or None, str)
            Text, turn before, conversation.
        """
        return list(zip(self.texts, self.reply_to, self.groups, strict=True))


def labelled_files(paths: Sequence[Path | str]) -> list[Path]:
    """Files named, and the tables in folders named, sorted.

    Parameters
    ----------
    paths : sequence of Path or str
        Files or folders.

    Returns
    -------
    list of Path
    """
    files: list[Path] = []
    for path in map(Path, paths):
        endings = (".jsonl", ".csv", ".tsv", ".parquet")
        inside = [file for file in path.glob("*") if file.suffix in endings]
        files.extend(sorted(inside) if path.is_dir() else [path])
    if not files:
        raise InputError(f"{paths[0]}: holds no .jsonl, .csv, .tsv or .parquet file")
    return files


def read_labelled(
    paths: Sequence[Path | str],
    *,
    columns: Mapping[str, str] | None = None,
    level: str = "level",
) -> Labelled:
    """Read labelled utterances from tables.

    Parameters
    ----------
    paths : sequence of Path or str
        Files or folders. Either whole conversations (roles, levels on the agent's
        turns), or one labelled utterance a row with its ``reply_to`` or ``context``.
    columns : mapping, optional
        Meaning to column name, as for :func:`~empathy_score.readers.open_export`.
    level : str, default "level"
        The column of levels; rows without one are only context.

    Returns
    -------
    Labelled

    Raises
    ------
    InputError
        If there is no such column, or a value is no level.
    """
    given = dict(columns or {})
    with tempfile.TemporaryDirectory(prefix="empathy-score-") as folder:
        export = open_export(
            labelled_files(paths), columns=given, roles=None, folder=Path(folder)
        )
        try:
            if level not in export.names:
                raise InputError(
                    f"{paths[0]}: no column {level!r}; found: {', '.join(export.names)}"
                )
            return _labelled(export, level)
        finally:
            export.connection.close()


def _evidence(
    text: str, cues: Sequence[LabelledCue], shown: tuple[int, ...]
) -> list[Evidence]:
    found: list[Evidence] = []
    for target, (level, choices) in enumerate(zip(shown, _SHOWS, strict=False)):
        if not level:
            continue
        levels = tuple(level if place == target else 0 for place in range(len(shown)))
        spans = next(
            (spans for labels in choices if (spans := _of(cues, labels))),
            [(0, len(text))],
        )
        found.extend((start, end, levels) for start, end in spans)
    return found


def _of(cues: Sequence[LabelledCue], labels: frozenset[str]) -> list[tuple[int, int]]:
    return [(start, end) for start, end, label in cues if label in labels]


def _labelled(export: Export, level: str) -> Labelled:
    levels = levels_by_row(export, level)
    stated = stated_by_row(export)
    rows: list[int] = []
    texts: list[str] = []
    before: list[str | None] = []
    found: list[int] = []
    groups: list[str] = []
    for batch in conversations(export):
        for utterance, reply in zip(batch, replies(batch), strict=True):
            if utterance.row in levels:
                row = utterance.row
                context, group = stated.get(row, (None, None))
                texts.append(utterance.text)
                before.append(reply if context is None else context or None)
                found.append(levels[row])
                rows.append(row)
                groups.append(utterance.conversation if group is None else group)
    return Labelled(
        texts=tuple(texts),
        reply_to=tuple(before),
        levels=np.array(found, dtype=np.int64),
        groups=tuple(groups),
        mechanisms=_mechanisms(export, rows),
        cues=_cues(export, rows),
        slices={
            name: tuple(values[row] for row in rows)
            for name in ("channel", "industry", "picked")
            if (values := texts_by_row(export, name)) is not None
        },
        rejects=export.rejects,
        places=places_of(export, rows),
        weights=weights_of(export, rows),
        grouped=len(set(groups)) < len(groups) or names_groups(export),
    )


def _mechanisms(export: Export, rows: Sequence[int]) -> npt.NDArray[np.int64] | None:
    """Levels of the mechanisms; None unless every labelled row has all three."""
    if not set(MECHANISMS) <= set(export.names):
        return None
    columns = [levels_by_row(export, name) for name in MECHANISMS]
    if any(row not in column for row in rows for column in columns):
        return None
    return np.array([[column[row] for column in columns] for row in rows])


def _cues(
    export: Export, rows: Sequence[int]
) -> tuple[tuple[LabelledCue, ...], ...] | None:
    """Labelled cues, where the table holds them as objects with offsets."""
    values = texts_by_row(export, "cues")
    if values is None:
        return None
    found = [_spans(values[row]) for row in rows]
    known = tuple(spans for spans in found if spans is not None)
    return known if len(known) == len(found) else None


def _spans(text: str | None) -> tuple[LabelledCue, ...] | None:
    """Read the cues of one utterance; None where they are no list of objects."""
    try:
        cues = json.loads(text or "[]")
        return tuple((int(cue["start"]), int(cue["end"]), cue["label"]) for cue in cues)
    except (json.JSONDecodeError, TypeError, KeyError):  # names only
        return None
