"""Columns of scores in each kind of frame: pandas, polars, pyarrow."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt

from empathy_score.score_columns import SCORE_COLUMNS
from empathy_score.scored import Column, CueTable, Scored

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_FIELDS = {
    "label": str,
    "subtype": str,
    "start": int,
    "end": int,
    "text": str,
    "pattern": str,
    "negated": bool,
}


def native_columns(
    frame: nw.DataFrame[Any], scored: Scored, row_of: Ints
) -> dict[str, Any]:
    """Make the columns of scores in a frame's own kind.

    Parameters
    ----------
    frame : narwhals DataFrame
        The frame to which they are to belong.
    scored : Scored
        Some turns.
    row_of : ndarray of int, shape (n_rows,)
        The turn of each row of the frame; -1 for a row of null.

    Returns
    -------
    dict of str to Series, or to pyarrow ChunkedArray
        All of :data:`~empathy_score.score_columns.SCORE_COLUMNS` in their order; their
        types allow null.
    """
    native = frame.implementation.to_native_namespace()
    if frame.implementation.is_polars():
        one, of_cues = _polars, _polars_cues
    elif frame.implementation.is_pyarrow():
        one, of_cues = _arrow, _arrow_cues
    else:
        one, of_cues = _pandas, _pandas_cues
    in_order = np.array_equal(row_of, np.arange(len(scored.kinds)))
    columns = {
        name: one(native, *(_plain(values) if in_order else _spread(values, row_of)))
        for name, values in scored.columns.items()
    }
    columns["cues"] = of_cues(native, scored.cues, row_of)
    if frame.implementation.is_pyarrow():
        columns = {name: native.chunked_array([c]) for name, c in columns.items()}
    elif frame.implementation.is_pandas():
        index = frame.to_native().index
        columns = {name: native.Series(c, index=index) for name, c in columns.items()}
    return {name: columns[name] for name in SCORE_COLUMNS}


def _plain(values: Column) -> tuple[npt.NDArray[Any], Bools]:
    """Give the value of each turn, and where it is null."""
    return values.data, np.ma.getmaskarray(values)


def _spread(values: Column, row_of: Ints) -> tuple[npt.NDArray[Any], Bools]:
    """Give the value of each row, and where it is null."""
    if not len(values):
        return np.zeros(len(row_of), values.dtype), np.ones(len(row_of), np.bool_)
    null = np.ma.getmaskarray(values)[row_of] | (row_of < 0)
    return values.data[row_of], null


def _with_nan(values: npt.NDArray[Any], null: Bools) -> npt.NDArray[Any]:
    return np.where(null, np.nan, values)


def _pandas(native: Any, values: npt.NDArray[Any], null: Bools) -> Any:  # noqa: ANN401
    if values.dtype == np.float64:
        return _with_nan(values, null)
    if values.dtype == np.bool_:
        return native.arrays.BooleanArray(values, null)
    return native.arrays.IntegerArray(values, null)


def _pandas_cues(native: Any, cues: CueTable, row_of: Ints) -> Any:  # noqa: ANN401, ARG001
    found = np.empty(len(row_of), dtype=object)  # a list is one cell
    structs = cues.structs()
    for row, turn in enumerate(row_of.tolist()):
        found[row] = None if turn < 0 else structs[turn]
    return found


def _polars(native: Any, values: npt.NDArray[Any], null: Bools) -> Any:  # noqa: ANN401
    if values.dtype == np.float64:
        return native.Series(_with_nan(values, null), nan_to_null=True)
    series = native.Series(values)
    return series.set(native.Series(null), None) if null.any() else series


def _polars_cues(native: Any, cues: CueTable, row_of: Ints) -> Any:  # noqa: ANN401
    kinds = {str: native.String, int: native.Int64, bool: native.Boolean}
    schema = {name: kinds[kind] for name, kind in _FIELDS.items()}
    counts = np.diff(cues.first)
    has = counts > 0
    table = native.DataFrame(cues.fields(), schema=schema).to_struct("cues").to_frame()
    turn = native.Series("turn", np.repeat(np.arange(len(counts)), counts))
    grouped = table.hstack([turn]).group_by("turn", maintain_order=True)
    empty = table["cues"].clear().implode()
    null = native.Series("cues", [None], dtype=empty.dtype)
    lists = native.concat([grouped.agg("cues")["cues"], empty, null])
    lists = lists.rechunk()  # gathers a hundred times faster
    n_lists = int(has.sum())
    place = np.append(np.where(has, np.cumsum(has) - 1, n_lists), n_lists + 1)
    return lists.gather(place[row_of])  # -1 is the last: null


def _arrow(native: Any, values: npt.NDArray[Any], null: Bools) -> Any:  # noqa: ANN401
    return native.array(values, mask=null)


def _arrow_cues(native: Any, cues: CueTable, row_of: Ints) -> Any:  # noqa: ANN401
    kinds = {str: native.string(), int: native.int64(), bool: native.bool_()}
    fields = cues.fields()
    structs = native.StructArray.from_arrays(
        [native.array(fields[name], kinds[kind]) for name, kind in _FIELDS.items()],
        fields=[native.field(name, kinds[kind]) for name, kind in _FIELDS.items()],
    )
    offsets = native.array(cues.first, native.int32())
    lists = native.ListArray.from_arrays(offsets, structs)
    return lists.take(native.array(row_of, mask=row_of < 0))
