"""The utterance table: the same turns column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from empathy_score.records import Role, Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceTable(Sequence[Utterance]):
    """Utterances, as columns.

    A sequence of :class:`~empathy_score.records.Utterance`, each of which is made only
    when it is asked for: a hundred thousand of them in memory would cost the garbage
    collector more time than reading their words takes.

    Parameters
    ----------
    row : list of int
        As the fields of an utterance, each of shape (n_utterances,).
    conversation, role, text : list of str
    start, end : list of float or None

    Examples
    --------
    >>> one = Utterance(row=0, conversation="1", role="agent", text="Hello!")
    >>> table = UtteranceTable.of([one])
    >>> table.role, table[0] == one
    (['agent'], True)
    """

    row: list[int]
    conversation: list[str]
    role: list[Role]
    text: list[str]
    start: list[float | None]
    end: list[float | None]

    @classmethod
    def of(cls, utterances: Sequence[Utterance]) -> UtteranceTable:
        """Take utterances apart; a table stays what it is."""
        if isinstance(utterances, UtteranceTable):
            return utterances
        return cls(
            row=[one.row for one in utterances],
            conversation=[one.conversation for one in utterances],
            role=[one.role for one in utterances],
            text=[one.text for one in utterances],
            start=[one.start for one in utterances],
            end=[one.end for one in utterances],
        )

    def at(self, places: Sequence[int]) -> UtteranceTable:
        """Give the utterances at some places, in that order."""
        return UtteranceTable(
            row=[self.row[place] for place in places],
            conversation=[self.conversation[place] for place in places],
            role=[self.role[place] for place in places],
            text=[self.text[place] for place in places],
            start=[self.start[place] for place in places],
            end=[self.end[place] for place in places],
        )

    def __len__(self) -> int:
        """Count the utterances."""
        return len(self.row)

    @overload
    def __getitem__(self, place: int) -> Utterance: ...

    @overload
    def __getitem__(self, place: slice) -> UtteranceTable: ...

    def __getitem__(self, place: int | slice) -> Utterance | UtteranceTable:
        """Make one utterance, or give a part of the table."""
        if isinstance(place, slice):
            return UtteranceTable(
                row=self.row[place],
                conversation=self.conversation[place],
                role=self.role[place],
                text=self.text[place],
                start=self.start[place],
                end=self.end[place],
            )
        return Utterance(
            row=self.row[place],
            conversation=self.conversation[place],
            role=self.role[place],
            text=self.text[place],
            start=self.start[place],
            end=self.end[place],
        )

    def __iter__(self) -> Iterator[Utterance]:
        """Make one utterance after the other."""
        columns = (
            self.row,
            self.conversation,
            self.role,
            self.text,
            self.start,
            self.end,
        )
        return map(Utterance._make, zip(*columns, strict=True))
