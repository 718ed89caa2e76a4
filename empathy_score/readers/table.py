"""Exports of any format as one table of messages, on DuckDB.

Files become parts (see :mod:`.parts`): a table of messages one of its own, exports
of conversations one together. DuckDB loads what is whole into one table on disk, so
that exports larger than memory work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from empathy_score.columns import Columns, check_meanings, recognise_columns, role_of
from empathy_score.errors import InputError
from empathy_score.readers.formats import format_named
from empathy_score.readers.intake import Intake, take_in
from empathy_score.readers.loading import load, merged_types
from empathy_score.readers.rejects import Reject
from empathy_score.readers.sources import Query, sources_of
from empathy_score.readers.sql import as_text, database, fetched, quoted, run
from empathy_score.readers.turn_rows import Unnamed
from empathy_score.records import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoRoles:
    """What became of the conversations whose roles were decided from wording.

    Parameters
    ----------
    n_decided : int
        Conversations in which every speaker without a role got one.
    n_unknown : int
        Conversations in which at least one speaker stayed unknown.
    mean_confidence : float or None
        Mean over the speakers who got a role; None without any.
    """

    n_decided: int
    n_unknown: int
    mean_confidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One or more opened files, as the table ``input`` of a DuckDB database.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The database; ``input`` has ``__row`` (from 0, in input order),
        ``__file``, ``__line`` and the columns of the input. Close it when done.
    columns : Columns
        Which column holds what.
    names : tuple of str
        Columns of the input, in order of first appearance.
    n_rows : int
        Rows that were kept.
    rejects : tuple of Reject
        Rows that were set aside.
    roles : mapping
        The caller's names of roles.
    has_roles : bool
        Whether any row names a role that is known.
    unknown_roles : tuple of str
        Values of the role column that are no known role, most frequent first,
        20 at most.
    folder : Path
        Scratch folder.
    unnamed : tuple of Unnamed
        Files whose speakers have labels but no roles.
    n_files : mapping of str to int
        How many files of each format were read, by the format's title.
    auto_roles : AutoRoles or None
        What was decided from wording; None where nobody asked for it.
    """

    connection: duckdb.DuckDBPyConnection
    columns: Columns
    names: tuple[str, ...]
    n_rows: int
    rejects: tuple[Reject, ...]
    roles: Mapping[str, Role]
    has_roles: bool
    unknown_roles: tuple[str, ...]
    folder: Path
    unnamed: tuple[Unnamed, ...] = ()
    n_files: Mapping[str, int] = field(default_factory=dict)
    auto_roles: AutoRoles | None = None


def open_export(
    paths: Sequence[Path | str | Query],
    *,
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    encoding: str | None = None,
    format: str | None = None,  # noqa: A002
    folder: Path,
    skip: Collection[Path] = (),
    auto_roles: bool = False,
) -> Export:
    r"""Read exports into one table with one message per row.

    Parameters
    ----------
    paths : sequence of Path, str or Query
        Files, folders, globs, archives or ``"-"``, as
        :func:`~empathy_score.readers.sources.sources_of` takes them, or queries of
        databases; tables are joined by the names of their columns. What cannot be
        read is set aside.
    columns : mapping, optional
        Meaning to column name, as :func:`recognise_columns` takes them.
    roles : mapping, optional
        The caller's names of roles, and labels of speakers.
    encoding : str, optional
        Encoding of text files; UTF-8, or what the byte order mark says.
    format : str, optional
        Name of a format (see :func:`~empathy_score.readers.formats.formats`) instead
        of the one that is recognised.
    folder : Path
        Existing scratch folder for the database; the caller removes it.
    skip : collection of Path
        Files that are passed over inside folders.
    auto_roles : bool, default False
        Decide from wording the roles that neither the input nor ``roles`` tells, as
        :func:`~empathy_score.readers.auto_roles.add_roles` does.

    Returns
    -------
    Export

    Raises
    ------
    InputError
        A file does not exist, no row is left, or roles are to be decided and no column
        names the speakers.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("id,role,text\n7,agent,Sorry!\n8,agent\n")
    ...     export = open_export([file], folder=Path(name))
    ...     export.connection.close()
    >>> export.n_rows, export.columns.text, export.rejects[0].reason
    (1, 'text', 'has 2 fields where the header has 3')
    """
    check_meanings(columns or {})
    if not paths:
        raise InputError("no input file was named")
    if format is not None:
        format_named(format)
    connection = database(folder)
    try:
        taken = take_in(
            connection,
            sources_of(paths, folder, skip),
            named=format,
            encoding=encoding,
            roles=roles or {},
            folder=folder,
        )
        _check_any(taken, sum(part.n_rows for part in taken.parts), taken.rejects)
        types = merged_types(taken.parts)
        found = recognise_columns(list(types), **(columns or {}))
        n_rows, blank = load(connection, taken.parts, types, found.text)
        order = {name: number for number, name in enumerate(taken.files)}
        rejects = sorted(
            taken.rejects + blank, key=lambda one: (order[one.file], one.line)
        )
        _check_any(taken, n_rows, rejects)
        known, unknown = _role_values(connection, types, found.role, roles or {})
        export = Export(
            connection=connection,
            columns=found,
            names=tuple(types),
            n_rows=n_rows,
            rejects=tuple(rejects),
            roles=dict(roles or {}),
            has_roles=known,
            unknown_roles=unknown,
            folder=folder,
            unnamed=tuple(taken.unnamed),
            n_files=dict(taken.n_files),
        )
        if auto_roles:
            from empathy_score.readers.auto_roles import add_roles

            return add_roles(export)
    except BaseException:
        connection.close()
        raise
    return export


def _check_any(taken: Intake, n_rows: int, rejects: Sequence[Reject]) -> None:
    if n_rows:
        return
    if not rejects:
        raise InputError(f"{taken.files[0]}: holds no rows")
    first = rejects[0]
    if first.raw == "":  # the whole file
        line = f"line {first.line}: " if first.line > 1 else ""
        more = len(rejects) - 1
        also = f"; {more} more set aside" if more else ""
        raise InputError(f"{first.file}: {line}{first.reason}{also}")
    raise InputError(
        f"{first.file}: no row can be used, {len(rejects)} were set aside; "
        f"the first, line {first.line}: {first.reason}"
    )


def _role_values(
    connection: duckdb.DuckDBPyConnection,
    types: dict[str, str],
    role: str | None,
    mapping: Mapping[str, Role],
) -> tuple[bool, tuple[str, ...]]:
    if role is None:
        return False, ()
    run(
        connection,
        f"SELECT {as_text(quoted(role), types[role])}, count(*) FROM input "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
    )
    counts: Counter[str] = Counter()
    known = False
    while rows := fetched(connection):
        for value, count in rows:
            if value is None or not value.strip():
                continue
            if role_of(value, mapping) != "unknown":
                known = True
            elif len(counts) < 20 and value != "unknown":  # that is what it stays
                counts[value] = count
    return known, tuple(counts)
