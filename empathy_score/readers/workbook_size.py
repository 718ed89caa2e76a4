"""Whether a workbook can be opened: the library that reads it holds a sheet whole.

It also makes room for every cell between the outermost ones. A workbook of a thousand
bytes can name one in the last row and column and would end the process, so the places
of all cells are looked at before it is opened.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from empathy_score.readers.packed import (
    BOMB,
    DAMAGED,
    HARMLESS,
    MOST_PACKED,
    PIECE,
    damage,
)

HARMLESS_AREA = 2_000_000
"""Cells, filled or not, up to which a sheet may reach in any case: about 60 MB."""

MOST_SPREAD = 20
"""Times its filled cells to which a sheet may reach."""

_OTHERS = {"xl/workbook.bin": ".xlsb", "content.xml": ".ods"}
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)(\d{0,10})")
_USUAL_PLACE = re.compile(rb'r="(?<=\sr=")([A-Za-z]*)(\d{0,10})')  # four times as fast
_ODD = (b"='", *(sign + b"=" for sign in (b" ", b"\t", b"\n", b"\r")))
_ENDS = (b" ", b">", b"/", b"\t", b"\n", b"\r")
_ROW = re.compile(rb"<(?:[\w.-]+:)?row[\s/>]")
_OVERLAP = 64  # bytes; a place may stand across two pieces


@dataclass(slots=True)
class _Reach:
    """How far the cells of a sheet reach; filled piece by piece."""

    letters: int = 0
    row: int = 0
    n_cells: int = 0
    n_rows: int = 0
    n_unplaced: int = 0
    in_last_row: int = 0

    def area(self) -> int:
        """Cells between the outermost ones, at most."""
        return (self.row + self.n_rows) * (self.letters + self.n_unplaced)


def is_workbook(path: Path) -> bool:
    """Tell whether a zip file is a workbook, or another document of an office.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with zipfile.ZipFile(Path(name, "a.zip"), "w") as archive:
    ...         archive.writestr("a.csv", "text")
    ...     is_workbook(Path(name, "a.zip"))
    False
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except DAMAGED as error:
        damage(error)
        return False


def not_to_open(path: Path) -> str | None:
    """Say why a workbook must not be opened; None where it may.

    Parameters
    ----------
    path : Path
        Any file; what is no zip file has no sheets that could reach too far.

    Returns
    -------
    str or None

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     with zipfile.ZipFile(Path(name, "a.xlsx"), "w") as archive:
    ...         far = '<c r="A1"/><c r="XFD1048576"/>'
    ...         archive.writestr("xl/worksheets/sheet1.xml", far)
    ...     not_to_open(Path(name, "a.xlsx"))[:55]
    'holds a sheet of 2 cells that reach over 17,179,869,184'
    """
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.lower() for name in archive.namelist()}
            other = next((one for one in _OTHERS if one in names), None)
            if other is not None:
                return f"is {_OTHERS[other]} inside; save it as .xlsx"
            most = max(HARMLESS, MOST_PACKED * path.stat().st_size)
            return _too_far(archive, most)
    except DAMAGED as error:
        return f"is a damaged workbook: {damage(error)}"
    except RuntimeError:  # what zipfile raises where a password is asked for
        return "is encrypted; save it without a password"


def _too_far(archive: zipfile.ZipFile, most: int) -> str | None:
    """Say of which sheet there is too much; the parts may have ``most`` bytes."""
    for member in archive.infolist():
        reach = _Reach()
        for piece in _pieces(archive, member):
            most -= len(piece)
            if most < 0:
                return BOMB
            _look(piece, reach)
        if reach.area() > max(HARMLESS_AREA, MOST_SPREAD * reach.n_cells):
            return (
                f"holds a sheet of {reach.n_cells:,} cells that reach over "
                f"{reach.area():,}; delete the far ones, or save it as CSV"
            )
    return None


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack a part to its end, whatever size it states."""
    member.file_size = 1 << 62
    with archive.open(member) as part:
        end = b""
        while piece := part.read(PIECE):
            yield end + piece
            end = piece[-_OVERLAP:]


def _look(piece: bytes, reach: _Reach) -> None:
    odd = any(sign in piece for sign in _ODD) or re.search(rb"=\s", piece)
    places = (_PLACE if odd else _USUAL_PLACE).findall(piece)
    n_cells, n_rows = _count(b"c", piece), _count(b"row", piece)
    columns = {letters for letters, _ in places if letters}
    lines = {int(row) for row in {row for _, row in places} if row}
    reach.letters = max([reach.letters, *map(_column, columns)])
    reach.row = max([reach.row, *lines])
    reach.n_cells += n_cells
    if len(places) >= n_cells + n_rows:
        reach.in_last_row = 0
        return
    # Cells and rows without a place follow the one before them.
    reach.n_rows += n_rows
    counts = [_count(b"c", row) for row in _ROW.split(piece)]
    counts[0] += reach.in_last_row
    reach.in_last_row = counts[-1]
    reach.n_unplaced = max(reach.n_unplaced, *counts)


def _count(name: bytes, piece: bytes) -> int:
    """Count the elements of a name.

    Examples
    --------
    >>> _count(b"c", b"<c r='A1'><v>1</v></c><x:c/><cols/>")
    2
    """
    plain = sum(piece.count(b"<" + name + end) for end in _ENDS)
    if b":" + name not in piece:
        return plain
    return plain + len(re.findall(rb"<[\w.-]+:" + name + rb"[\s/>]", piece))


def _column(letters: bytes) -> int:
    """Give the number of a column, from 1.

    Examples
    --------
    >>> _column(b"A"), _column(b"XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - 64
    return number
