"""Scored files and frames, as the view ``input`` of a DuckDB database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb

from empathy_score.errors import InputError
from empathy_score.readers.sql import column_types, file_literal, literal
from empathy_score.score_columns import SCORE_COLUMNS

if TYPE_CHECKING:
    import narwhals as nw

_LONGEST_LINE = 64 * 2**20
_AS_WRITTEN = "allowed: .csv, .jsonl, .parquet, as empathy-score score writes them"


def names_files(table: object) -> bool:
    """Tell whether a caller named files rather than gave a frame.

    Examples
    --------
    >>> names_files("scored.csv"), names_files(["a.csv", "b.csv"]), names_files(None)
    (True, True, False)
    """
    return isinstance(table, str | Path | Sequence)


def paths_of(table: str | Path | Sequence[str | Path]) -> list[Path]:
    """Give the existing files that a caller named.

    Parameters
    ----------
    table : path or sequence of paths
        What was named.

    Returns
    -------
    list of Path

    Raises
    ------
    InputError
        If none was named, or there is no such file.

    Examples
    --------
    >>> paths_of("no-such.csv")
    Traceback (most recent call last):
    empathy_score.errors.InputError: no-such.csv: there is no such file
    """
    named = [table] if isinstance(table, str | Path) else [*table]
    if not named or not all(isinstance(one, str | Path) for one in named):
        raise InputError(f"no scored files are named by {table!r}")
    paths = [Path(one) for one in named]
    for path in paths:
        if not path.is_file():
            raise InputError(f"{path}: there is no such file")
    return paths


def view_files(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> None:
    """Make the view ``input`` of files, joined by the names of their columns.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Gets the view.
    paths : sequence of Path
        Existing files.

    Raises
    ------
    InputError
        If one has another ending or cannot be read.
    """
    sources = []
    for path in paths:
        try:
            source = _file_source(connection, path)
            column_types(connection, source)
        except (duckdb.Error, UnicodeError) as error:
            raise unreadable(str(path), error) from error
        sources.append(f"FROM {source}")
    connection.execute(f"CREATE VIEW input AS {' UNION ALL BY NAME '.join(sources)}")


def unreadable(title: str, error: Exception) -> InputError:
    """Make the error for a table that DuckDB cannot read.

    Examples
    --------
    >>> unreadable("a.csv", ValueError("line 3"))
    InputError('a.csv: cannot be read as a scored table: line 3')
    """
    reason = " ".join(str(error).split())[:300]
    return InputError(f"{title}: cannot be read as a scored table: {reason}")


def view_frame(
    connection: duckdb.DuckDBPyConnection,
    frame: nw.DataFrame[Any],
    names: Sequence[str],
    folder: Path,
) -> None:
    """Make the view ``input`` of some columns of a frame.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Gets the view.
    frame : narwhals DataFrame
        pandas, polars or pyarrow.
    names : sequence of str
        The columns that are needed.
    folder : Path
        Scratch folder.
    """
    native = frame.select(names).to_native()
    if frame.implementation.is_polars():  # registering would need pyarrow
        path = folder / "input.parquet"
        native.write_parquet(path)
        source = f"read_parquet({file_literal(path)})"
    elif frame.implementation.is_pandas():
        connection.register("frame", _plain_pandas(native))
        source = "frame"
    else:
        connection.register("frame", native)
        source = "frame"
    connection.execute(f"CREATE VIEW input AS FROM {source}")


def _file_source(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """Write the SQL that reads one file; texts stay texts."""
    name, ending = file_literal(path), path.suffix.lower()
    if ending == ".parquet":
        return f"read_parquet({name})"
    if ending == ".jsonl":
        return _json_source(connection, name)
    if ending != ".csv":
        raise InputError(f"{path}: unknown ending {ending!r}; {_AS_WRITTEN}")
    with path.open(encoding="utf-8-sig") as lines:
        header = lines.readline()
    delimiter = max(",;\t", key=header.count)
    return (
        f"read_csv({name}, header = true, all_varchar = true, quote = '\"', "
        f"escape = '\"', delim = {literal(delimiter)}, "
        # DuckDB 1 would take a buffer of sixteen lines.
        f"max_line_size = {_LONGEST_LINE}, buffer_size = {2 * _LONGEST_LINE})"
    )


def _json_source(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """Read each column as what it is: DuckDB would guess dates and numbers."""
    lines = f"read_json({name}, format = 'newline_delimited'"
    kinds = ", ".join(
        f"{literal(one)}: {literal(SCORE_COLUMNS.get(one, 'VARCHAR'))}"
        for one in column_types(connection, f"{lines})")
    )
    return f"{lines}, columns = {{{kinds}}})"


def _plain_pandas(frame: Any) -> Any:  # noqa: ANN401
    """Write cells of Python objects as texts; DuckDB guesses from the first ones."""
    texts = {
        name: [_cell_text(cell) for cell in frame[name]]
        for name in frame.columns
        if frame[name].dtype == object
    }
    return frame.reset_index(drop=True).assign(**texts)


def _cell_text(cell: Any) -> str | None:  # noqa: ANN401
    if isinstance(cell, str):
        return cell
    if hasattr(cell, "tolist"):
        cell = cell.tolist()
    if isinstance(cell, list | tuple | dict):
        return json.dumps(cell, ensure_ascii=False)
    missing = cell is None or cast(bool, cell != cell)
    return None if missing else str(cell)
