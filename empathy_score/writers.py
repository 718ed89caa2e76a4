"""Scored tables out: the input's columns, then the scores, in input order."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import duckdb
import numpy as np

from empathy_score.errors import InputError
from empathy_score.joined_scores import JOINED, join_scores, scored_columns
from empathy_score.readers.rejects import Reject, rejects_path
from empathy_score.readers.sql import (
    as_text,
    interruptible,
    is_nested,
    literal,
    quoted,
)
from empathy_score.readers.table import Export

OUT_ENDINGS = (".csv", ".jsonl", ".parquet")
"""Endings of files that can be written."""

_FORMULA = r"^[=+\-@\t\r]"  # what a spreadsheet runs, or drops to find it
_ROW_GROUP_BYTES = 32_000_000
_FORMATS = {
    ".csv": "FORMAT csv, HEADER true",
    ".jsonl": "FORMAT json",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
}


def check_out(out: Path, inputs: Sequence[Path | str]) -> None:
    """Raise unless OUT can be written without harm to the inputs.

    Parameters
    ----------
    out : Path
        The file to write.
    inputs : sequence of Path or str
        The files that are read.

    Raises
    ------
    InputError
        Unknown ending, OUT or its rejects file is an input, no such folder, OUT
        is a folder, or the folder cannot be written to.

    Examples
    --------
    >>> check_out(Path("scores.xlsx"), [])
    Traceback (most recent call last):
    empathy_score.errors.InputError: scores.xlsx: unknown ending '.xlsx'; \
allowed: .csv, .jsonl, .parquet
    """
    if out.is_dir():
        raise InputError(f"{out}: is a folder; name a file in it")
    if out.suffix.lower() not in OUT_ENDINGS:
        raise InputError(
            f"{out}: unknown ending {out.suffix!r}; allowed: {', '.join(OUT_ENDINGS)}"
        )
    check_beside(out, inputs)


def check_beside(out: Path, inputs: Sequence[Path | str]) -> None:
    """Raise unless files can be written beside OUT, whatever OUT is.

    Examples
    --------
    >>> check_beside(Path("no-such-folder/scored.table"), [])
    Traceback (most recent call last):
    empathy_score.errors.InputError: no-such-folder: there is no such folder; \
create it first
    """
    if not out.parent.is_dir():
        raise InputError(f"{out.parent}: there is no such folder; create it first")
    for path in map(Path, inputs):
        if _same(out, path):
            raise InputError(f"{out}: is an input too; name another output")
        if _same(rejects_path(out), path):
            raise InputError(
                f"{path}: is an input, and the file for set-aside rows of {out.name}; "
                "name another output"
            )
    if not os.access(out.parent, os.W_OK):
        raise InputError(f"{out.parent}: cannot be written to; name another folder")


def part_path(folder: Path, name: str) -> Path:
    """Name the file of one part of the scores.

    Examples
    --------
    >>> part_path(Path("work"), "0001").as_posix()
    'work/parts/0001.jsonl'
    """
    return folder / "parts" / f"{name}.jsonl"


def add_scores(
    folder: Path, part_name: str, rows: Iterable[Mapping[str, object]]
) -> None:
    r"""Write one part file of scores, whole or not at all.

    Parameters
    ----------
    folder : Path
        The export's folder.
    part_name : str
        Name of the part; a part of the same name is replaced.
    rows : iterable of mapping
        ``__row`` and the score columns; floats keep full precision. NaN raises
        ValueError: what is not observable is None, and is left out.

    Examples
    --------
    >>> import tempfile
    >>> from empathy_score.readers import open_export
    >>> with tempfile.TemporaryDirectory() as name:
    ...     file = Path(name, "chat.csv")
    ...     _ = file.write_text("text\nSorry!\n")
    ...     export = open_export([file], folder=Path(name))
    ...     add_scores(export.folder, "0001", [{"__row": 0, "score": 0.5}])
    ...     n_rows = write_scored(export, Path(name, "o.csv"), {"score": "DOUBLE"})
    ...     export.connection.close()
    ...     print(n_rows, Path(name, "o.csv").read_text().split())
    1 ['text,score', 'Sorry!,0.5']
    """
    path = part_path(folder, part_name)
    path.parent.mkdir(exist_ok=True)
    encode = json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_python
    ).encode
    with (
        _replacing(path) as unfinished,
        unfinished.open("w", encoding="utf-8", newline="\n") as out,
    ):
        for row in rows:
            known = {name: value for name, value in row.items() if value is not None}
            out.write(encode(known) + "\n")


def write_scored(
    export: Export, out: Path, schema: Mapping[str, str], *, safe_csv: bool = False
) -> int:
    """Join the input and the parts, and write OUT whole or not at all.

    Every input column stays, in its order; the added ones follow. An input column
    with the name of an added one becomes ``<name>_input``. In CSV nested values
    are JSON text.

    Parameters
    ----------
    export : Export
        The input; scores are in the parts of its folder.
    out : Path
        A ``.csv``, ``.jsonl`` or ``.parquet`` file; see :func:`check_out`.
    schema : mapping
        Names of the added columns, in order, and their DuckDB types.
    safe_csv : bool, default False
        Whether text in CSV that a spreadsheet would take for a formula (it begins
        with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return) gets an
        apostrophe before it, the names of columns as well.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    InputError
        OUT cannot be written, or two parts score one row.

    Examples
    --------
    See :func:`add_scores`.
    """
    ending = out.suffix.lower()
    if ending not in _FORMATS:
        check_out(out, [])
    safe_csv = safe_csv and ending == ".csv"
    value = _values(ending, safe_csv=safe_csv)
    named = _safe_name if safe_csv else str
    listed = ", ".join(
        f"{value(column.sql, column.kind)} AS {quoted(named(column.name))}"
        for column in scored_columns(export, schema)
    )
    query = f"SELECT {listed} FROM {JOINED}"
    with _replacing(out) as unfinished:
        try:
            with interruptible():
                join_scores(export, schema, out)
                options = _FORMATS[ending]
                if ending == ".parquet":
                    options += f", ROW_GROUP_SIZE {_row_group(export)}"
                export.connection.execute(
                    f"COPY ({query}) TO {literal(str(unfinished))} ({options})"
                )
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"{out}: could not be written: {reason}") from error
    return export.n_rows


def write_rejects(out: Path, rejects: Sequence[Reject]) -> Path | None:
    """Write the set-aside rows beside OUT; with none, remove a stale file.

    Returns
    -------
    Path or None
        ``<stem of OUT>.rejects.jsonl``: objects with ``file``, ``line``,
        ``reason`` and ``raw``.

    Examples
    --------
    >>> import tempfile
    >>> one = Reject(file="a.csv", line=3, reason="empty text", raw="7,")
    >>> with tempfile.TemporaryDirectory() as name:
    ...     print(write_rejects(Path(name, "scores.csv"), [one]).name)
    ...     print(write_rejects(Path(name, "scores.csv"), []))
    scores.rejects.jsonl
    None
    """
    path = rejects_path(out)
    if not rejects:
        path.unlink(missing_ok=True)
        return None
    with (
        _replacing(path) as unfinished,
        unfinished.open("w", encoding="utf-8", newline="\n") as handle,
    ):
        handle.writelines(
            json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in rejects
        )
    return path


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a name beside path; rename it at the end, remove it on any failure."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield unfinished
        os.replace(unfinished, path)  # noqa: PTH105
    except OSError as error:
        raise InputError(f"{path}: could not be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _python(value: object) -> object:
    """Turn a NumPy number into Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be a score")


def _safe_name(name: str) -> str:
    return f"'{name}" if re.match(_FORMULA, name) else name


def _values(ending: str, *, safe_csv: bool = False) -> Callable[[str, str], str]:
    def value(column: str, kind: str) -> str:
        if ending == ".csv" and (kind == "JSON" or is_nested(kind)):
            column, kind = as_text(column, kind), "VARCHAR"
        if safe_csv and kind == "VARCHAR":
            formula = f"regexp_matches({column}, {literal(_FORMULA)})"
            mark = literal("'")
            return (
                f"CASE WHEN {formula} THEN concat({mark}, {column}) ELSE {column} END"
            )
        if ending == ".jsonl" and kind in {"DOUBLE", "FLOAT"}:
            # JSON has no word for NaN and infinity.
            return f"CASE WHEN isfinite({column}) THEN {column} END"
        return column

    return value


def _row_group(export: Export) -> int:
    """Say how many rows of Parquet fit into memory together."""
    found = export.connection.execute(
        f"SELECT avg(strlen(CAST({quoted(export.columns.text)} AS VARCHAR))) FROM input"
    ).fetchone()
    size = float(found[0]) if found and found[0] else 1.0
    return max(2_048, min(122_880, int(_ROW_GROUP_BYTES / size)))
