"""Tables of messages: CSV, TSV, JSON lines, JSON arrays and Parquet, on DuckDB.

Text files are screened line by line first (see :mod:`.rejects`); DuckDB loads
what is whole into one table on disk, so that exports larger than memory work.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import duckdb

from empathy_score.columns import (
    Columns,
    check_meanings,
    recognise_columns,
    role_of,
    seconds_of,
)
from empathy_score.errors import InputError
from empathy_score.readers.rejects import (
    MAX_ROW,
    Reject,
    Row,
    array_records,
    column_name,
    csv_rows,
    json_rows,
    long_fields,
    reject,
)
from empathy_score.records import Role, Utterance

ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
}
"""Endings of files that can be read, and their formats."""

_HEAD = 1 << 16
_FETCH = 2_000
_UNIT_ROWS = 100_000
_UNIT_BYTES = 16_000_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SETTINGS = ("threads = 2", "TimeZone = 'UTC'", "preserve_insertion_order = true")
_WHOLE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
)
_FRACTIONS = ("FLOAT", "DOUBLE")
# The longest row is 4 bytes for each character, and each quote may be doubled.
_LONGEST = 4 * MAX_ROW + (1 << 20)
_NOT_BLANK = r"[^\s\x0b\p{Z}\x{200b}\x{feff}]"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One file, ready for DuckDB."""

    file: str
    source: str
    line: str
    types: dict[str, str | None]
    n_rows: int
    rejects: tuple[Reject, ...] = ()
    scratch: Path | None = None


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
    formats = [_format_of(Path(path), format) for path in paths]
    connection = _database(folder)
    try:
        parts = [
            _part(connection, str(path), form, encoding, folder / f"part-{number}")
            for number, (path, form) in enumerate(zip(paths, formats, strict=True))
        ]
        set_aside = [one for part in parts for one in part.rejects]
        _check_any(parts, sum(part.n_rows for part in parts), set_aside)
        types = _merged_types(parts)
        found = recognise_columns(list(types), **(columns or {}))
        n_rows, blank = _load(connection, parts, types, found.text)
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


def conversations(
    export: Export, batch_size: int = 20_000
) -> Iterator[list[Utterance]]:
    r"""Yield whole conversations, in batches of about ``batch_size`` utterances.

    Conversations come in order of first appearance. Within one, utterances go by
    start time where each has one, else by turn number where each has one, else as
    in the file. Without a conversation column a file is one conversation if there
    is a role column, and each row is one if there is none; so is a row whose
    conversation is empty.

    Parameters
    ----------
    export : Export
    batch_size : int
        A batch ends with the conversation that reaches it.

    Yields
    ------
    list of Utterance

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("ticket_id,turn,text\nB,2,bye\nA,1,hello\nB,1,hi\n")
    ...     export = open_export([file], folder=Path(name))
    ...     batches = list(conversations(export))
    ...     export.connection.close()
    >>> [(turn.row, turn.conversation, turn.text) for turn in batches[0]]
    [(2, 'B', 'hi'), (0, 'B', 'bye'), (1, 'A', 'hello')]
    """
    batch: list[Utterance] = []
    turns_of_all = _turns(export, max(batch_size, _UNIT_ROWS))
    grouped = itertools.groupby(turns_of_all, key=lambda turn: turn[0].conversation)
    for _, turns in grouped:
        batch += _in_order(list(turns))
        if len(batch) >= batch_size:
            yield batch
            batch = []
    if batch:
        yield batch


def quoted(name: str) -> str:
    """Quote a column name for SQL.

    Examples
    --------
    >>> quoted('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a string for SQL.

    Examples
    --------
    >>> print(literal("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def file_literal(path: Path | str) -> str:
    """Quote the name of one file to read for SQL, so that it is no pattern.

    Examples
    --------
    >>> print(file_literal("calls[1].parquet"))
    'calls[[]1].parquet'
    """
    plain = "".join(f"[{sign}]" if sign in "[*?" else sign for sign in str(path))
    return literal(plain)


def is_nested(kind: str) -> bool:
    """Tell whether a DuckDB type holds others.

    Examples
    --------
    >>> is_nested("INTEGER[]"), is_nested("VARCHAR")
    (True, False)
    """
    return kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))


def as_text(column: str, kind: str) -> str:
    """Write the SQL that gives a column as text: strings without JSON's quotes.

    Examples
    --------
    >>> print(as_text(quoted("meta"), "JSON"))
    ("meta" ->> '$')
    """
    if kind == "VARCHAR":
        return column
    if kind == "JSON":
        return f"({column} ->> '$')"
    if is_nested(kind):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C during a query be KeyboardInterrupt; DuckDB says RuntimeError.

    Examples
    --------
    >>> with duckdb.connect() as connection, interruptible():
    ...     connection.execute("SELECT 1").fetchone()
    (1,)
    """
    try:
        yield
    except (RuntimeError, duckdb.InterruptException) as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from error
        raise


def column_types(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    """Give the columns of a table or table function and their DuckDB types.

    Examples
    --------
    >>> with duckdb.connect() as connection:
    ...     column_types(connection, "(SELECT 1 AS a)")
    {'a': 'INTEGER'}
    """
    rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _database(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        str(folder / "input.duckdb"),
        config={
            "memory_limit": "300MB",
            "temp_directory": str(folder / "spill"),
            # Never the network: everything needed is built in.
            "autoinstall_known_extensions": False,
        },
    )
    for setting in _SETTINGS:
        connection.execute(f"SET {setting}")
    # A scratch table: loading is faster where nothing is compressed.
    connection.execute("PRAGMA force_compression = 'uncompressed'")
    return connection


def _format_of(path: Path, named: str | None) -> str:
    allowed = sorted(set(ENDINGS.values()))
    if named is not None and named not in allowed:
        raise InputError(f"no format {named!r}; allowed: {', '.join(allowed)}")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name the files in it")
    if not path.exists():
        raise InputError(f"{path}: there is no such file")
    try:
        with path.open("rb") as handle:
            empty = not handle.read(1)
    except OSError as error:
        raise InputError(f"{path}: cannot be opened: {error.strerror}") from error
    if empty:
        raise InputError(f"{path}: is empty; export it again")
    found = named or ENDINGS.get(path.suffix.lower())
    if found is None:
        raise InputError(
            f"{path}: unknown ending {path.suffix!r}; allowed: {', '.join(ENDINGS)}, "
            "or name the format with format= / --format"
        )
    return found


def _part(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    form: str,
    encoding: str | None,
    scratch: Path,
) -> _Part:
    if form == "parquet":
        return _parquet_part(connection, file)
    head = _head(file)
    codec = _codec(file, head, encoding)
    start = _decoded_head(head, codec)
    newline = "\r" if "\r" in start and "\n" not in start else "\n"
    # UTF-16 and UTF-32 cannot carry undecodable bytes on; the rest can.
    errors = "replace" if codec in {"utf-16", "utf-32"} else "surrogateescape"
    try:
        with (
            Path(file).open(encoding=codec, errors=errors, newline=newline) as lines,
            long_fields(),
        ):
            if form in {"csv", "tsv"}:
                delimiter = "\t" if form == "tsv" else _delimiter(start)
                return _csv_part(lines, file, codec, delimiter, scratch)
            return _json_part(lines, file, codec, form, start, scratch)
    except UnicodeError as error:
        raise InputError(f"{file}: is not valid {codec}: {error}") from error


def _parquet_part(connection: duckdb.DuckDBPyConnection, file: str) -> _Part:
    read = (
        f"read_parquet({file_literal(file)}, file_row_number = true, "
        "hive_partitioning = false)"
    )
    try:
        names = list(column_types(connection, read))
        names.remove("file_row_number")
        cells = (
            f"{quoted(name)} AS {quoted(column_name(name, position))}"
            for position, name in enumerate(names, 1)
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
    return _Part(
        file=file,
        source=source,
        line="__line",
        types=types,
        n_rows=found[0] if found else 0,
    )


def _head(file: str) -> bytes:
    with Path(file).open("rb") as handle:
        head = handle.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        raise InputError(f"{file}: is a spreadsheet or zip file; save it as CSV")
    if head.startswith(b"\x1f\x8b"):
        raise InputError(f"{file}: is compressed with gzip; unpack it first")
    return head


def _codec(file: str, head: bytes, encoding: str | None) -> str:
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return codec
    if encoding is not None:
        try:
            "".encode(encoding)
        except LookupError as error:
            raise InputError(
                f"no text encoding {encoding!r}; usual ones: utf-8, cp1252, utf-16"
            ) from error
        return codecs.lookup(encoding).name
    if head.count(0) > len(head) // 4:
        raise InputError(
            f"{file}: is no UTF-8 text; if it is UTF-16, say encoding='utf-16-le' / "
            "--encoding utf-16-le"
        )
    return "utf-8"


def _decoded_head(head: bytes, codec: str) -> str:
    decoder = codecs.getincrementaldecoder(codec)(errors="replace")
    return decoder.decode(head).lstrip("\ufeff")


def _delimiter(head: str) -> str:
    """Choose the sign that gives the most rows the width of the header."""
    best, chosen = (0, 0), "\x1f"
    cut = head.rpartition("\n")[0] if len(head) >= _HEAD // 4 else head
    for sign in ",;\t|":
        rows = csv.reader(io.StringIO(cut, newline=""), delimiter=sign)
        widths: list[int] = []
        try:
            widths += (len(row) for row in itertools.islice(rows, 200) if row)
        except csv.Error:
            continue
        if (
            widths
            and widths[0] > 1
            and (
                score := (
                    widths.count(widths[0]) * 100 // len(widths),
                    widths[0],
                )
            )
            > best
        ):
            best, chosen = score, sign
    # A file of one column has no delimiter: commas in it are text.
    return chosen


def _csv_part(
    lines: TextIO, file: str, codec: str, delimiter: str, scratch: Path
) -> _Part:
    header, line = _header(lines, file, codec, delimiter)
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
    return _Part(
        file=file,
        source=f"read_csv({file_literal(scratch)}, auto_detect = false, "
        f"header = false, delim = {literal(delimiter)}, quote = '\"', escape = '\"', "
        f"new_line = '\\n', parallel = false, max_line_size = {_LONGEST}, "
        f"buffer_size = {2 * _LONGEST}, columns = {{{kinds}}})",
        line="CAST(__line AS BIGINT)",
        types=dict.fromkeys(header, "VARCHAR"),
        n_rows=n_rows,
        rejects=tuple(rejects),
        scratch=scratch,
    )


def _header(
    lines: TextIO, file: str, codec: str, delimiter: str
) -> tuple[list[str], int]:
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    try:
        cells = next(row for row in reader if row)
        ",".join(cells).encode()
    except (csv.Error, StopIteration) as error:
        raise InputError(f"{file}: has no header line with column names") from error
    except UnicodeEncodeError as error:
        raise InputError(
            f"{file}: the header is not valid {codec.upper()}; name the file's "
            "encoding with encoding= / --encoding, for instance cp1252"
        ) from error
    names: list[str] = []
    for position, cell in enumerate(cells, 1):
        name = column_name(cell.lstrip("\ufeff"), position)
        taken = {known.lower() for known in names}
        tries = (f"{name}_{number}" for number in itertools.count(2))
        free = (
            one for one in itertools.chain([name], tries) if one.lower() not in taken
        )
        names.append(next(free))
    return names, reader.line_num


def _json_part(
    lines: TextIO, file: str, codec: str, form: str, start: str, scratch: Path
) -> _Part:
    records: Iterator[Row] = enumerate(lines, 1)
    if form == "json" and start.lstrip().startswith("["):
        records = array_records(lines, file)
    elif form == "json" and not _is_json_object(start.lstrip().partition("\n")[0]):
        raise InputError(
            f"{file}: holds no JSON records; needed is an array of objects, "
            "or one object per line"
        )
    kinds: dict[str, set[object]] = {}
    rejects: list[Reject] = []
    rows = json_rows(records, file=file, codec=codec, kinds=kinds)
    n_rows = 0
    with scratch.open("w", encoding="utf-8", newline="") as out:
        for batch in _batches(rows, rejects):
            out.writelines(
                f'{{"__line":{line}{"" if row == "{}" else ","}{row[1:]}\n'
                for line, row in batch
            )
            n_rows += len(batch)
    types = {name: _json_type(seen) for name, seen in kinds.items()}
    listed = ", ".join(
        f"{literal(name)}: {literal(kind or 'VARCHAR')}"
        for name, kind in {"__line": "BIGINT", **types}.items()
    )
    return _Part(
        file=file,
        source=f"read_json({file_literal(scratch)}, format = 'newline_delimited', "
        f"maximum_object_size = {_LONGEST}, columns = {{{listed}}})",
        line="__line",
        types=types,
        n_rows=n_rows,
        rejects=tuple(rejects),
        scratch=scratch,
    )


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _json_type(seen: set[object]) -> str | None:
    seen = seen - {type(None)}
    if not seen:
        return None
    kinds: dict[object, str] = {
        int: "BIGINT",
        float: "DOUBLE",
        str: "VARCHAR",
        bool: "BOOLEAN",
    }
    if seen == {int, float}:
        return "DOUBLE"
    return kinds.get(next(iter(seen)), "JSON") if len(seen) == 1 else "JSON"


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


def _merged_types(parts: Sequence[_Part]) -> dict[str, str]:
    """Give all columns, in order of appearance, a type that holds every part's."""
    spelling: dict[str, str] = {}
    types: dict[str, str | None] = {}
    for part in parts:
        for own, kind in part.types.items():
            name = spelling.setdefault(own.lower(), own)
            types[name] = _common(types.get(name), kind)
    return {name: kind or "VARCHAR" for name, kind in types.items()}


def _common(one: str | None, other: str | None) -> str | None:
    if one is None or other is None or one == other:
        return one or other
    if one in _WHOLE and other in _WHOLE:
        return "BIGINT"
    numbers = _WHOLE + _FRACTIONS
    return "DOUBLE" if one in numbers and other in numbers else "VARCHAR"


def _load(
    connection: duckdb.DuckDBPyConnection,
    parts: Sequence[_Part],
    types: dict[str, str],
    text: str,
) -> tuple[int, list[Reject]]:
    """Fill ``input``; rows without text are set aside."""
    listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
    connection.execute(
        f"CREATE TABLE input (__row BIGINT, __file VARCHAR, __line BIGINT, {listed})"
    )
    n_rows = 0
    blank: list[Reject] = []
    connection.execute("SET threads = 1")  # row_number() then counts in file order
    for part in parts:
        own = {name.lower(): (name, kind) for name, kind in part.types.items()}
        reason = _blank_reason(own.get(text.lower()), text)
        cells = [
            f"{_converted(*own[name.lower()], kind)} AS {quoted(name)}"
            for name, kind in types.items()
            if name.lower() in own
        ]
        try:
            _run(
                connection,
                f"INSERT INTO input BY NAME SELECT row_number() OVER () + {n_rows - 1} "
                f"AS __row, {literal(part.file)} AS __file, {part.line} AS __line, "
                f"{', '.join(cells)} FROM {part.source} WHERE {reason} IS NULL",
            )
            kept = connection.execute("SELECT count(*) FROM input").fetchone()
            before, n_rows = n_rows, kept[0] if kept else 0
            missing = part.n_rows - (n_rows - before)
            found = list(_blank_rows(connection, part, reason)) if missing else []
            blank += found
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise InputError(f"{part.file}: cannot be loaded: {first}") from error
        if missing != len(found):
            raise InputError(
                f"{part.file}: {missing - len(found)} rows were not loaded"
            )
        if part.scratch is not None:
            part.scratch.unlink()
    connection.execute("RESET threads")
    connection.execute("SET threads = 2")
    return n_rows, blank


def _run(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    with interruptible():
        connection.execute(query)


def _fetched(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    with interruptible():
        return connection.fetchmany(_FETCH)


def _converted(name: str, kind: str | None, wanted: str) -> str:
    if kind == wanted:
        return quoted(name)
    if wanted == "VARCHAR":
        return as_text(quoted(name), kind or "VARCHAR")
    return f"CAST({quoted(name)} AS {wanted})"


def _blank_reason(own: tuple[str, str | None] | None, text: str) -> str:
    """Write the SQL for why a row cannot be scored; NULL where it can."""
    empty = literal("empty text")
    if own is None:
        return literal(f"empty text: the file has no column {text!r}")
    name, kind = own
    said = as_text(quoted(name), kind or "VARCHAR")
    blank = f"coalesce(NOT regexp_matches({said}, {literal(_NOT_BLANK)}), true)"
    if kind != "JSON" and not is_nested(kind or ""):
        return f"CASE WHEN {blank} THEN {empty} END"
    nested = f"json_type(to_json({quoted(name)})) IN ('OBJECT', 'ARRAY')"
    odd = literal("the text is a list or an object, not a string")
    return f"CASE WHEN {nested} THEN {odd} WHEN {blank} THEN {empty} END"


def _blank_rows(
    connection: duckdb.DuckDBPyConnection, part: _Part, reason: str
) -> Iterator[Reject]:
    cells = ", ".join(f"{literal(name)}: {quoted(name)}" for name in part.types if name)
    _run(
        connection,
        f"SELECT {part.line}, {reason}, CAST(to_json({{{cells}}}) AS VARCHAR) "
        f"FROM {part.source} WHERE {reason} IS NOT NULL",
    )
    while rows := _fetched(connection):
        for line, why, raw in rows:
            yield reject(part.file, line, why, raw)


def _check_any(parts: Sequence[_Part], n_rows: int, rejects: Sequence[Reject]) -> None:
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
    _run(
        connection,
        f"SELECT {as_text(quoted(role), types[role])}, count(*) FROM input "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
    )
    counts: Counter[str] = Counter()
    known = False
    while rows := _fetched(connection):
        for value, count in rows:
            if value is None or not value.strip():
                continue
            if role_of(value, mapping) != "unknown":
                known = True
            elif len(counts) < 20:
                counts[value] = count
    return known, tuple(counts)


def _turns(export: Export, unit_rows: int) -> Iterator[tuple[Utterance, float | None]]:
    """Yield utterances and their turn numbers, conversation by conversation.

    DuckDB sorts only row numbers: sorting long texts does not fit into its memory.
    Texts are fetched for a few thousand rows of whole conversations at a time.
    """
    columns = export.columns
    roles: dict[str | None, Role] = {}
    cursor = export.connection.cursor()
    try:
        query = _unit_query(export)
        for unit in list(_units(export, cursor, unit_rows)):
            with interruptible():
                rows = cursor.execute(query, unit).fetchall()
            for _, row, conversation, role, text, start, end, turn in sorted(rows):
                if role not in roles:
                    roles[role] = role_of(role, export.roles)
                utterance = Utterance(
                    row=row,
                    conversation=conversation,
                    role=roles[role],
                    text=text,
                    start=seconds_of(columns.start or "", start),
                    end=seconds_of(columns.end or "", end),
                )
                yield utterance, turn
    finally:
        cursor.close()


def _conversation_sql(export: Export, types: Mapping[str, str]) -> str:
    """Write the SQL for the conversation of a row of ``input AS i``."""
    alone = "'row-' || i.__row"
    name = export.columns.conversation
    if name is None:
        return alone if export.columns.role is None else "i.__file"
    named = as_text(f"i.{quoted(name)}", types[name])
    return f"coalesce(nullif(trim({named}), ''), {alone})"


def _units(
    export: Export, cursor: duckdb.DuckDBPyConnection, unit_rows: int
) -> Iterator[dict[str, int]]:
    """Yield runs of conversations, by first row, that fit into memory together."""
    types = column_types(cursor, "input")
    text = as_text(f"i.{quoted(export.columns.text)}", types[export.columns.text])
    conversation = _conversation_sql(export, types)
    _run(
        cursor,
        f"CREATE OR REPLACE TABLE firsts AS SELECT {conversation} AS id, "
        "min(i.__row) AS first, max(i.__row) AS last, count(*) AS n_rows, "
        f"sum(strlen({text})) AS n_bytes FROM input AS i GROUP BY 1",
    )
    _run(
        cursor,
        "CREATE OR REPLACE TABLE placed AS SELECT i.__row, f.first FROM input AS i "
        f"JOIN firsts AS f ON f.id = {conversation}",
    )
    _run(cursor, "SELECT first, last, n_rows, n_bytes FROM firsts ORDER BY first")
    unit, n_rows, n_bytes = {"first": 0, "until": 0, "last": 0}, 0, 0
    while rows := _fetched(cursor):
        for first, last, more_rows, more_bytes in rows:
            if n_rows >= unit_rows or n_bytes >= _UNIT_BYTES:
                yield unit
                unit, n_rows, n_bytes = {"first": first, "until": 0, "last": 0}, 0, 0
            unit = {**unit, "until": first, "last": max(last, unit["last"])}
            n_rows, n_bytes = n_rows + more_rows, n_bytes + more_bytes
    yield unit


def _unit_query(export: Export) -> str:
    columns = export.columns
    types = column_types(export.connection, "input")

    def text_of(name: str | None) -> str:
        return "NULL" if name is None else as_text(f"i.{quoted(name)}", types[name])

    return (
        f"SELECT p.first, i.__row, {_conversation_sql(export, types)}, "
        f"{text_of(columns.role)}, {text_of(columns.text)}, {text_of(columns.start)}, "
        f"{text_of(columns.end)}, TRY_CAST({text_of(columns.turn)} AS DOUBLE) "
        "FROM input AS i JOIN (SELECT __row, first FROM placed WHERE "
        "first BETWEEN $first AND $until AND __row BETWEEN $first AND $last) AS p "
        "ON p.__row = i.__row WHERE i.__row BETWEEN $first AND $last"
    )


def _in_order(turns: list[tuple[Utterance, float | None]]) -> list[Utterance]:
    said = [one for one, _ in turns]
    starts = [one.start for one in said if one.start is not None]
    numbers = [number for _, number in turns if number is not None]
    order = starts if len(starts) == len(said) else numbers
    if len(order) < len(said):
        return said
    return [said[at] for at in sorted(range(len(said)), key=order.__getitem__)]
