"""Tables of messages: CSV, TSV, JSON lines, JSON arrays and Parquet, on DuckDB.

Each file becomes a part (see :mod:`.parts`); DuckDB loads what is whole into one
table on disk, so that exports larger than memory work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from empathy_score.columns import Columns, check_meanings, recognise_columns, role_of
from empathy_score.errors import InputError
from empathy_score.readers.formats import format_of
from empathy_score.readers.loading import load, merged_types
from empathy_score.readers.parts import Part, part_of
from empathy_score.readers.rejects import Reject
from empathy_score.readers.sql import as_text, database, fetched, quoted, run
from empathy_score.records import Role


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


def open_export(
    paths: Sequence[Path | str],
    *,
    columns: Mapping[str, str] | None = None,
    roles: Mapping[str, Role] | None = None,
    encoding: str | None = None,
    format: str | None = None,  # noqa: A002
    folder: Path,
) -> Export:
    r"""Read files with one message per row into one table.

    Parameters
    ----------
    paths : sequence of Path or str
        CSV, TSV, JSON lines, JSON arrays of objects, or Parquet; several are
        joined by the names of their columns.
    columns : mapping, optional
        Meaning to column name, as :func:`recognise_columns` takes them.
    roles : mapping, optional
        The caller's names of roles.
    encoding : str, optional
        Encoding of text files; UTF-8, or what the byte order mark says.
    format : {"csv", "tsv", "jsonl", "json", "parquet"}, optional
        Instead of what the endings say.
    folder : Path
        Existing scratch folder for the database; the caller removes it.

    Returns
    -------
    Export

    Raises
    ------
    InputError
        A file cannot be used at all, or no row is left.

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
    formats = [format_of(Path(path), format) for path in paths]
    connection = database(folder)
    try:
        parts = [
            part_of(connection, str(path), form, encoding, folder / f"part-{number}")
            for number, (path, form) in enumerate(zip(paths, formats, strict=True))
        ]
        set_aside = [one for part in parts for one in part.rejects]
        _check_any(parts, sum(part.n_rows for part in parts), set_aside)
        types = merged_types(parts)
        found = recognise_columns(list(types), **(columns or {}))
        n_rows, blank = load(connection, parts, types, found.text)
        order = {str(path): number for number, path in enumerate(paths)}
        rejects = sorted(set_aside + blank, key=lambda one: (order[one.file], one.line))
        _check_any(parts, n_rows, rejects)
        known, unknown = _role_values(connection, types, found.role, roles or {})
    except BaseException:
        connection.close()
        raise
    return Export(
        connection=connection,
        columns=found,
        names=tuple(types),
        n_rows=n_rows,
        rejects=tuple(rejects),
        roles=dict(roles or {}),
        has_roles=known,
        unknown_roles=unknown,
        folder=folder,
    )


def _check_any(parts: Sequence[Part], n_rows: int, rejects: Sequence[Reject]) -> None:
    if n_rows:
        return
    if not rejects:
        raise InputError(f"{parts[0].file}: holds no rows")
    first = rejects[0]
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
            elif len(counts) < 20:
                counts[value] = count
    return known, tuple(counts)
