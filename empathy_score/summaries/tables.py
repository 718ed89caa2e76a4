"""Columns as a frame of the caller's kind, or as plain rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from empathy_score.readers.sql import literal, quoted
from empathy_score.scored_turns.sources import names_files
from empathy_score.summaries.groups import Columns
from empathy_score.writers import FORMATS, check_out, replacing


def frame_like(
    table: Any,  # noqa: ANN401
    columns: Columns,
    kinds: Mapping[str, str],
) -> Any:  # noqa: ANN401
    """Give columns as a frame of the same kind as ``table``.

    Parameters
    ----------
    table : frame, path or sequence of paths
        What the caller gave.
    columns : mapping of str to array
        Columns of one length; null is masked.
    kinds : mapping of str to str
        The columns wanted, in order: ``BIGINT``, ``DOUBLE``, or another for texts and
        dates.

    Returns
    -------
    frame, or list of dict
        Rows where paths were given; dates are then texts as ``2024-04-29``.

    Examples
    --------
    >>> columns = {"agent": np.array(["Ann"]), "turns": np.array([3])}
    >>> frame_like("scored.csv", columns, {"agent": "VARCHAR", "turns": "BIGINT"})
    [{'agent': 'Ann', 'turns': 3}]
    """
    if names_files(table):
        return plain_rows({name: columns[name] for name in kinds})
    from empathy_score.frames import table_of

    frame = table_of(table)
    native = frame.implementation.to_native_namespace()
    if frame.implementation.is_pandas():
        make, build = _pandas, native.DataFrame
    elif frame.implementation.is_polars():
        make, build = _polars, native.DataFrame
    else:
        make, build = _arrow, native.table
    return build({name: make(native, columns[name]) for name in kinds})


def plain_rows(columns: Columns) -> list[dict[str, Any]]:
    """Give columns as one dict for each row, of what JSON can hold.

    Parameters
    ----------
    columns : mapping of str to array
        Columns of one length; null is masked.

    Returns
    -------
    list of dict

    Examples
    --------
    >>> plain_rows({"week": np.array(["2024-04-29"], dtype="datetime64[D]")})
    [{'week': '2024-04-29'}]
    """
    lists = [
        (column.astype(str) if column.dtype.kind == "M" else column).tolist()
        for column in columns.values()
    ]
    return [
        dict(zip(columns, cells, strict=True)) for cells in zip(*lists, strict=True)
    ]


def write_columns(columns: Columns, kinds: Mapping[str, str], out: Path) -> None:
    """Write columns to a file.

    Parameters
    ----------
    columns : dict of str to array
        Columns of one length; null is masked.
    kinds : mapping of str to str
        The columns wanted, in order, with their SQL types.
    out : Path
        A ``.csv``, ``.jsonl`` or ``.parquet`` file; replaced where it is there.

    Raises
    ------
    InputError
        Another ending, or a folder that is not there or cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> columns = {"agent": np.array(["Ann"]), "turns": np.array([3])}
    >>> with tempfile.TemporaryDirectory() as name:
    ...     out = Path(name, "agents.csv")
    ...     write_columns(columns, {"agent": "VARCHAR", "turns": "BIGINT"}, out)
    ...     print(out.read_text().split())
    ['agent,turns', 'Ann,3']
    """
    check_out(out, [])
    rows = plain_rows({name: columns[name] for name in kinds})
    lists = [[row[name] for row in rows] for name in kinds]
    selected = ", ".join(
        f"unnest(${place}::{kind}[]) AS {quoted(name)}"
        for place, (name, kind) in enumerate(kinds.items(), 1)
    )
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE listed AS SELECT {selected}", lists)
        with replacing(out) as unfinished:
            connection.execute(
                f"COPY listed TO {literal(str(unfinished))} "
                f"({FORMATS[out.suffix.lower()]})"
            )


def _pandas(native: Any, column: npt.NDArray[Any]) -> Any:  # noqa: ANN401
    values, null = np.ma.getdata(column), np.ma.getmaskarray(column)
    if values.dtype.kind == "f":
        return np.where(null, np.nan, values)
    if values.dtype.kind == "i":
        return native.arrays.IntegerArray(values, null)
    return native.Series(values)


def _polars(native: Any, column: npt.NDArray[Any]) -> Any:  # noqa: ANN401
    kinds = {"f": native.Float64, "i": native.Int64, "O": native.String}
    kind = kinds.get(column.dtype.kind)
    values = np.ma.getdata(column) if kind is None else column.tolist()
    return native.Series(values, dtype=kind)


def _arrow(native: Any, column: npt.NDArray[Any]) -> Any:  # noqa: ANN401
    return native.array(np.ma.getdata(column), mask=np.ma.getmaskarray(column))
