"""Excel workbooks, ``.xlsx`` and ``.xls``, with one message per row.

They are read with python-calamine: it gives each cell with its own type and each row
with its number, in 2 MB; fastexcel makes one type of a whole column, as Arrow, and
needs 15 MB.

The sheet is the first visible one in which a row names a column of texts; that row is
the header, whatever stands above it. Where none does, it is the first row that is
filled, and the caller has to name the column.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

from empathy_score.columns import recognise_columns
from empathy_score.errors import InputError
from empathy_score.readers.extras import GaveUpError, extra, gives_up
from empathy_score.readers.json_rows import type_of
from empathy_score.readers.parts import Part, json_source
from empathy_score.readers.sql import column_names, literal
from empathy_score.readers.workbook_size import not_to_open

Cell = str | int | float | bool | None
_Table: TypeAlias = "tuple[list[Any], Iterator[tuple[int, list[Any]]]]"
_HEADER_WITHIN = 20  # rows, from the first that is filled
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_WHOLE = 2**63  # larger numbers stay fractions


def excel_rows(
    path: Path, file: str, text: str | None = None
) -> tuple[list[str], Iterator[tuple[int, list[Cell]]]]:
    """Read the sheet with the messages.

    Parameters
    ----------
    path : Path
        The workbook.
    file : str
        What the caller calls it, for messages.
    text : str, optional
        The caller's name of the column of texts.

    Returns
    -------
    header : list of str
        Names of the columns, each once.
    rows : iterator of (int, list)
        Number of the row in the sheet, from 1, and its cells: whole numbers as int,
        dates as ISO 8601, durations as H:MM:SS, None where empty.

    Raises
    ------
    InputError
        The workbook is damaged, protected by a password or empty, or the package
        that reads it is not installed.
    """
    calamine = extra("python_calamine", "Excel")
    wrong = not_to_open(path)
    if wrong is not None:
        raise InputError(f"{file}: {wrong}")
    first: _Table | None = None
    with _clear(calamine, file), _workbook(path, calamine) as workbook:
        for sheet in _sheets(workbook, calamine):
            found = _table(sheet, text, file)
            if found is not None and _names_text(found[0], text):
                return _named(found[0]), _plain_rows(found[1])
            first = first or found
    if first is None:
        raise InputError(f"{file}: the workbook holds no visible sheet with rows")
    return _named(first[0]), _plain_rows(first[1])


def excel_part(path: Path, file: str, scratch: Path, text: str | None = None) -> Part:
    """Give a workbook as a part that DuckDB can load.

    Parameters
    ----------
    path : Path
        The workbook.
    file : str
        What the caller calls it.
    scratch : Path
        File for its rows, as JSON lines.
    text : str, optional
        The caller's name of the column of texts.

    Returns
    -------
    Part
        A row's line is its number in the sheet.

    Raises
    ------
    InputError
        As :func:`excel_rows`.
    """
    header, rows = excel_rows(path, file, text)
    kinds: dict[str, set[object]] = {name: set() for name in header}
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    n_rows = 0
    with scratch.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
        for line, cells in rows:
            for name, cell in zip(header, cells, strict=True):
                kinds[name].add(type(cell))
            record = dict(zip(header, cells, strict=True))
            out.write(encode({"__line": line, **record}) + "\n")
            n_rows += 1
    types = {name: type_of(seen) for name, seen in kinds.items()}
    return Part(
        file=file,
        source=json_source(scratch, {"__line": "BIGINT", **types}),
        line="__line",
        file_of_row=literal(file),
        types=types,
        n_rows=n_rows,
        scratch=scratch,
    )


def _workbook(path: Path, calamine: Any) -> Any:  # noqa: ANN401
    """Open a workbook by its ending, or, where that is wrong, by its content."""
    try:
        return calamine.CalamineWorkbook.from_path(path)
    except calamine.PasswordError:
        raise
    except calamine.CalamineError as error:
        content = path.read_bytes()
        if _PROTECTED in content:
            raise calamine.PasswordError from error
        try:
            return calamine.CalamineWorkbook.from_filelike(BytesIO(content))
        except calamine.CalamineError:
            raise error from None


@contextmanager
def _clear(calamine: Any, file: str) -> Iterator[None]:  # noqa: ANN401
    """Say in one line what is wrong with a workbook."""
    try:
        with gives_up():
            yield
    except calamine.PasswordError as error:
        raise InputError(
            f"{file}: is protected by a password; save it without one"
        ) from error
    except (calamine.CalamineError, OSError, GaveUpError) as error:
        raise InputError(f"{file}: is a damaged workbook: {error}") from error


def _sheets(workbook: Any, calamine: Any) -> Iterator[Any]:  # noqa: ANN401
    """Go through the sheets of cells that are shown."""
    for position, sheet in enumerate(workbook.sheets_metadata):
        shown = sheet.visible == calamine.SheetVisibleEnum.Visible
        if shown and sheet.typ == calamine.SheetTypeEnum.WorkSheet:
            yield workbook.get_sheet_by_index(position)


def _table(
    sheet: Any,  # noqa: ANN401
    text: str | None,
    file: str,
) -> _Table | None:
    """Find the header of a sheet: the row that names the texts, or the first filled."""
    filled = _filled(sheet, file)
    head = list(itertools.islice(filled, _HEADER_WITHIN))
    if not head:
        return None
    at = next((at for at, row in enumerate(head) if _names_text(row[1], text)), 0)
    return head[at][1], itertools.chain(head[at + 1 :], filled)


def _filled(sheet: Any, file: str) -> Iterator[tuple[int, list[Any]]]:  # noqa: ANN401
    rows = sheet.iter_rows() if sheet.height else ()
    number = 0
    try:
        for number, cells in enumerate(rows, 1):
            if cells.count("") + cells.count(None) < len(cells):
                yield number, cells
    except (OverflowError, ValueError) as error:
        raise InputError(
            f"{file}: row {number + 1}: holds a date that is none ({error}); correct "
            "it, or save the sheet as CSV"
        ) from error


def _names_text(cells: Sequence[Any], text: str | None) -> bool:
    names = [cell for cell in cells if isinstance(cell, str) and cell]
    if text is not None:
        return text in names
    try:
        recognise_columns(names)
    except InputError:
        return False
    return True


def _named(cells: Sequence[Any]) -> list[str]:
    """Give each column a name of its own."""
    return column_names(str(_plain(cell) or "") for cell in cells)


def _plain_rows(
    rows: Iterator[tuple[int, list[Any]]],
) -> Iterator[tuple[int, list[Cell]]]:
    for number, cells in rows:
        yield number, [_plain(cell) for cell in cells]


def _plain(cell: Any) -> Cell:  # noqa: ANN401
    """Give a cell as JSON can hold it."""
    if cell == "" or cell is None:
        return None
    write = _WRITTEN.get(type(cell))
    return cell if write is None else write(cell)


def _number(cell: float) -> int | float:
    return int(cell) if cell.is_integer() and abs(cell) < _WHOLE else cell


def _moment(cell: datetime) -> str:
    """Write the milliseconds only where there are any."""
    return cell.isoformat(timespec="milliseconds" if cell.microsecond else "seconds")


def _duration(cell: timedelta) -> str:
    """Write H:MM:SS, with thousandths where there are any."""
    thousandths = round(cell.total_seconds() * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    seconds = f"{rest // 1000:02d}" + (f".{rest % 1000:03d}" if rest % 1000 else "")
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds}"


_WRITTEN: dict[type, Callable[[Any], Cell]] = {
    float: _number,
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: _duration,
}
