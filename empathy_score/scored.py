"""The columns that scoring adds, for many turns at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from empathy_score.features.reading import Read
from empathy_score.features.spans import lexicon_rows
from empathy_score.lexicon import CUE_LABELS, SUBTYPES, Pattern
from empathy_score.records import Cue
from empathy_score.score_columns import SCORE_COLUMNS

Row = dict[str, Any]
Ints = npt.NDArray[np.int64]
Column = np.ma.MaskedArray[Any, Any]

_KINDS = {"DOUBLE": np.float64, "BIGINT": np.int64, "BOOLEAN": np.bool_}


@dataclass(frozen=True, slots=True, kw_only=True)
class CueTable:
    """Cues of some turns, side by side.

    Attributes
    ----------
    first : ndarray of int, shape (n_turns + 1,)
        The cues of turn ``i`` are ``first[i]`` to ``first[i + 1]``.
    row : ndarray of int, shape (n_cues,)
        The row of the lexicon that matched.
    start, end : ndarray of int, shape (n_cues,)
        Character offsets in the turn's text.
    text : list of str
        The words themselves.
    negated : ndarray of bool, shape (n_cues,)
        The words are there but denied.
    own : tuple of Pattern
        The user's own rows, which stand behind those of the lexicon.
    """

    first: Ints
    row: Ints
    start: Ints
    end: Ints
    text: list[str]
    negated: npt.NDArray[np.bool_]
    own: tuple[Pattern, ...] = ()

    def fields(self) -> dict[str, list[Any]]:
        """Give the fields of :class:`~empathy_score.records.Cue`, each as one list."""
        names = _names_of_rows(self.own)
        named = [names[row] for row in self.row.tolist()]
        return {
            "label": [name[0] for name in named],
            "subtype": [name[1] for name in named],
            "start": self.start.tolist(),
            "end": self.end.tolist(),
            "text": self.text,
            "pattern": [name[2] for name in named],
            "negated": self.negated.tolist(),
        }

    def cues_at(self, turn: int) -> tuple[Cue, ...]:
        """Give the cues of one turn as records."""
        names = _names_of_rows(self.own)
        at = slice(*self.first[turn : turn + 2].tolist())
        cues = zip(
            self.row[at].tolist(),
            self.start[at].tolist(),
            self.end[at].tolist(),
            self.text[at],
            self.negated[at].tolist(),
            strict=True,
        )
        return tuple(
            Cue(
                label=names[row][0],
                subtype=names[row][1],
                start=start,
                end=end,
                text=text,
                pattern=names[row][2],
                negated=negated,
            )
            for row, start, end, text, negated in cues
        )

    def structs(self) -> list[list[Row]]:
        """Give the cues of each turn as a list of dicts, none shared."""
        fields = self.fields()
        rows = [
            dict(zip(fields, cue, strict=True))
            for cue in zip(*fields.values(), strict=True)
        ]
        ends = self.first.tolist()
        return [rows[start:end] for start, end in itertools.pairwise(ends)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Scored turns.

    Attributes
    ----------
    columns : dict of str to masked array, each of shape (n_turns,)
        All of :data:`SCORE_COLUMNS` but ``cues``, in that order; null is masked.
    cues : CueTable
        Cues of each turn.
    kinds : tuple of str or None
        What the turn before each calls for.
    """

    columns: dict[str, Column]
    cues: CueTable
    kinds: tuple[str | None, ...]

    def rows(self) -> list[Row]:
        """Give one dict of :data:`SCORE_COLUMNS` for each turn."""
        values = [
            self.cues.structs() if name == "cues" else self.columns[name].tolist()
            for name in SCORE_COLUMNS
        ]
        return [
            dict(zip(SCORE_COLUMNS, row, strict=True))
            for row in zip(*values, strict=True)
        ]


@lru_cache(maxsize=4)
def _names_of_rows(
    own: tuple[Pattern, ...],
) -> tuple[tuple[str, str | None, str], ...]:
    """Label, subtype and id of each row."""
    return tuple(
        (row.label, row.subtype if row.label in SUBTYPES else None, row.id)
        for row in lexicon_rows(own)
    )


@lru_cache(maxsize=4)
def _places_of_rows(own: tuple[Pattern, ...]) -> tuple[Ints, Ints]:
    """Of each row the place of its id among the sorted ones, and that of its label."""
    rows = lexicon_rows(own)
    ids = [row.id for row in rows]
    place = {name: at for at, name in enumerate(sorted(ids))}
    label = {name: at for at, name in enumerate(CUE_LABELS)}
    return (
        np.array([place[name] for name in ids]),
        np.array([label.get(row.label, -1) for row in rows]),
    )


def cue_table(read: Read, places: Sequence[int]) -> CueTable:
    """Give the cues of turns.

    Parameters
    ----------
    read : Read
        Texts that were read.
    places : sequence of int
        Which of the different texts each turn is.

    Returns
    -------
    CueTable
        In the order of :func:`~empathy_score.cues.cues_of`.
    """
    spans, tokens = read.spans, read.tokens
    which = spans.is_cue.nonzero()[0]
    owner, row, negated = spans.owner[which], spans.row[which], spans.denied[which]
    start = tokens.start[spans.first[which]]
    end = tokens.end[spans.after[which] - 1]
    n_texts = len(read.texts)
    if negated.any():
        # Where a cue is denied they go by position, else as they were found.
        moved = np.bincount(owner[negated], minlength=n_texts)[owner] > 0
        rank = _places_of_rows(spans.own)[0][row]
        order = np.lexsort((negated, moved * rank, moved * end, moved * start, owner))
        owner, row, negated = owner[order], row[order], negated[order]
        start, end = start[order], end[order]
    words = [
        read.texts[text][first:last]
        for text, first, last in zip(
            owner.tolist(), start.tolist(), end.tolist(), strict=True
        )
    ]
    place = np.array(places, dtype=np.int64)
    begin = owner.searchsorted(place)
    counts = owner.searchsorted(place + 1) - begin
    first = np.zeros(len(place) + 1, dtype=np.int64)
    counts.cumsum(out=first[1:])
    at = (begin - first[:-1]).repeat(counts) + np.arange(first[-1])
    return CueTable(
        first=first,
        row=row[at],
        start=start[at],
        end=end[at],
        text=[words[entry] for entry in at.tolist()],
        negated=negated[at],
        own=spans.own,
    )


def cue_counts(cues: CueTable) -> dict[str, Column]:
    """Count the cues of each turn, denied ones left out, by label.

    Parameters
    ----------
    cues : CueTable
        Cues of some turns.

    Returns
    -------
    dict of str to masked array
        The columns ``cue_<label>``; ``cue_interruption`` is null where there is none,
        as no mark of one does not mean that there was none.
    """
    n_turns, n_labels = len(cues.first) - 1, len(CUE_LABELS)
    turn = np.repeat(np.arange(n_turns), np.diff(cues.first))[~cues.negated]
    label = _places_of_rows(cues.own)[1][cues.row[~cues.negated]]
    found = np.bincount(turn * n_labels + label, minlength=n_turns * n_labels)
    table = found.reshape(n_turns, n_labels)
    columns = {
        f"cue_{name}": np.ma.array(table[:, at], mask=np.zeros(n_turns, np.bool_))
        for at, name in enumerate(CUE_LABELS)
    }
    columns["cue_interruption"].mask = table[:, CUE_LABELS.index("interruption")] == 0
    return columns


def empty_columns(n_turns: int) -> dict[str, Column]:
    """Make all columns but the cues', with nulls only.

    Parameters
    ----------
    n_turns : int
        How many turns.

    Returns
    -------
    dict of str to masked array
    """
    return {
        name: np.ma.array(np.zeros(n_turns, dtype=_KINDS[kind]), mask=True)
        for name, kind in SCORE_COLUMNS.items()
        if kind in _KINDS
    }


def joined(parts: Sequence[Scored]) -> Scored:
    """Put scored turns one after another.

    Parameters
    ----------
    parts : sequence of Scored
        At least one.

    Returns
    -------
    Scored
    """
    if len(parts) == 1:
        return parts[0]
    tables = [part.cues for part in parts]
    sizes = np.cumsum([0, *(table.first[-1] for table in tables)])
    return Scored(
        columns={
            name: np.ma.array(
                np.concatenate([part.columns[name].data for part in parts]),
                mask=np.concatenate([part.columns[name].mask for part in parts]),
            )
            for name in parts[0].columns
        },
        cues=CueTable(
            first=np.concatenate(
                [
                    table.first[(1 if number else 0) :] + size
                    for number, (table, size) in enumerate(
                        zip(tables, sizes, strict=False)
                    )
                ]
            ),
            row=np.concatenate([table.row for table in tables]),
            start=np.concatenate([table.start for table in tables]),
            end=np.concatenate([table.end for table in tables]),
            text=[*itertools.chain.from_iterable(table.text for table in tables)],
            negated=np.concatenate([table.negated for table in tables]),
            own=tables[0].own,
        ),
        kinds=tuple(itertools.chain.from_iterable(part.kinds for part in parts)),
    )
