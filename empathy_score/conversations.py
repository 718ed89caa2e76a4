"""Read exports in Python: conversations one by one, or one table of all turns."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from empathy_score.columns import roles_mapping
from empathy_score.errors import InputError
from empathy_score.readers import Export, Query, Reject, conversations, open_export
from empathy_score.readers.sql import interruptible, quoted
from empathy_score.records import Role, Utterance

_FETCHED_AS = {"pandas": "df", "polars": "pl", "pyarrow": "to_arrow_table"}


@dataclass(frozen=True, eq=False)
class Conversations:
    """The conversations of an export; they lie on disk and come one by one.

    Attributes
    ----------
    export : Export
        What was read; its scratch files are removed with this object.
    """

    export: Export

    def __iter__(self) -> Iterator[list[Utterance]]:
        """Go through the conversations, each a list of its turns in order."""
        for batch in conversations(self.export):
            for _, turns in itertools.groupby(batch, key=lambda one: one.conversation):
                yield list(turns)

    @property
    def n_turns(self) -> int:
        """How many turns were read."""
        return self.export.n_rows

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """What was set aside, with file, line and reason."""
        return self.export.rejects

    @property
    def n_files(self) -> Mapping[str, int]:
        """How many files of each format were read."""
        return self.export.n_files

    def to_frame(self, kind: Literal["pandas", "polars", "pyarrow"] = "pandas") -> Any:  # noqa: ANN401
        """Give all turns as one table, in the order of the input.

        Parameters
        ----------
        kind : {"pandas", "polars", "pyarrow"}, default "pandas"
            The library, which must be installed.

        Returns
        -------
        frame
            One row a turn, with all columns of the input; what
            :meth:`~empathy_score.EmpathyScorer.score_frame` takes.

        Raises
        ------
        InputError
            There is no such kind.
        """
        if kind not in _FETCHED_AS:
            raise InputError(
                f"kind is {kind!r}; allowed are {', '.join(map(repr, _FETCHED_AS))}"
            )
        listed = ", ".join(quoted(name) for name in self.export.names)
        query = f"SELECT {listed} FROM input ORDER BY __row"
        with interruptible():
            found = self.export.connection.sql(query)
            return getattr(found, _FETCHED_AS[kind])()


def read_conversations(
    path: Path | str | Query | Sequence[Path | str | Query],
    *,
    format: str | None = None,  # noqa: A002
    roles: Mapping[str, Role] | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Conversations:
    r"""Read an export of conversations, whatever its format and size.

    Parameters
    ----------
    path : Path, str, Query, or sequence of them
        Files, folders, globs or archives, or queries of databases.
    format : str, optional
        A format's name, instead of the one that is recognised.
    roles : mapping of str to role, optional
        What the export's roles or the labels of its speakers mean; speakers that
        nobody names have the role ``"unknown"``.
    columns : mapping of str to str, optional
        For tables: meaning (``"text"``, ``"conversation"``, ``"role"``, ``"turn"``,
        ``"start"``, ``"end"``) to the column's name.
    encoding : str, optional
        Encoding of text files; UTF-8, or what the byte order mark says.

    Returns
    -------
    Conversations

    Raises
    ------
    InputError
        Nothing can be read.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("ticket_id,role,text\n7,agent,Hello!\n7,user,Hi\n")
    ...     chats = read_conversations(file)
    >>> [[(turn.role, turn.text) for turn in chat] for chat in chats]
    [[('agent', 'Hello!'), ('customer', 'Hi')]]
    """
    paths = [path] if isinstance(path, Path | str | Query) else list(path)
    folder = Path(tempfile.mkdtemp(prefix="empathy-score-"))
    try:
        export = open_export(
            paths,
            columns=columns,
            roles=roles_mapping(
                [f"{name}={role}" for name, role in (roles or {}).items()]
            ),
            encoding=encoding,
            format=format,
            folder=folder,
        )
    except BaseException:
        shutil.rmtree(folder)
        raise
    read = Conversations(export=export)
    weakref.finalize(read, _discard, export.connection, folder)
    return read


def _discard(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)
