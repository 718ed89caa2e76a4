"""From one file to a part: its whole rows as a source that DuckDB can load.

Text files are screened line by line first (see :mod:`.csv_rows` and
:mod:`.json_rows`), and what is whole is written to a scratch file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import duckdb

from empathy_score.errors import InputError
from empathy_score.readers.csv_rows import (
    csv_rows,
    delimiter_of,
    header_of,
    long_fields,
)
from empathy_score.readers.documents import json_records
from empathy_score.readers.json_rows import json_rows, type_of
from empathy_score.readers.recognition import Recognised, text_of
from empathy_score.readers.rejects import MAX_COLUMNS, MAX_ROW, Reject, Row
from empathy_score.readers.sql import (
    column_name,
    column_types,
    file_literal,
    is_nested,
    literal,
    quoted,
)
from empathy_score.readers.turn_rows import TURN_COLUMNS

# The longest row is 4 bytes for each character, and each quote may be doubled.
_LONGEST = 4 * MAX_ROW + (1 << 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file, ready for DuckDB.

    Parameters
    ----------
    file : str
        The file, as the caller named it; of several, the first.
    source : str
        SQL of the table function or query that reads it.
    line, file_of_row : str
        SQL for the line that a row starts on, and for the file that it stands in.
    types : dict
        Columns and their DuckDB types; None where all values are null.
    n_rows : int
        Rows that ``source`` gives.
    rejects : tuple of Reject
        Rows that were set aside.
    scratch : Path, optional
        File that ``source`` reads, to be removed after loading.
    """

    file: str
    source: str
    line: str
    file_of_row: str
    types: dict[str, str | None]
    n_rows: int
    rejects: tuple[Reject, ...] = ()
    scratch: Path | None = None


def part_of(
    connection: duckdb.DuckDBPyConnection, opened: Recognised, scratch: Path
) -> Part:
    r"""Screen one table and give it as a part that DuckDB can load.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Looks into Parquet files.
    opened : Recognised
        A file with one message per row.
    scratch : Path
        File for the whole rows of a text file.

    Returns
    -------
    Part

    Examples
    --------
    >>> import tempfile
    >>> from empathy_score.readers.recognition import recognise
    >>> from empathy_score.readers.sources import Source
    >>> with tempfile.TemporaryDirectory() as name, duckdb.connect() as connection:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("role,text\nagent,Sorry!\n")
    ...     opened = recognise(Source(name="chat.csv", path=file), None, None)
    ...     part = part_of(connection, opened, Path(name, "part"))
    >>> part.n_rows, part.types
    (1, {'role': 'VARCHAR', 'text': 'VARCHAR'})
    """
    part = _part_of(connection, opened, scratch)
    if len(part.types) > MAX_COLUMNS:
        raise InputError(
            f"{part.file}: has {len(part.types):,} columns; at most {MAX_COLUMNS:,} "
            "can be read: leave out those that nobody needs"
        )
    return part


def _part_of(
    connection: duckdb.DuckDBPyConnection, opened: Recognised, scratch: Path
) -> Part:
    file, form = opened.source.name, opened.format.name
    if form == "parquet":
        return _parquet_part(connection, opened)
    if form == "excel":
        # Imported here: it gives a Part itself.
        from empathy_score.readers.excel import excel_part

        return excel_part(opened.source.path, file, scratch)
    with text_of(opened) as lines, long_fields():
        if form in {"csv", "tsv"}:
            delimiter = "\t" if form == "tsv" else delimiter_of(opened.start)
            return _csv_part(lines, file, opened.codec, delimiter, scratch)
        return _json_part(lines, opened, scratch)


def turns_part(file: str, n_rows: int, scratch: Path) -> Part:
    """Give the turns that :func:`~.turn_rows.write_turns` wrote as a part.

    Parameters
    ----------
    file : str
        The first file they come from.
    n_rows : int
        How many there are.
    scratch : Path
        Where they stand.

    Returns
    -------
    Part
    """
    types = {"__file": "VARCHAR", "__line": "BIGINT", **TURN_COLUMNS}
    return Part(
        file=file,
        source=json_source(scratch, types),
        line="__line",
        file_of_row="__file",
        types=dict(TURN_COLUMNS),
        n_rows=n_rows,
        scratch=scratch,
    )


def _parquet_part(connection: duckdb.DuckDBPyConnection, opened: Recognised) -> Part:
    file = opened.source.name
    read = (
        f"read_parquet({file_literal(opened.source.path)}, file_row_number = true, "
        "hive_partitioning = false)"
    )
    try:
        kinds = column_types(connection, read)
        kinds.pop("file_row_number")
        cells = (
            f"{_cell(connection, name, kind)} AS {quoted(column_name(name, position))}"
            for position, (name, kind) in enumerate(kinds.items(), 1)
        )
        source = (
            f"(SELECT file_row_number + 1 AS __line, {', '.join(cells)} FROM {read})"
        )
        types: dict[str, str | None] = {**column_types(connection, source)}
        found = connection.execute(f"SELECT count(*) FROM {read}").fetchone()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{file}: cannot be read as Parquet: {reason}") from error
    types.pop("__line")
    return Part(
        file=file,
        source=source,
        line="__line",
        file_of_row=literal(file),
        types=types,
        n_rows=found[0] if found else 0,
        scratch=opened.source.path if opened.source.is_scratch else None,
    )


def _cell(connection: duckdb.DuckDBPyConnection, name: str, kind: str) -> str:
    """Take a column; as JSON where DuckDB cannot make a column of its own type."""
    if is_nested(kind):
        try:
            connection.execute(f"SELECT CAST(NULL AS {kind})")
        except duckdb.Error:  # a field without a name
            return f"to_json({quoted(name)})"
    return quoted(name)


def _csv_part(
    lines: TextIO, file: str, codec: str, delimiter: str, scratch: Path
) -> Part:
    header, line = header_of(lines, file, codec, delimiter)
    rejects: list[Reject] = []
    rows = csv_rows(
        iter(lines),
        file=file,
        delimiter=delimiter,
        width=len(header),
        line=line,
        codec=codec,
    )
    n_rows = 0
    with scratch.open("w", encoding="utf-8", newline="") as out:
        for batch in _batches(rows, rejects):
            out.writelines(f"{line}{delimiter}{row}\n" for line, row in batch)
            n_rows += len(batch)
    kinds = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in ("__line", *header))
    return Part(
        file=file,
        source=f"read_csv({file_literal(scratch)}, auto_detect = false, "
        f"header = false, delim = {literal(delimiter)}, quote = '\"', escape = '\"', "
        f"new_line = '\\n', parallel = false, max_line_size = {_LONGEST}, "
        f"buffer_size = {2 * _LONGEST}, columns = {{{kinds}}})",
        line="CAST(__line AS BIGINT)",
        file_of_row=literal(file),
        types=dict.fromkeys(header, "VARCHAR"),
        n_rows=n_rows,
        rejects=tuple(rejects),
        scratch=scratch,
    )


def _json_part(lines: TextIO, opened: Recognised, scratch: Path) -> Part:
    file = opened.source.name
    if opened.shape == "document":
        raise InputError(
            f"{file}: holds no JSON records; needed is an array of objects, "
            "or one object per line"
        )
    kinds: dict[str, set[object]] = {}
    rejects: list[Reject] = []
    records = json_records(lines, file, opened.shape)
    rows = json_rows(records, file=file, codec=opened.codec, kinds=kinds)
    n_rows = 0
    with scratch.open("w", encoding="utf-8", newline="") as out:
        for batch in _batches(rows, rejects):
            out.writelines(
                f'{{"__line":{line}{"" if row == "{}" else ","}{row[1:]}\n'
                for line, row in batch
            )
            n_rows += len(batch)
    return jsonl_part(scratch, file, kinds, n_rows, rejects)


def jsonl_part(
    scratch: Path,
    file: str,
    kinds: Mapping[str, set[object]],
    n_rows: int,
    rejects: Sequence[Reject],
) -> Part:
    """Give a part whose rows are JSON lines, each with its ``__line``.

    Parameters
    ----------
    scratch : Path
        The JSON lines.
    file : str
        Where the rows come from, as the caller named it.
    kinds : mapping
        Columns and the types that occurred in each.
    n_rows : int
        How many lines ``scratch`` has.
    rejects : sequence of Reject
        Rows that are not among them.

    Returns
    -------
    Part

    Examples
    --------
    >>> part = jsonl_part(Path("part-0"), "a.jsonl", {"text": {str}}, 1, [])
    >>> part.types, part.line
    ({'text': 'VARCHAR'}, '__line')
    """
    types = {name: type_of(seen) for name, seen in kinds.items()}
    return Part(
        file=file,
        source=json_source(scratch, {"__line": "BIGINT", **types}),
        line="__line",
        file_of_row=literal(file),
        types=types,
        n_rows=n_rows,
        rejects=tuple(rejects),
        scratch=scratch,
    )


def json_source(scratch: Path, types: Mapping[str, str | None]) -> str:
    """Write the SQL that reads a scratch file of JSON lines."""
    listed = ", ".join(
        f"{literal(name)}: {literal(kind or 'VARCHAR')}" for name, kind in types.items()
    )
    return (
        f"read_json({file_literal(scratch)}, format = 'newline_delimited', "
        f"maximum_object_size = {_LONGEST}, columns = {{{listed}}})"
    )


def _batches(
    rows: Iterable[Row | Reject], rejects: list[Reject]
) -> Iterator[list[Row]]:
    """Yield rows by the thousand; rejects go to the list."""
    batch: list[Row] = []
    for row in rows:
        if isinstance(row, Reject):
            rejects.append(row)
            continue
        batch.append(row)
        if len(batch) >= 1_000:
            yield batch
            batch = []
    yield batch
