"""The utterance table: the same turns column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from empathy_score.records import Role, Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceTable(Sequence[Utterance]):
    """Utterances, as columns.

    A sequence of :class:`~empathy_score.records.Utterance`, each of which is made only
    when it is asked for: a hundred thousand of them in memory would be looked through
    by the garbage collector again and again, which made scoring up to a quarter slower.

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
        return cls._of_columns(
            [getattr(one, name) for one in utterances] for name in Utterance._fields
        )

    def at(self, places: Sequence[int]) -> UtteranceTable:
        """Give the utterances at some places, in that order."""
        return self._of_columns(
            [column[place] for place in places] for column in self._columns()
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
        parts = [column[place] for column in self._columns()]
        if isinstance(place, slice):
            return self._of_columns(parts)
        return Utterance._make(parts)

    def __iter__(self) -> Iterator[Utterance]:
        """Make one utterance after the other."""
        return map(Utterance._make, zip(*self._columns(), strict=True))

    def _columns(self) -> tuple[list[Any], ...]:
        """Give the columns in the order of an utterance's fields."""
        return tuple(getattr(self, name) for name in Utterance._fields)

    @staticmethod
    def _of_columns(columns: Iterable[list[Any]]) -> UtteranceTable:
        return UtteranceTable(**dict(zip(Utterance._fields, columns, strict=True)))
