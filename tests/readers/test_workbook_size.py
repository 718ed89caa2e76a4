"""How far the sheets of a workbook may reach before it is not opened."""

import zipfile

import pytest

from empathy_score import InputError, read_conversations
from empathy_score.readers.excel import excel_rows
from empathy_score.readers.workbook_size import not_to_open

ROWS = '<row r="{}"><c r="A{}"/><c r="B{}"/></row>'


@pytest.fixture
def workbook(tmp_path):
    def write(sheet, name="xl/worksheets/sheet1.xml", before=b""):
        path = tmp_path / "chats.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr(name, sheet)
        path.write_bytes(before + path.read_bytes())
        return path

    return write


@pytest.mark.parametrize(
    "sheet",
    [
        '<c r="A1"/><c r="XFD1048576"/>',
        "<x:c s='1' r = 'xfd1048576'/>",
        '<row r="999999999"><c/></row><row r="1"><c r="XFD1"/></row>',
        '<row r="1048576">' + "<c/>" * 3 + "</row>",
        '<c x=">" r="XFD1048576"/>',
        '<c r ="A1"/><c r ="XFD1048576"/>',
        '<c r= "A1"/><c r= "XFD1048576"/>',
    ],
)
def test_cells_far_apart_are_not_made_room_for(workbook, sheet):
    assert "that reach over" in not_to_open(workbook(sheet))


@pytest.mark.parametrize(
    "sheet",
    [
        "".join(ROWS.format(*[row] * 3) for row in range(1, 200)),
        '<row r="1"><c r="A1"/><c r="XFD1"/></row><row r="9"><c r="B9"/></row>',
        "<row><c/><c/></row>" * 3000,
        '<t>I wrote r="7" in a text</t>',
        "",
    ],
)
def test_sheets_as_programs_write_them_are_opened(workbook, sheet):
    assert not_to_open(workbook(sheet)) is None


def test_a_place_across_two_pieces_is_seen(workbook, monkeypatch):
    monkeypatch.setattr("empathy_score.readers.workbook_size.PIECE", 10)
    assert "reach over" in not_to_open(workbook('<c r="A1"/><c r="XFD1048576"/>'))


def test_a_part_counts_with_its_real_size_and_not_the_stated(workbook, monkeypatch):
    monkeypatch.setattr("empathy_score.readers.workbook_size.HARMLESS", 1_000)
    path = workbook(" " * 3_000_000)
    data = path.read_bytes()
    path.write_bytes(data.replace((3_000_000).to_bytes(4, "little"), bytes(4)))
    assert not_to_open(path).startswith("unpacks to more than 200 times")


def test_a_workbook_behind_other_bytes_is_looked_at_as_well(workbook):
    path = workbook('<c r="A1"/><c r="XFD1048576"/>', before=b"a zip file? ")
    with pytest.raises(InputError, match="reach over"):
        excel_rows(path, "chats.xlsx")


@pytest.mark.parametrize(
    ("part", "ending"), [("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods")]
)
def test_other_kinds_of_workbooks_are_named(workbook, part, ending):
    path = workbook("", name=part)
    with pytest.raises(InputError, match=f"is {ending} inside; save it as .xlsx"):
        read_conversations(path)
