"""Excel: the sheet that holds messages, each cell as it was meant."""

import datetime
import json
import struct
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from empathy_score.errors import InputError
from empathy_score.readers.excel import excel_part, excel_rows
from empathy_score.readers.sql import database

HEADER = ["ticket_id", "role", "text", "sent", "solved"]
SENT = datetime.datetime(2026, 5, 1, 10, 0, 0, 250_000)


@pytest.fixture
def workbook(tmp_path):
    def write(*sheets, hidden=()):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets):
            sheet = book.create_sheet(f"Sheet{number}")
            sheet.sheet_state = "hidden" if number in hidden else "visible"
            for row in rows:
                sheet.append(row)
        path = tmp_path / "messages.xlsx"
        book.save(path)
        return path

    return write


def table(path, **options):
    header, rows = excel_rows(path, "messages.xlsx", **options)
    return header, list(rows)


def test_cells_keep_what_they_mean(workbook):
    path = workbook(
        [
            ["id", "text", "at", "day", "talk", "clock", "share", "solved", "gone"],
            [
                *(7, "Sorry!\nReally.", SENT, datetime.date(2026, 5, 1)),
                datetime.timedelta(hours=25, minutes=3, seconds=4.5),
                *(datetime.time(9, 5), 0.25, True, None),
            ],
        ]
    )
    header, rows = table(path)
    assert header[0] == "id"
    cells = dict(zip(header, rows[0][1], strict=True))
    assert cells == {
        "id": 7,
        "text": "Sorry!\nReally.",
        "at": "2026-05-01T10:00:00.250",
        "day": "2026-05-01",
        "talk": "25:03:04.500",
        "clock": "09:05:00",
        "share": 0.25,
        "solved": True,
        "gone": None,
    }
    assert type(cells["id"]) is int


def test_rows_have_the_numbers_they_have_in_the_sheet(workbook):
    path = workbook(
        [
            ["Report of May"],
            [],
            HEADER,
            [1, "agent", "Hi."],
            [],
            [1, "customer", "Hello."],
        ]
    )
    header, rows = table(path)
    assert header == HEADER
    assert [(number, cells[2]) for number, cells in rows] == [(4, "Hi."), (6, "Hello.")]


def test_the_sheet_with_the_messages_is_found(workbook):
    path = workbook(
        [["text"], ["hidden"]],
        [["Agents", "Calls"], ["Lena", 3]],
        [HEADER, [1, "agent", "Hi."]],
        hidden=[0],
    )
    assert table(path)[1] == [(2, [1, "agent", "Hi.", None, None])]


def test_a_column_the_caller_names_is_found(workbook):
    path = workbook([["a"], ["b"]], [["who", "Nachricht"], ["Lena", "Hallo."]])
    assert table(path, text="Nachricht") == (
        ["who", "Nachricht"],
        [(2, ["Lena", "Hallo."])],
    )
    assert table(path)[0] == ["a"]


def test_columns_get_names_of_their_own(workbook):
    path = workbook([["text", None, "Text", 3], ["a", "b", "c", "d"]])
    assert table(path)[0] == ["text", "column_2", "Text_2", "3"]


def test_long_identifiers_stay_whole_numbers(workbook, tmp_path):
    path = workbook([HEADER, [7, "agent", "Hi."], [2**60, "agent", "Hello."]])
    part = excel_part(path, "messages.xlsx", tmp_path / "part")
    assert part.types["ticket_id"] == "BIGINT"


def test_a_workbook_becomes_a_part(workbook, tmp_path):
    path = workbook(
        [
            HEADER,
            [1, "agent", "Sorry, “Kim”!", SENT, True],
            ["X2", "customer", None, None, False],
        ]
    )
    part = excel_part(path, "messages.xlsx", tmp_path / "part")
    assert (part.n_rows, part.file, part.rejects) == (2, "messages.xlsx", ())
    assert part.types == {
        "ticket_id": "JSON",
        "role": "VARCHAR",
        "text": "VARCHAR",
        "sent": "VARCHAR",
        "solved": "BOOLEAN",
    }
    with database(tmp_path) as connection:
        found = connection.execute(
            f"SELECT {part.line}, {part.file_of_row}, ticket_id ->> '$', text, sent, "
            f"solved FROM {part.source}"
        ).fetchall()
    assert found == [
        (2, "messages.xlsx", "1", "Sorry, “Kim”!", "2026-05-01T10:00:00.250", True),
        (3, "messages.xlsx", "X2", None, None, False),
    ]
    first = json.loads((tmp_path / "part").read_text("utf-8").splitlines()[0])
    assert first["__line"] == 2


def compound(name, content=b""):
    """Make the container of old and of protected workbooks, with one stream."""
    size, free, last = max(len(content), 4096), 0xFFFFFFFF, 0xFFFFFFFE
    n_sectors = -(-size // 512)

    def entry(name, kind, first, child, size):
        text = name.encode("utf-16-le")
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(text) + 2, kind, 1, free, free, child)
            + bytes(36)
            + struct.pack("<IQ", first, size)
        )

    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, last, 0, last, 0, 0)
    header = header.ljust(512, b"\xff")
    chain = [0xFFFFFFFD, last, *range(3, 2 + n_sectors), last]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    folder = entry("Root Entry", 5, last, 1, 0) + entry(name, 2, 2, free, size)
    return header + table + folder.ljust(512, b"\0") + content.ljust(n_sectors * 512)


def old_workbook(rows):
    """Write the smallest .xls: texts only."""

    def record(kind, content):
        return struct.pack("<HH", kind, len(content)) + content

    opening = struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)
    ending = record(0x0A, b"")
    name = b"\x06\0Sheet1"
    beginning = len(record(0x809, opening)) + 4 + 6 + len(name) + len(ending)
    book = record(0x809, opening)
    book += record(0x85, struct.pack("<IBB", beginning, 0, 0) + name) + ending
    book += record(0x809, opening[:2] + b"\x10\0" + opening[4:])
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            place = struct.pack("<HHHHB", row, column, 0, len(text), 0)
            book += record(0x204, place + text.encode("latin1"))
    return compound("Workbook", book + ending)


def test_old_workbooks_are_read_too(tmp_path):
    path = tmp_path / "old.xls"
    path.write_bytes(old_workbook([["role", "text"], ["agent", "Sorry!"]]))
    assert table(path) == (["role", "text"], [(2, ["agent", "Sorry!"])])


def secrets():
    opening = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0, 0, 0, 0)
    password = struct.pack("<HHHHH", 0x2F, 6, 1, 1, 1)
    return [
        ("secret.xlsx", compound("EncryptedPackage")),
        ("part-3", compound("EncryptedPackage")),
        ("secret.xls", compound("Workbook", opening + password)),
    ]


@pytest.mark.parametrize(("name", "content"), secrets())
def test_a_protected_workbook_gives_one_clear_line(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as failed:
        excel_rows(tmp_path / name, name)
    assert str(failed.value) == (
        f"{name}: is protected by a password; save it without one"
    )


@pytest.mark.parametrize("name", ["part-3", "messages.xls"])
def test_a_workbook_is_known_by_its_content(workbook, tmp_path, name):
    path = workbook([HEADER, [1, "agent", "Hi."]]).rename(tmp_path / name)
    assert table(path)[0] == HEADER


def test_a_damaged_workbook_gives_one_clear_line(workbook, tmp_path):
    whole = workbook([HEADER, [1, "agent", "Hi."]]).read_bytes()
    broken = tmp_path / "cut.xlsx"
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"^cut.xlsx: is a damaged workbook: .*Zip"):
        excel_rows(broken, "cut.xlsx")


def test_a_sheet_that_is_damaged_inside_gives_one_clear_line(workbook, tmp_path):
    whole, broken = workbook([HEADER, [1, "agent", "Hi."]]), tmp_path / "cut.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            is_sheet = name.endswith("sheet1.xml")
            new.writestr(name, content[:-90] if is_sheet else content)
    with pytest.raises(InputError, match=r"^cut.xlsx: is a damaged workbook"):
        list(excel_rows(broken, "cut.xlsx")[1])


def test_an_old_workbook_that_is_none_gives_one_clear_line(tmp_path):
    broken = tmp_path / "cut.xls"
    broken.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(InputError, match=r"^cut.xls: is a damaged workbook"):
        excel_rows(broken, "cut.xls")


def test_an_empty_workbook_is_said_to_be_empty(workbook):
    with pytest.raises(InputError, match="holds no visible sheet with rows"):
        excel_rows(workbook([]), "messages.xlsx")


def test_without_the_package_the_remedy_is_named(workbook, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(InputError, match=r"pip install 'empathy-score\[formats\]'"):
        excel_rows(workbook([HEADER]), "messages.xlsx")


def test_the_rows_of_a_workbook_are_scored_like_those_of_a_table(workbook, tmp_path):
    from empathy_score.readers import open_export

    path = workbook([HEADER, [1, "agent", "Sorry!"], [1, "customer", None]])
    folder = Path(tmp_path, "scratch")
    folder.mkdir()
    export = open_export([path], folder=folder)
    try:
        found = export.connection.execute("SELECT role, text FROM input").fetchall()
    finally:
        export.connection.close()
    assert found == [("agent", "Sorry!")]
    assert [(one.line, one.reason) for one in export.rejects] == [(3, "empty text")]
