"""Workbooks written by hand, so that they can hold what no program would write."""

from __future__ import annotations

import io
import random
import zipfile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_HEADERS = ("text", "role", "conversation_id", "start", "", "Text", "7", "__row")
_WORDS = (
    *(
        "I am so sorry!",
        "",
        "agent",
        "=1+1",
        "&#0;",
        "&#xD800;",
        "&unknown;",
        "_x0000_",
    ),
    *("a" * 4000, "&lt;b&gt;", "\u202e", "<t>", "1e400", "NaN", "TRUE", "2026-01-01"),
)
_NUMBERS = (
    *("0", "-1", "1e308", "1e999", "NaN", "45000.5", "-45000", "99999999999", "", "x"),
    *("2958466", "9" * 400, "-0", "0.1", "9007199254740993", "1e-320", "60"),
)
_PLACES = ("A0", "1", "A", "AAAAAAA1", "A99999999999", "B2:C3", "a1", "$A$1", "")
_FORMATS = ("yyyy-mm-dd", "[h]:mm:ss", "h:mm", "0.00", "General", "&quot;d&quot;", "")


def workbook(draw: random.Random) -> bytes:
    """Write a workbook of odd cells; parts are missing or damaged now and then."""
    chance = draw.random
    n_shared = draw.randrange(0, 4)
    shared = "".join(f"<si><t>{draw.choice(_WORDS)}</t></si>" for _ in range(n_shared))
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "xl/workbook.xml": _book(draw),
        "xl/_rels/workbook.xml.rels": _book_relations(draw),
        "xl/styles.xml": _styles(draw),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{shared}</sst>',
        "xl/worksheets/sheet1.xml": _sheet(draw),
        "xl/worksheets/sheet2.xml": _sheet(draw),
    }
    if chance() < 0.1:
        del parts[draw.choice([*parts])]
    if chance() < 0.15:
        name = draw.choice([*parts])
        at = draw.randrange(len(parts[name]) + 1)
        parts[name] = parts[name][:at] + draw.choice(("", "<", "\0", "&", "]]>", "é"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in parts.items():
            packed.writestr(zipfile.ZipInfo(name), text.encode())
    data = bytearray(out.getvalue())
    if chance() < 0.1:
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def _book(draw: random.Random) -> str:
    shown = draw.choice(
        ("", "", ' state="hidden"', ' state="veryHidden"', ' state="x"')
    )
    epoch = draw.choice(
        ("", '<workbookPr date1904="1"/>', '<workbookPr date1904="x"/>')
    )
    name = draw.choice(("Chats", "", "a" * 300, "&amp;", "it's"))
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{epoch}<sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="rId1"{shown}/>'
        f'<sheet name="More" sheetId="2" r:id="rId2"/></sheets></workbook>'
    )


def _book_relations(draw: random.Random) -> str:
    kind = draw.choice(("worksheet",) * 8 + ("chartsheet", "nothing"))
    first = draw.choice(("worksheets/sheet1.xml",) * 8 + ("/xl/sheet1.xml", "../x", ""))
    listed = (
        ("rId1", kind, first),
        ("rId2", "worksheet", "worksheets/sheet2.xml"),
        ("rId3", "styles", "styles.xml"),
        ("rId4", "sharedStrings", "sharedStrings.xml"),
    )
    inside = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for name, kind, target in listed
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _styles(draw: random.Random) -> str:
    formats = "".join(
        f'<numFmt numFmtId="{164 + number}" formatCode="{draw.choice(_FORMATS)}"/>'
        for number in range(3)
    )
    cells = "".join(f'<xf numFmtId="{number}"/>' for number in (0, 14, 46, 164, 165))
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts>{formats}</numFmts>'
        f"<cellXfs>{cells}</cellXfs></styleSheet>"
    )


def _sheet(draw: random.Random) -> str:
    rows = [_row(draw, number) for number in range(1, 1 + draw.randrange(0, 7))]
    size = draw.choice(
        ("", "", '<dimension ref="A1:XFD1048576"/>', '<dimension ref="x"/>')
    )
    merged = draw.choice(("", '<mergeCells><mergeCell ref="A1:B9"/></mergeCells>'))
    return (
        f'<worksheet xmlns="{_MAIN}">{size}<sheetData>{"".join(rows)}</sheetData>'
        f"{merged}</worksheet>"
    )


def _row(draw: random.Random, number: int) -> str:
    chance = draw.random
    shown = (
        number if chance() < 0.97 else draw.choice((0, 2, 9000, 1048577, 2**32, "x"))
    )
    n_cells = draw.randrange(0, 5)
    cells = "".join(_cell(draw, at, number) for at in range(n_cells))
    return f'<row r="{shown}">{cells}</row>'


def _cell(draw: random.Random, at: int, row: int) -> str:
    chance = draw.random
    place = f"{'ABCDE'[at]}{row}"
    if chance() < 0.01:
        place = draw.choice((*_PLACES, "XFD1048576", "B1000000", "XFE1"))
    if row == 1 and chance() < 0.8:
        name = draw.choice(_HEADERS) if at else "text"
        return f'<c r="{place}" t="inlineStr"><is><t>{name}</t></is></c>'
    kind = draw.choice(("inlineStr", "str", "s", "b", "e", "d", "n", "n", "z"))
    style = draw.choice(("", "", ' s="1"', ' s="2"', ' s="4"', ' s="999"', ' s="x"'))
    formula = "<f>SUM(A1:A9)</f>" if chance() < 0.1 else ""
    if kind == "inlineStr":
        return f'<c r="{place}" t="{kind}"><is><t>{draw.choice(_WORDS)}</t></is></c>'
    values = {
        "s": ("0", "1", "99999", "-1", "x"),
        "b": ("0", "1", "2", ""),
        "e": ("#N/A", "#DIV/0!", "#x", ""),
        "d": ("2026-01-01T00:00:00", "9999-99-99", ""),
        "n": _NUMBERS,
    }
    value = draw.choice(values.get(kind, _WORDS))
    return f'<c r="{place}" t="{kind}"{style}>{formula}<v>{value}</v></c>'
