"""Workbooks written by hand, so that they can hold what no program would write."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

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
        "customer",
        "_x0000_",
        "a" * 4000,
        "\u202e",
    ),
    *("&lt;b&gt;", "1e400", "NaN", "TRUE", "2026-01-01", " ", "\U0001f600"),
)
_WILD_WORDS = ("&#0;", "&#xD800;", "&unknown;", "<t>", "</t>", "<!--", "]]>")
_NUMBERS = (
    *("0", "-1", "1e308", "45000.5", "-45000", "2958465", "0.1", "1e-320", "60", ""),
    *("9" * 400, "-0", "9007199254740993", "1e999", "-99999999999"),
)
_WILD_NUMBERS = ("x", "NaN", "--1", "99999999999", "2958466", "1e308")
_WILD_PLACES = (
    *("A0", "1", "A", "AAAAAAA1", "A99999999999", "B2:C3", "$A$1", ""),
    *("XFD1048576", "B1000000", "XFE1", "a1"),
)
_FORMATS = ("yyyy-mm-dd", "[h]:mm:ss", "h:mm", "0.00", "General", "&quot;d&quot;", "")
_VALUES = {
    "s": (("0",), ("1", "99999", "-1", "x")),
    "b": (("0", "1"), ("2", "")),
    "e": (("#N/A", "#DIV/0!"), ("#x", "")),
    "d": (("2026-01-01T00:00:00", "9999-99-99", ""), ("9" * 400,)),
    "n": (_NUMBERS, _WILD_NUMBERS),
    "str": (_WORDS, _WILD_WORDS),
    "inlineStr": (_WORDS, _WILD_WORDS),
    "z": (_WORDS, _WILD_WORDS),
}

Pick: TypeAlias = "Callable[[Sequence[Any], Sequence[Any]], Any]"
"""Picks one of what workbooks hold, or now and then of what breaks them."""


def picking(draw: random.Random) -> Pick:
    """Let two of three workbooks be whole, and the third wild here and there."""
    wild = draw.choice((0.0, 0.0, 0.08))
    return lambda tame, odd: draw.choice(odd if draw.random() < wild else tame)


def workbook(draw: random.Random) -> bytes:
    """Write a workbook of odd cells; parts are missing or damaged now and then."""
    chance, pick = draw.random, picking(draw)
    n_shared = 1 + draw.randrange(0, 3)
    shared = [f"<si><t>{pick(_WORDS, _WILD_WORDS)}</t></si>" for _ in range(n_shared)]
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "xl/workbook.xml": _book(pick),
        "xl/_rels/workbook.xml.rels": _book_relations(pick),
        "xl/styles.xml": _styles(draw),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{"".join(shared)}</sst>',
        "xl/worksheets/sheet1.xml": _sheet(draw, pick),
        "xl/worksheets/sheet2.xml": _sheet(draw, pick),
    }
    if chance() < 0.05:
        del parts[draw.choice([*parts])]
    if chance() < 0.05:
        name = draw.choice([*parts])
        at = draw.randrange(len(parts[name]) + 1)
        parts[name] = parts[name][:at] + draw.choice(("", "<", "\0", "&", "]]>", "é"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in parts.items():
            packed.writestr(
                zipfile.ZipInfo(name), text.encode("utf-8", "surrogatepass")
            )
    data = bytearray(out.getvalue())
    if chance() < 0.05:
        data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


def _book(pick: Pick) -> str:
    shown = pick(("", "", ' state="hidden"', ' state="veryHidden"'), (' state="x"',))
    epoch = pick(("", '<workbookPr date1904="1"/>'), ('<workbookPr date1904="x"/>',))
    name = pick(("Chats", "", "a" * 300, "&amp;", "it's"), ("&x;", "<"))
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{epoch}<sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="rId1"{shown}/>'
        f'<sheet name="More" sheetId="2" r:id="rId2"/></sheets></workbook>'
    )


def _book_relations(pick: Pick) -> str:
    kind = pick(("worksheet",), ("chartsheet", "nothing"))
    first = pick(("worksheets/sheet1.xml",), ("/xl/sheet1.xml", "../x", ""))
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


def _sheet(draw: random.Random, pick: Pick) -> str:
    n_rows = draw.randrange(0, 7)
    rows = [_row(draw, pick, number) for number in range(1, 1 + n_rows)]
    size = pick(("", '<dimension ref="A1:XFD1048576"/>'), ('<dimension ref="x"/>',))
    merged = draw.choice(("", '<mergeCells><mergeCell ref="A1:B9"/></mergeCells>'))
    return (
        f'<worksheet xmlns="{_MAIN}">{size}<sheetData>{"".join(rows)}</sheetData>'
        f"{merged}</worksheet>"
    )


def _row(draw: random.Random, pick: Pick, number: int) -> str:
    shown = pick((number,), (0, 2, 9000, 1048577, 2**32, "x"))
    n_cells = draw.randrange(1, 6)
    cells = "".join(_cell(draw, pick, at, number) for at in range(n_cells))
    return f'<row r="{shown}">{cells}</row>'


def _cell(draw: random.Random, pick: Pick, at: int, row: int) -> str:
    place = pick((f"{'ABCDE'[at]}{row}",), _WILD_PLACES)
    if row == 1 and draw.random() < 0.9:
        name = draw.choice(_HEADERS) if at else "text"
        return f'<c r="{place}" t="inlineStr"><is><t>{name}</t></is></c>'
    kinds = ("inlineStr", "str") if not at else ("str", "s", "b", "e", "d", "n", "n")
    kind = pick(kinds, ("z", ""))
    style = pick(("", "", ' s="1"', ' s="2"', ' s="4"'), (' s="999"', ' s="x"'))
    value = pick(*_VALUES.get(kind, _VALUES["z"]))
    if kind == "inlineStr":
        return f'<c r="{place}" t="{kind}"><is><t>{value}</t></is></c>'
    formula = "<f>SUM(A1:A9)</f>" if draw.random() < 0.1 else ""
    return f'<c r="{place}" t="{kind}"{style}>{formula}<v>{value}</v></c>'
