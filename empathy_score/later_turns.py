"""What a turn alone does not show: the columns that the turns around it decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from empathy_score.opportunity import opportunity_states
from empathy_score.records import Cue, Utterance
from empathy_score.scored import Column, Row, Scored
from empathy_score.turn_taking import turn_columns
from empathy_score.utterance_table import UtteranceTable

AT_ONCE = ("interrupts", "response_seconds")
"""Columns that the turns up to this one decide, as far as times show it by then."""

LATER = ("missed_opportunity", "interrupted", "p_interrupted", "cue_interruption")
"""Columns that wait for the other side's next turn."""

Known = Callable[[Utterance, Row], None]
"""Takes an earlier turn and the columns of it that are now known."""


def columns_of_conversations(
    utterances: UtteranceTable,
    kinds: Sequence[str | None],
    cues: Sequence[Sequence[Cue]],
    called: Column,
) -> dict[str, Column]:
    """Give the columns that whole conversations decide.

    Parameters
    ----------
    utterances : UtteranceTable
        Whole conversations, each in order.
    kinds : sequence of str or None
        What the customer's turn before each calls for.
    cues : sequence of sequence of Cue
        Of each utterance; only looked at where it was called for something.
    called : masked array of bool, shape (n_utterances,)
        The column ``opportunity``.

    Returns
    -------
    dict of str to masked array, each of shape (n_utterances,)
        ``missed_opportunity``, ``interrupted``, ``p_interrupted``, ``interrupts`` and
        ``response_seconds``; masked where not observable.
    """
    states = opportunity_states(utterances, kinds, cues)
    missed = np.ma.array(
        [state == "missed" for state in states],
        mask=[state is None for state in states],
        dtype=np.bool_,
    )
    missed[np.ma.getmaskarray(called)] = np.ma.masked
    return {"missed_opportunity": missed, **turn_columns(utterances)}


def fill_in(scored: Scored, utterances: UtteranceTable) -> Scored:
    """Fill the columns of scored turns that whole conversations decide."""
    cues = [
        () if kind is None else scored.cues.cues_at(place)
        for place, kind in enumerate(scored.kinds)
    ]
    columns = scored.columns
    found = columns_of_conversations(
        utterances, scored.kinds, cues, columns["opportunity"]
    )
    columns.update(found)
    seen = columns["cue_interruption"]
    seen[np.ma.getmaskarray(seen) & ~np.ma.getmaskarray(found["interrupted"])] = 0
    return scored


@dataclass(slots=True)
class _Conversation:
    """What was said so far, and what was told of it."""

    utterances: list[Utterance] = field(default_factory=list)
    kinds: list[str | None] = field(default_factory=list)
    cues: list[tuple[Cue, ...]] = field(default_factory=list)
    called: list[bool | None] = field(default_factory=list)
    told: list[Row] = field(default_factory=list)

    def add(self, utterance: Utterance, scored: Scored, row: Row) -> None:
        self.utterances.append(utterance)
        self.kinds.append(scored.kinds[0])
        self.cues.append(() if scored.kinds[0] is None else scored.cues.cues_at(0))
        self.called.append(row["opportunity"])
        self.told.append({name: row[name] for name in (*LATER, *AT_ONCE)})

    def columns(self) -> list[Row]:
        """Say of each turn what would hold if the conversation ended here."""
        called = np.ma.array(
            [bool(one) for one in self.called],
            mask=[one is None for one in self.called],
        )
        table = UtteranceTable.of(self.utterances)
        found = columns_of_conversations(table, self.kinds, self.cues, called)
        columns = {name: values.tolist() for name, values in found.items()}
        rows: list[Row] = [
            dict(zip(columns, values, strict=True))
            for values in zip(*columns.values(), strict=True)
        ]
        for row, told in zip(rows, self.told, strict=True):
            unseen = told["cue_interruption"] is None and row["interrupted"] is not None
            row["cue_interruption"] = 0 if unseen else told["cue_interruption"]
        return rows

    def n_decided(self) -> int:
        """Count the turns before the last ones of the side that speaks."""
        speaking = None
        for place in reversed(range(len(self.utterances))):
            role = self.utterances[place].role
            if role in {"agent", "customer"}:
                if speaking is not None and role != speaking:
                    return place + 1
                speaking = role
        return 0

    def news(self, *, ended: bool = False) -> Iterator[tuple[Utterance, Row]]:
        """Give what is known now and was not told, turn by turn."""
        rows = self.columns()
        n_decided = len(rows) if ended else self.n_decided()
        for place, row in enumerate(rows):
            names = (*LATER, *AT_ONCE) if place < n_decided else AT_ONCE
            told = self.told[place]
            new = {name: row[name] for name in names if row[name] != told[name]}
            if new:
                told.update(new)
                yield self.utterances[place], new


@dataclass(frozen=True, slots=True)
class Live:
    """Conversations that go on.

    Parameters
    ----------
    known : callable or None
        Is told what becomes known of earlier turns.
    """

    known: Known | None
    conversations: dict[str, _Conversation] = field(default_factory=dict)

    def row(self, utterance: Utterance, scored: Scored) -> Row:
        """Give the row of one more turn, after telling what it shows of earlier ones.

        Parameters
        ----------
        utterance : Utterance
            The turn.
        scored : Scored
            That turn alone.

        Returns
        -------
        dict
            All score columns; those that wait for later turns are None.
        """
        row: Row = scored.rows()[0]
        said = self.conversations.setdefault(utterance.conversation, _Conversation())
        said.add(utterance, scored, row)
        for earlier, new in said.news():
            if earlier is utterance:
                row.update(new)
            else:
                self._tell(earlier, new)
        return row

    def end(self) -> None:
        """Tell what is known because nothing more comes."""
        for said in self.conversations.values():
            for earlier, new in said.news(ended=True):
                self._tell(earlier, new)

    def _tell(self, earlier: Utterance, new: dict[str, Any]) -> None:
        if self.known is not None:
            self.known(earlier, new)
